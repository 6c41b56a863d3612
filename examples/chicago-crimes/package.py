"""A zip of the preprocessor with the libraries it imports, as Lambda takes it."""
import io
import pathlib
import zipfile

import aws_kinesis_agg
import google.protobuf

HERE = pathlib.Path(__file__).resolve().parent


def zipped(handler, *packages):
    """`handler` is a file of this directory; each package comes with its Python files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(HERE / handler, handler)
        for package in packages:
            root = pathlib.Path(package.__file__).parent
            for path in sorted(root.rglob("*.py")):
                archive.write(path, pathlib.Path(*package.__name__.split(".")) / path.relative_to(root))
    return buffer.getvalue()


def preprocessor():
    return zipped("preprocess.py", aws_kinesis_agg, google.protobuf)
