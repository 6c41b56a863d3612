"""A server of a benchmark: on a free port, in a directory of its own or in one of the caller's."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("FRESHET", ROOT / "build/release/freshet"))


class Server:
    def __init__(self, program=PROGRAM, data=None, options=()):
        """`data`: a directory that stays when the server stops; without it one that goes."""
        self.program, self.options = program, options
        self.directory = None if data else tempfile.TemporaryDirectory(prefix="freshet-bench-")
        self.data = data or self.directory.name
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.endpoint = f"127.0.0.1:{probe.getsockname()[1]}"
        self.start()

    def start(self):
        started = time.monotonic()
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.data, "--listen", self.endpoint]
            + list(self.options),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stdout.readline()
        assert "ready" in line, f"the server did not start: {line!r}"
        self.ready_ms = (time.monotonic() - started) * 1000

    def client(self, service):
        config = botocore.config.Config(
            retries={"max_attempts": 20}, max_pool_connections=64, s3={"addressing_style": "path"}
        )
        return boto3.client(
            service,
            endpoint_url=f"http://{self.endpoint}",
            region_name="us-east-1",
            aws_access_key_id="b",
            aws_secret_access_key="b",
            config=config,
        )

    def metrics(self):
        """Prometheus's text."""
        with urllib.request.urlopen(f"http://{self.endpoint}/_freshet/metrics") as answer:
            return answer.read().decode()

    def memory_mib(self, field="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return (
            int(next(line for line in status.splitlines() if line.startswith(field)).split()[1])
            / 1024
        )

    def cpu_seconds(self):
        fields = (
            pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pause(self):
        """Ends the server, and returns its exit status; start() continues with its data."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    def stop(self):
        self.pause()
        if self.directory:
            self.directory.cleanup()
