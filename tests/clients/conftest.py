"""`--clients` also runs the heavy clients: Java, Go and Rust, the KPL, the KCL and Flink, and
kinesalite's suite.
"""

import pathlib
import shutil
import subprocess

import pytest
from program import Builder

CLIENTS = pathlib.Path(__file__).parent


@pytest.fixture
def system_freshet(make_freshet):
    """A server on the machine's clock, since the clients sleep and time out by it."""
    return make_freshet(clock="system")


@pytest.fixture
def authority(tmp_path):
    """Writes a server's certificate authority to a file."""

    def write(server):
        path = tmp_path / "authority.pem"
        path.write_text(
            subprocess.run(
                server.command("cert", "--data", server.directory / "data"),
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        return path

    return write


@pytest.fixture(scope="session")
def builder(pytestconfig):
    return Builder(pytestconfig)


@pytest.fixture(scope="session")
def java(builder):
    """Builds a program of tests/clients/java and returns its command line, less the class's
    arguments.
    """

    def command(name, main, *options):
        for tool, package in (("mvn", "maven"), ("javac", "default-jdk-headless")):
            if not shutil.which(tool):
                pytest.skip(f"needs {tool}: ./dev setup --clients installs Debian's {package}")
        folder = CLIENTS / "java" / name
        status, said = builder.build(name, ["mvn", "-B", "compile"], folder)
        assert status == 0, said[-4000:]
        return [
            "java",
            *options,
            "-cp",
            f"{folder}/target/classes:{folder}/target/lib/*",
            f"freshet.{main}",
        ]

    return command
