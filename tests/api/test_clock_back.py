"""The system's clock goes back by an hour while a server runs, and before one starts: nothing
stops.
"""

import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import time

import pytest

# By its path: another folder's conftest may have the name already.
SPEC = importlib.util.spec_from_file_location(
    "server_of_tests", pathlib.Path(__file__).resolve().parent.parent / "conftest.py"
)
SERVER = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(SERVER)

# Takes the place of clock_gettime for the wall clocks; the file holds the offset in seconds.
SHIM = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static volatile long *offset;
__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    offset = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    close(file);
}
int clock_gettime(clockid_t clock, struct timespec *out) {
    int result = syscall(SYS_clock_gettime, clock, out);
    if ((clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && offset)
        out->tv_sec += *offset;
    return result;
}
"""
COMPILER = shutil.which("cc") or shutil.which("clang-19") or shutil.which("gcc")


class Shifted(SERVER.Freshet):
    def __init__(self, directory, **options):
        self.offset = directory / "offset"
        self.move(0)
        (directory / "shim.c").write_text(SHIM)
        self.library = directory / "shim.so"
        subprocess.run(
            [COMPILER, "-shared", "-fPIC", "-O1", "-o", self.library, directory / "shim.c"],
            check=True,
        )
        super().__init__(directory, clock="system", **options)

    def move(self, seconds):
        if not self.offset.exists():
            self.offset.write_bytes(bytes(8))
        with open(self.offset, "r+b") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    def command(self, *arguments):
        return [
            "env",
            f"LD_PRELOAD={self.library}",
            f"CLOCK_OFFSET={self.offset}",
            *super().command(*arguments),
        ]


@pytest.fixture
def shifted(tmp_path):
    if not COMPILER:
        pytest.skip("no C compiler")
    server = Shifted(tmp_path)
    yield server
    server.close()


def delivery(server):
    server.client("s3").create_bucket(Bucket="lake")
    server.client("firehose").create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/any",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        },
    )


def deliver(server, count):
    server.client("firehose").put_record(DeliveryStreamName="out", Record={"Data": b"row\n"})
    server.until(lambda: server.client("s3").list_objects_v2(Bucket="lake")["KeyCount"] >= count)


def test_delivery_and_arrival_continue_and_the_log_and_health_report_it(shifted):
    delivery(shifted)
    kinesis = shifted.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    deliver(shifted, 1)
    kinesis.put_record(StreamName="s", Data=b"before", PartitionKey="k")
    before = time.time()
    shifted.move(-3600)
    for count in (2, 3):
        deliver(shifted, count)
    kinesis.put_record(StreamName="s", Data=b"behind", PartitionKey="k")
    shifted.until(lambda: "the system's clock went back" in shifted.server_log())
    health = json.loads(shifted.get("/_freshet/health"))
    (trouble,) = health["troubles"]
    assert health["status"] == "degraded" and trouble["part"] == "clock"
    assert 3_500_000 < int(re.search(r"by (\d+) ms", trouble["reason"])[1]) <= 3_600_000
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    first, second = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert second["ApproximateArrivalTimestamp"] > first["ApproximateArrivalTimestamp"]
    assert abs(second["ApproximateArrivalTimestamp"].timestamp() - before) < 60, (
        "not an hour earlier"
    )

    shifted.restart()  # starts with the wrong time, continues from the streams' times
    deliver(shifted, 4)
    assert json.loads(shifted.get("/_freshet/health"))["troubles"][0]["part"] == "clock"
    shifted.move(0)
    shifted.until(lambda: json.loads(shifted.get("/_freshet/health")) == {"status": "ok"})
    shifted.until(lambda: "has come up with the time again" in shifted.server_log())
