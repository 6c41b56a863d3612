"""A Trino server with the catalogs `hive` and `iceberg` in Freshet's Glue and S3, queried by
Trino's HTTP protocol.
"""

import fcntl
import glob
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.request

HOME = pathlib.Path(__file__).parent / "trino" / "target" / "trino-server-476"
JAVA_LEAST = 24
CATALOG = """
hive.metastore.glue.region=us-east-1
hive.metastore.glue.endpoint-url={endpoint}
hive.metastore.glue.aws-access-key=test
hive.metastore.glue.aws-secret-key=test
hive.metastore.glue.default-warehouse-dir=s3://lake/warehouse
fs.native-s3.enabled=true
s3.endpoint={endpoint}
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=test
s3.aws-secret-key=test
"""
OPTIONS = [
    "-Xmx1500M",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djdk.attach.allowAttachSelf=true",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    "--add-modules=jdk.incubator.vector",
    "-Dfile.encoding=UTF-8",
]


def find_java():
    """The oldest Java on this machine that Trino runs on, or None."""
    found = {}
    for home in filter(
        None, [os.environ.get("JAVA_HOME"), *glob.glob("/usr/lib/jvm/*"), *glob.glob("/opt/*jdk*")]
    ):
        java = pathlib.Path(home) / "bin" / "java"
        if java.exists():
            said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
            version = re.search(r'version "(\d+)', said)
            if version and int(version[1]) >= JAVA_LEAST:
                found[int(version[1])] = java
    return found[min(found)] if found else None


def unpack():
    """Unpacks what Maven fetched into HOME, completely or not at all, once for all tests that run
    side by side.
    """
    archive, part = HOME.parent / f"{HOME.name}.tar.gz", HOME.parent / "part"
    with open(HOME.parent / "unpack.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if HOME.exists():
            return
        part.mkdir(exist_ok=True)
        subprocess.run(["tar", "-xzf", archive, "-C", part], check=True)
        (part / HOME.name).rename(HOME)
        archive.unlink()


class Failed(Exception):
    """A statement failed; the text is Trino's."""


class Trino:
    def __init__(self, java, folder, endpoint):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.folder, self.address = folder, f"http://127.0.0.1:{port}"
        catalogs = folder / "etc" / "catalog"
        catalogs.mkdir(parents=True)
        (catalogs / "hive.properties").write_text(
            "connector.name=hive\nhive.metastore=glue\nhive.non-managed-table-writes-enabled=true\n"
            + CATALOG.format(endpoint=endpoint)
        )
        (catalogs / "iceberg.properties").write_text(
            "connector.name=iceberg\niceberg.catalog.type=glue\n"
            + CATALOG.format(endpoint=endpoint)
        )
        (folder / "etc" / "config.properties").write_text(
            f"coordinator=true\nnode-scheduler.include-coordinator=true\nhttp-server.http.port={port}\ndiscovery.uri={self.address}\n"
            f"query.max-memory-per-node=500MB\nmemory.heap-headroom-per-node=300MB\nnode.environment=test\nnode.id=one\nplugin.dir={HOME}/plugin\n"
        )
        self.log = open(folder / "trino.log", "wb")
        self.process = subprocess.Popen(
            [
                java,
                *OPTIONS,
                f"-Dconfig={folder}/etc/config.properties",
                f"-Dcatalog.config-dir={catalogs}",
                "-cp",
                f"{HOME}/lib/*",
                "io.trino.server.TrinoServer",
            ],
            cwd=folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true"},
        )

    def said(self):
        return (self.folder / "trino.log").read_text(errors="replace")

    def wait(self, seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said()[-5000:]
            try:
                if not self.call("GET", f"{self.address}/v1/info")["starting"]:
                    return
            except OSError:
                pass
            time.sleep(1)
        raise AssertionError(f"Trino is not ready after {seconds} s: {self.said()[-5000:]}")

    def call(self, method, address, body=None):
        request = urllib.request.Request(
            address, data=body, method=method, headers={"X-Trino-User": "test"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def rows(self, sql):
        """The rows of a finished statement."""
        rows, answer = [], self.call("POST", f"{self.address}/v1/statement", sql.encode())
        while True:
            if "error" in answer:
                raise Failed(
                    f"{answer['error']['errorName']}: {answer['error']['message']} in {sql}"
                )
            rows += [tuple(row) for row in answer.get("data", [])]
            if "nextUri" not in answer:
                return rows
            answer = self.call("GET", answer["nextUri"])

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
