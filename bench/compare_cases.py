"""The cases of `./dev bench compare`: what each prepares on a server, and what it measures there.

A case has prepare(server, options), once; measure(server, options, turn), which gives a
Measurement; and rounds(options). Nothing may depend on which server it is given.
"""

import contextlib
import dataclasses
import pathlib
import tempfile
import time

import article
import lake
import streams
from server import ROOT

MIB = 1024 * 1024


@contextlib.contextmanager
def cpu_of(server):
    """A list that has the server's CPU seconds of the block at its end."""
    spent, before = [], server.cpu_seconds()
    yield spent
    spent.append(server.cpu_seconds() - before)


@dataclasses.dataclass
class Measurement:
    rate: float  # in the case's `unit`
    cost: float  # CPU seconds of the server for one piece of the case's `work`
    of_raw: float | None = None  # the rate as a part of what the disk alone reached, right after it


class Case:
    unit, work = "/s", "request"

    def rounds(self, options):
        return options.rounds

    def prepare(self, server, options):
        pass


class Objects(Case):
    """PUT or GET of objects of one size on 16 connections."""

    def __init__(self, verb, size, count):
        self.verb, self.size, self.count = verb, size, count

    def load(self, server, verb, **more):
        return streams.run(
            ROOT, server, verb, bucket="bench", size=self.size, connections=16, **more
        )

    def prepare(self, server, options):
        server.client("s3").create_bucket(Bucket="bench")
        if self.verb == "get-objects":
            self.load(server, "put-objects", prefix="g", count=self.count, seconds=0)

    def measure(self, server, options, turn):
        more = dict(seconds=options.seconds)
        if self.verb == "get-objects":
            more |= dict(prefix="g", count=self.count)
        elif self.count:  # as many bytes for each server, whatever the time
            more = dict(prefix=f"p{turn}", count=self.count * options.seconds, seconds=0)
        else:
            more |= dict(prefix=f"p{turn}", count=0)
        with cpu_of(server) as cpu:
            found = self.load(server, self.verb, **more)
        return Measurement(found["requests_s"], cpu[0] / found["answered"])


class Puts(Case):
    """Records into a stream of four shards, and append + fdatasync of the same bytes."""

    def __init__(self, records, size, connections):
        self.records, self.size, self.connections = records, size, connections

    def prepare(self, server, options):
        server.client("kinesis").create_stream(StreamName="b", ShardCount=4)

    def measure(self, server, options, turn):
        with cpu_of(server) as cpu:
            found = streams.run(
                ROOT,
                server,
                "put",
                stream="b",
                seconds=options.seconds,
                raw_file=f"{server.directory.name}/raw",
                records=self.records,
                size=self.size,
                users=1,
                connections=self.connections,
            )
        # A second of warming up counts in the one and not in the other.
        cost = cpu[0] / (found["requests_s"] * (options.seconds + 1))
        return Measurement(found["requests_s"], cost, found["ratio"])


class Rows(Case):
    """Rows of CSV, a record each: put, counted beside the article's top K, and delivered as text,
    all together. The rate is rows a CPU second of the server.
    """

    unit, work = "rows/CPU s", "row"

    def __init__(self):
        self.file = None

    def rounds(self, options):
        return max(1, options.rounds // 3)

    def prepare(self, server, options):
        if self.file is None:
            self.directory = tempfile.TemporaryDirectory(prefix="freshet-bench-rows-")
            self.file = pathlib.Path(self.directory.name) / "rows.csv"
            made = self.file.with_suffix(".made")
            article.make_rows(made, options.rows)
            with open(made) as rows, open(self.file, "w") as out:
                next(rows)
                out.writelines(rows)
            made.unlink()

    def measure(self, server, options, turn):
        stream = f"rows-{turn}"
        server.client("kinesis").create_stream(StreamName=stream, ShardCount=2)
        server.client("s3").create_bucket(Bucket="lake")
        before = article.delivered_bytes(server)
        with cpu_of(server) as cpu:
            article.start_delivery(server, stream)
            counted = article.start_application(server, stream, f"app-{turn}")
            streams.run(ROOT, server, "put-rows", stream=stream, file=self.file, connections=4)
            while counted() < options.rows:
                time.sleep(0.05)
            while article.delivered_bytes(server) - before < self.file.stat().st_size:
                time.sleep(0.05)
        server.client("kinesisanalytics").stop_application(ApplicationName=f"app-{turn}")
        return Measurement(options.rows / cpu[0], cpu[0] / options.rows)


class Delivery(Case):
    """A backlog of rows of 264 bytes, a record each, in a stream of four shards, into text objects
    of 5 MiB. It waits while its bucket is missing; the server then starts again with the bucket
    there, so that nothing else happens while it delivers, and what it reads is not in its memory.
    """

    unit, work = "MB/s", "MB"

    def __init__(self):
        self.file = None

    def rounds(self, options):
        return max(1, options.rounds // 3)

    def prepare(self, server, options):
        if self.file is None:
            self.directory = tempfile.TemporaryDirectory(prefix="freshet-bench-rows-")
            self.file = pathlib.Path(self.directory.name) / "rows.csv"
            with open(self.file, "w") as out:
                out.writelines(map(lake.row, range(options.rows)))

    def measure(self, server, options, turn):
        stream, bucket = f"rows-{turn}", f"lake-{turn}"
        server.client("kinesis").create_stream(StreamName=stream, ShardCount=4)
        article.deliver(server, stream, bucket)
        streams.run(ROOT, server, "put-rows", stream=stream, file=self.file, connections=4)
        server.client("s3").create_bucket(Bucket=bucket)
        server.pause()
        server.start()
        size, begun, cpu = self.file.stat().st_size, time.monotonic(), server.cpu_seconds()
        while article.delivered_bytes(server, bucket) < size:
            time.sleep(0.05)
        seconds, spent = time.monotonic() - begun, server.cpu_seconds() - cpu
        assert article.delivered_bytes(server, bucket) == size, "each row once"
        server.client("firehose").delete_delivery_stream(DeliveryStreamName=f"of-{stream}")
        server.client("kinesis").delete_stream(StreamName=stream)
        return Measurement(size / 1e6 / seconds, spent / (size / 1e6))


CASES = {
    "s3-put-4k": Objects("put-objects", 4096, 0),
    "s3-get-4k": Objects("get-objects", 4096, 10_000),
    "s3-put-8m": Objects("put-objects", 8 * MIB, 48),
    "s3-get-8m": Objects("get-objects", 8 * MIB, 32),
    "put-record": Puts(records=1, size=100, connections=64),
    "put-records": Puts(records=500, size=1024, connections=4),
    "rows": Rows(),
    "delivery": Delivery(),
}
