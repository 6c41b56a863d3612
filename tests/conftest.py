"""A server for each test: a free port, a new directory, a clock that the test moves."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

import boto3
import botocore.config
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / os.environ.get("FRESHET_PRESET", "release") / "freshet"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Freshet:
    def __init__(self, directory, clock="manual", port=None, config=None, options=()):
        self.directory, self.clock, self.port, self.options = (
            pathlib.Path(directory),
            clock,
            port or free_port(),
            options,
        )
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.config = []
        if config is not None:
            (self.directory / "freshet.yaml").write_text(config)
            self.config = ["--config", self.directory / "freshet.yaml"]
        self.log = open(self.directory / "server.log", "ab")
        self.start()

    def command(self, *arguments):
        return [str(PROGRAM), *map(str, arguments)]

    def start(self):
        self.process = subprocess.Popen(
            self.command(
                "serve",
                "--data",
                self.directory / "data",
                "--listen",
                f"127.0.0.1:{self.port}",
                "--clock",
                self.clock,
                *self.config,
                *self.options,
            ),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        line = self.process.stdout.readline()
        assert "ready at" in line, f"the server did not start: {line} {self.server_log()[-2000:]}"

    def client(self, service, **options):
        options.setdefault("region_name", "us-east-1")
        config = botocore.config.Config(
            retries={"max_attempts": 0}, read_timeout=60, s3={"addressing_style": "path"}
        )
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=options.pop("config", config),
            **options,
        )

    def environment(self):
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
        }

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=30) as answer:
            return answer.read().decode()

    def topic(self, name):
        """The interface's present state of a topic ("overview", "application:app")."""
        with urllib.request.urlopen(
            f"{self.endpoint}/_freshet/api/live?topic={name}", timeout=30
        ) as answer:
            for line in answer:
                if line.startswith(b"data:"):
                    return json.loads(line[5:])

    def advance(self, milliseconds):
        request = urllib.request.Request(
            self.endpoint + "/_freshet/clock",
            method="POST",
            data=b'{"advance_ms": %d}' % int(milliseconds),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def until(self, condition, tries=1500, advance_ms=0):
        """Repeats `condition()` until it is true; moves the clock by `advance_ms` between two
        attempts.
        """
        for _ in range(tries):
            value = condition()
            if value:
                return value
            if advance_ms:
                self.advance(advance_ms)
            time.sleep(0.02)
        raise AssertionError(
            f"still not so after {tries} tries; the server says:\n{self.server_log()[-3000:]}"
        )

    def log_messages(self, group, **filters):
        """The messages of a log group. A group exists from its first line on, which may be written
        after the answer that caused it: until then, none.
        """
        logs = self.client("logs")
        try:
            return [
                event["message"]
                for event in logs.filter_log_events(logGroupName=group, **filters)["events"]
            ]
        except logs.exceptions.ResourceNotFoundException:
            return []

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def restart(self):
        if self.process.poll() is None:
            assert self.terminate() == 0
        self.start()

    def server_log(self):
        return (self.directory / "server.log").read_text(errors="replace")

    def close(self):
        if self.process.poll() is None:
            self.kill9()
        self.log.close()


@pytest.fixture
def freshet(tmp_path):
    server = Freshet(tmp_path)
    yield server
    server.close()


@pytest.fixture
def make_freshet(tmp_path):
    """Makes servers, for tests that choose the clock."""
    made = []

    def make(**options):
        made.append(Freshet(options.pop("directory", tmp_path), **options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def make_small_disk(tmp_path):
    """Disks of `mib` MiB in memory."""
    made = []

    def make(mib):
        place = tmp_path / f"disk-{len(made)}"
        place.mkdir()
        if (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", place], capture_output=True
            ).returncode
            != 0
        ):
            pytest.skip("mounting a small disk needs root")
        made.append(place)
        return place

    yield make
    for place in made:
        subprocess.run(["umount", "-l", place], check=True)


def pytest_addoption(parser):
    parser.addoption(
        "--clients", action="store_true", help="also the clients and engines that take minutes"
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "heavy: runs with --clients only")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--clients"):
        return
    for item in items:
        if item.get_closest_marker("heavy"):
            item.add_marker(
                pytest.mark.skip(
                    reason=f"takes minutes: ./dev test --only {item.path.parent.name} --clients"
                )
            )
