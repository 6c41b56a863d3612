#!/usr/bin/env python3
"""What snapshots of an application with many open keys cost others: how long writers wait while one
is written, and how long SIGTERM takes.

bench/snapshots.py [--keys 10000000] [--snapshots 3]

Two writers, one call after the other: PutRecord into another stream, and Glue CreateDatabase, a
transaction of the metadata. Needs about 110 bytes of memory a key; ends with 1 when a writer
waited longer than --wait-ms at its 99th percentile, or SIGTERM took more than --end-s.
"""

import argparse
import contextlib
import pathlib
import re
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from idle_memory import MIB  # noqa: E402
from server import Server  # noqa: E402

ARN, ROLE = "arn:aws:kinesis:us-east-1:000000000000:stream/in", "arn:aws:iam::000000000000:role/any"
CODE = """CREATE STREAM "TOP" ("PLACE" VARCHAR(32), "N" BIGINT);
CREATE PUMP "P" AS INSERT INTO "TOP" SELECT STREAM ITEM, ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "Place" FROM "SOURCE_SQL_STREAM_001"), 'Place', 1, 3600));"""
ROWS_OF_A_RECORD = 40_000


def start_application(server):
    kinesis, analytics = server.client("kinesis"), server.client("kinesisanalytics")
    for name in ("in", "other"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    csv = {
        "RecordFormatType": "CSV",
        "MappingParameters": {
            "CSVMappingParameters": {"RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}
        },
    }
    analytics.create_application(
        ApplicationName="app",
        ApplicationCode=CODE,
        Inputs=[
            {
                "NamePrefix": "SOURCE_SQL_STREAM",
                "KinesisStreamsInput": {"ResourceARN": ARN, "RoleARN": ROLE},
                "InputSchema": {
                    "RecordFormat": csv,
                    "RecordColumns": [{"Name": "Place", "SqlType": "VARCHAR(32)"}],
                },
            }
        ],
    )
    analytics.start_application(
        ApplicationName="app",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )


def fill(kinesis, keys):
    for at in range(0, keys, ROWS_OF_A_RECORD):
        data = "".join(
            f"key {number:012}\n" for number in range(at, min(at + ROWS_OF_A_RECORD, keys))
        )
        kinesis.put_record(StreamName="in", PartitionKey="k", Data=data.encode())


def rows_in(server):
    with urllib.request.urlopen(f"http://{server.endpoint}/_freshet/metrics", timeout=60) as answer:
        found = re.search(
            r"^freshet_application_rows_in_total\{.*\} (.*)$", answer.read().decode(), re.M
        )
    return float(found[1]) if found else 0


class Watch:
    """When a snapshot is being written, seen by its file."""

    def __init__(self, directory):
        self.files, self.spans, self.stopping = (
            pathlib.Path(directory) / "data" / "analytics" / "1",
            [],
            False,
        )
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        since = None
        while not self.stopping:
            is_writing = self.files.exists() and any(
                path.name.endswith(".new") for path in self.files.iterdir()
            )
            now = time.monotonic()
            if is_writing and since is None:
                since = now
            if not is_writing and since is not None:
                self.spans.append((since, now))
                since = None
            time.sleep(0.005)

    def stop(self):
        self.stopping = True
        self.thread.join()


class Calls:
    def __init__(self, call):
        self.call, self.spans, self.stopping = call, [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            begun = time.monotonic()
            self.call(len(self.spans))
            self.spans.append((begun, time.monotonic()))
            time.sleep(0.002)

    def stop(self):
        self.stopping = True
        self.thread.join()

    def during(self, snapshots, is_inside):
        """Milliseconds of the calls that overlap a snapshot, or of the others."""
        slack = 0.1  # what comes after the file has its name: the metadata, the file before removed
        return sorted(
            (end - begin) * 1000
            for begin, end in self.spans
            if any(begin < to + slack and end > of for of, to in snapshots) == is_inside
        )


def share(values, percent):
    return values[min(int(len(values) * percent / 100), len(values) - 1)]


def end(server, what):
    begun = time.monotonic()
    code = server.pause()
    took = time.monotonic() - begun
    print(f"{what}: ended with {code} after {took:.1f} s")
    return took


def measure(keys, snapshots, directory):
    with contextlib.ExitStack() as stack:
        return measure_with(stack, keys, snapshots, directory)


def started(stack, directory):
    server = Server(data=f"{directory}/data")
    stack.callback(server.process.kill)
    return server


def measure_with(stack, keys, snapshots, directory):
    server = started(stack, directory)
    start_application(server)
    kinesis, glue = server.client("kinesis"), server.client("glue")
    begun = time.monotonic()
    watch = Watch(directory)
    stack.callback(watch.stop)
    fill(kinesis, keys)
    while rows_in(server) < keys:
        time.sleep(0.5)
    print(
        f"{keys} keys after {time.monotonic() - begun:.0f} s, "
        f"{server.memory_mib():.0f} MiB resident"
    )
    before = len(watch.spans)
    writers = {
        "PutRecord": Calls(
            lambda number: kinesis.put_record(StreamName="other", PartitionKey="k", Data=b"x" * 100)
        ),
        "CreateDatabase": Calls(
            lambda number: glue.create_database(DatabaseInput={"Name": f"d{number}"})
        ),
    }
    for one in writers.values():
        stack.callback(one.stop)
    hot = server.client("kinesis")
    while len(watch.spans) < before + snapshots:
        hot.put_record(StreamName="in", PartitionKey="k", Data=b"hot\n")
        time.sleep(0.5)
    for one in writers.values():
        one.stop()
    spans = watch.spans[before:]
    size = sum(path.stat().st_size for path in watch.files.iterdir()) / MIB
    print(
        f"{len(spans)} snapshots of {size:.0f} MiB, "
        + ", ".join(f"{end - begin:.1f}" for begin, end in spans)
        + " s long"
    )
    worst = 0
    for name, one in writers.items():
        for is_inside in (False, True):
            took = one.during(spans, is_inside)
            print(
                f"{name} {'during snapshots' if is_inside else 'between them'}: p50 "
                f"{share(took, 50):.1f} ms, p99 {share(took, 99):.1f} ms, "
                f"longest {took[-1]:.1f} ms, of {len(took)}"
            )
        worst = max(worst, share(took, 99))
    hot.put_record(StreamName="in", PartitionKey="k", Data=b"hot\n")
    ends = [end(server, "SIGTERM")]
    watch.stop()
    server = started(stack, directory)
    ends.append(end(server, "SIGTERM while the state is loaded"))
    return worst, max(ends)


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--keys", type=int, default=10_000_000)
    options.add_argument("--snapshots", type=int, default=3)
    options.add_argument("--wait-ms", type=float, default=50)
    options.add_argument("--end-s", type=float, default=5)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        worst, took = measure(options.keys, options.snapshots, directory)
    return int(worst > options.wait_ms or took > options.end_s)


if __name__ == "__main__":
    sys.exit(main())
