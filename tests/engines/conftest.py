"""Runs an engine's program against a server of its own. `--clients` also runs the heavy engines."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from program import Builder  # noqa: E402

HERE = pathlib.Path(__file__).parent
BUILD = HERE.parents[1] / "build"


@pytest.fixture
def run_engine(make_freshet, tmp_path):
    """Runs programs/NAME.py ENDPOINT BUCKET with the Python of build/VENV; the bucket is empty."""

    def run(name, venv="engines", timeout=300, **environment):
        python = BUILD / venv / "bin" / "python"
        assert python.exists(), (
            f"{python} is missing: ./dev setup{' --clients' if venv != 'engines' else ''} makes it"
        )
        server = make_freshet(clock="system")
        server.client("s3").create_bucket(Bucket="lake")
        done = subprocess.run(
            [python, HERE / "programs" / f"{name}.py", server.endpoint, "lake"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={
                **os.environ,
                "HOME": str(tmp_path),
                "AWS_EC2_METADATA_DISABLED": "true",
                **environment,
            },
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        assert server.process.poll() is None
        return server

    return run


@pytest.fixture(scope="session")
def s3a_jars(pytestconfig):
    """The jars of Spark's S3A file system, with commas between them."""
    if not shutil.which("mvn"):
        pytest.skip("needs mvn: ./dev setup --clients installs Debian's maven")
    status, said = Builder(pytestconfig).build("spark", ["mvn", "-B", "compile"], HERE / "spark")
    assert status == 0, said[-4000:]
    return ",".join(map(str, sorted((HERE / "spark" / "target" / "lib").glob("*.jar"))))
