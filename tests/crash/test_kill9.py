"""The server is killed while clients work: everything acknowledged is there, once and in order."""

import threading
import time

import botocore.exceptions
import urllib3.exceptions

from application_input import csv_input

REFUSED = (
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
    urllib3.exceptions.HTTPError,
    OSError,
)


class Writer(threading.Thread):
    """Calls `put(number)` with growing numbers until stopped; notes which were acknowledged and
    which are in doubt.
    """

    def __init__(self, put):
        super().__init__(daemon=True)
        self.put, self.acknowledged, self.in_doubt, self.stopping = put, [], set(), False

    def run(self):
        number = 0
        while not self.stopping:
            number += 1
            try:
                self.put(number)
                self.acknowledged.append(number)
            except REFUSED:
                self.in_doubt.add(number)
                time.sleep(0.002)


def crash(server, writers, kills, rng):
    for writer in writers:
        writer.start()
    for _ in range(kills):
        time.sleep(rng.uniform(0.001, 0.12))
        server.kill9()
        server.start()
    server.until(lambda: all(writer.acknowledged for writer in writers))
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join()


def check(found, writer):
    """Each acknowledged number once, in order; besides them at most the numbers in doubt, once."""
    assert len(found) == len(set(found)), "doubled"
    assert found == sorted(found), "reordered"
    assert set(writer.acknowledged) <= set(found), (
        f"lost {sorted(set(writer.acknowledged) - set(found))[:5]}"
    )
    assert set(found) <= set(writer.acknowledged) | writer.in_doubt, "invented"
    assert writer.acknowledged, "nothing was written between the kills"


def test_streams_keep_what_they_acknowledged(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    hashes = ["0", str(2**127)]

    def putter(shard):
        client = server.client("kinesis")
        return lambda n: client.put_record(
            StreamName="s", Data=b"%d" % n, PartitionKey="k", ExplicitHashKey=hashes[shard]
        )

    writers = [Writer(putter(shard)) for shard in range(2)]
    crash(server, writers, kills, rng)
    for shard, writer in enumerate(writers):
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=str(shard), ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = []
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            found += [int(record["Data"]) for record in answer["Records"]]
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                break
        check(found, writer)


def hold_delivery(server, crash):
    """Records are put to a delivery stream while `crash(server, writers)` runs; each acknowledged
    one reaches the lake once.
    """
    s3, firehose = server.client("s3"), server.client("firehose")
    s3.create_bucket(Bucket="lake")
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/r",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        },
    )
    client = server.client("firehose")
    writer = Writer(
        lambda n: client.put_record(DeliveryStreamName="d", Record={"Data": b"%d\n" % n})
    )
    crash(server, [writer])

    def lake():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sorted(
            int(line)
            for key in keys
            for line in s3.get_object(Bucket="lake", Key=key)["Body"].read().split()
        )

    server.until(lambda: set(writer.acknowledged) <= set(lake()))
    check(lake(), writer)


def test_delivery_brings_each_acknowledged_record_to_the_lake_once(make_freshet, kills, rng):
    hold_delivery(
        make_freshet(clock="system"), lambda server, writers: crash(server, writers, kills, rng)
    )


def hold_objects(server, crash):
    """Small and large objects are put while `crash(server, writers)` runs; each is whole
    afterwards, or absent.
    """
    s3 = server.client("s3")
    s3.create_bucket(Bucket="crash")

    def body(n, size):
        return (b"%d " % n) * (size // 8)

    sizes = {"small": 10_000, "large": 400_000}  # in a pack, in a file of its own

    def putter(kind):
        client = server.client("s3")
        return lambda n: client.put_object(
            Bucket="crash", Key="%s/%09d" % (kind, n), Body=body(n, sizes[kind])
        )

    writers = {kind: Writer(putter(kind)) for kind in sizes}
    crash(server, list(writers.values()))
    for kind, writer in writers.items():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="crash", Prefix=kind + "/")
        found = [
            int(item["Key"].split("/")[1]) for page in pages for item in page.get("Contents", [])
        ]
        check(found, writer)
        for n in found:
            assert s3.get_object(Bucket="crash", Key="%s/%09d" % (kind, n))["Body"].read() == body(
                n, sizes[kind]
            ), (kind, n)


def test_objects_are_whole_or_absent(make_freshet, kills, rng):
    hold_objects(
        make_freshet(clock="system"), lambda server, writers: crash(server, writers, kills, rng)
    )


CODE = """CREATE STREAM ALL_ROWS (N INTEGER);
CREATE PUMP P1 AS INSERT INTO ALL_ROWS SELECT STREAM N FROM SOURCE_SQL_STREAM_001;
CREATE STREAM COUNTS (W TIMESTAMP, ODD INTEGER, C BIGINT);
CREATE PUMP P2 AS INSERT INTO COUNTS
SELECT STREAM STEP(S.ROWTIME BY INTERVAL '1' SECOND), MOD(N, 2), COUNT(*)
FROM SOURCE_SQL_STREAM_001 AS S GROUP BY MOD(N, 2), STEP(S.ROWTIME BY INTERVAL '1' SECOND);"""


def test_an_application_takes_each_row_once_and_counts_each_in_one_window(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    kinesis, analytics = server.client("kinesis"), server.client("kinesisanalytics")
    for name, shards in (("in", 2), ("rows", 1), ("counts", 1)):
        kinesis.create_stream(StreamName=name, ShardCount=shards)
    role = "arn:aws:iam::000000000000:role/r"
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/"
    analytics.create_application(
        ApplicationName="a",
        ApplicationCode=CODE,
        Inputs=[csv_input(arn + "in", role, {"N": "INTEGER"})],
        Outputs=[
            {
                "Name": stream,
                "KinesisStreamsOutput": {"ResourceARN": arn + to, "RoleARN": role},
                "DestinationSchema": {"RecordFormatType": "CSV"},
            }
            for stream, to in (("ALL_ROWS", "rows"), ("COUNTS", "counts"))
        ],
    )
    analytics.start_application(
        ApplicationName="a",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )
    writers = [
        Writer(
            lambda n, client=server.client("kinesis"), odd=odd: client.put_record(
                StreamName="in", Data=b"%d" % (2 * n + odd), PartitionKey=str(n)
            )
        )
        for odd in (0, 1)
    ]
    crash(server, writers, kills, rng)

    def read(stream):
        lines = []
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while True:
                answer = kinesis.get_records(ShardIterator=iterator)
                lines += [record["Data"].decode().strip() for record in answer["Records"]]
                iterator = answer["NextShardIterator"]
                if answer["MillisBehindLatest"] == 0:
                    break
        return lines

    put = sorted(map(int, read("in")))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        counts = [line.split(",") for line in read("counts")]
        if sum(int(count) for _, _, count in counts) >= len(put):
            break
        time.sleep(0.1)
    assert sorted(map(int, read("rows"))) == put
    assert len({(window, odd) for window, odd, _ in counts}) == len(counts), (
        "a window came out twice"
    )
    for odd in (0, 1):
        assert sum(int(count) for _, parity, count in counts if int(parity) == odd) == sum(
            number % 2 == odd for number in put
        )
    assert {2 * number for number in writers[0].acknowledged} <= set(put)
