"""Makes zips of functions with the libraries they import, for Lambda, as `freshet apply` makes
them: names in order, nothing compressed, all dated 1980, so that the same files have the same
digest.
"""

import io
import pathlib
import zipfile

import aws_kinesis_agg
import google.protobuf

HERE = pathlib.Path(__file__).resolve().parent
DATE = (1980, 1, 1, 0, 0, 0)


def zipped(handler, *packages):
    """`handler` is a file of this directory; each package comes with its Python files."""
    files = {handler: HERE / handler}
    for package in packages:
        root = pathlib.Path(package.__file__).parent
        for path in root.rglob("*.py"):
            files[
                str(
                    pathlib.PurePosixPath(*package.__name__.split("."))
                    / path.relative_to(root).as_posix()
                )
            ] = path
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=str.encode):
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # Unix, readable by all
            archive.writestr(entry, files[name].read_bytes())
    return buffer.getvalue()


def preprocessor():
    return zipped("preprocess.py", aws_kinesis_agg, google.protobuf)
