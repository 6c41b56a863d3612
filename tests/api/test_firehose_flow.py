"""Firehose: several cuts on their way at once, a destination that changes, AWS's limits."""

import gzip

import pytest
from test_firehose import Lake, code, lake  # noqa: F401
from test_firehose_partitions import by_query
from test_firehose_stages import failures, put

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"


def rows_of(begin, end):
    return [b"%06d" % i + b"x" * 9_993 + b"\n" for i in range(begin, end)]


def update(lake, version, **config):  # noqa: F811
    lake.firehose.update_destination(
        DeliveryStreamName="out",
        CurrentDeliveryStreamVersionId=str(version),
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate=config,
    )


def shows(lake, family, value):  # noqa: F811
    """A line of the server's metrics."""
    lines = lake.freshet.get("/_freshet/metrics").splitlines()
    return any(line.startswith(family + "{") and line.endswith(f" {value}") for line in lines)


def wait_for_failure(lake):  # noqa: F811
    lake.freshet.until(lambda: shows(lake, "freshet_delivery_failing", 1))


def lake_of(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="lake")
    return Lake(server, s3)


def test_a_backlog_is_delivered_once_in_full_objects_and_in_order(lake):  # noqa: F811
    """It waits for its bucket, over a restart as well."""
    lake.create(BucketARN="arn:aws:s3:::later")
    rows = rows_of(0, 1_000)
    for i in range(0, 1_000, 100):
        put(lake, *rows[i : i + 100])
    wait_for_failure(lake)
    lake.freshet.kill9()
    lake.freshet.restart()
    wait_for_failure(lake)
    lake.s3.create_bucket(Bucket="later")

    def objects():
        return lake.s3.list_objects_v2(Bucket="later").get("Contents", [])

    lake.freshet.until(lambda: len(objects()) == 10, advance_ms=60_000)
    found = [
        lake.s3.get_object(Bucket="later", Key=item["Key"])["Body"].read() for item in objects()
    ]
    found.sort(key=lambda body: body[:6])
    assert b"".join(found) == b"".join(rows)
    assert [len(body) // 10_000 for body in found] == [105] * 9 + [55]


def test_what_refused_is_tried_again_by_the_changed_destination(lake):  # noqa: F811
    """Bucket, prefix, version, compression and delimiter are those of the new one, also of what was
    cut before.
    """
    lake.create(
        BucketARN="arn:aws:s3:::nowhere",
        Prefix="old/",
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60},
    )
    rows = rows_of(0, 250)
    for i in range(0, 250, 50):
        put(lake, *rows[i : i + 50])
    wait_for_failure(lake)
    processing = {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]}
    update(
        lake,
        1,
        BucketARN="arn:aws:s3:::lake",
        Prefix="new/",
        CompressionFormat="GZIP",
        ProcessingConfiguration=processing,
    )
    keys = lake.wait_for_keys(3, advance_ms=60_000)
    assert len(keys) == 3
    for key in keys:
        assert key.startswith("new/2026/01/01/00/out-2-") and key.endswith(".gz")
        assert lake.s3.head_object(Bucket="lake", Key=key)["ContentEncoding"] == "gzip"
    bodies = sorted(
        gzip.decompress(lake.s3.get_object(Bucket="lake", Key=key)["Body"].read()) for key in keys
    )
    assert b"".join(bodies) == b"".join(row + b"\n" for row in rows)


def test_what_waits_goes_by_stages_that_come_meanwhile(lake):  # noqa: F811
    """It was read for a destination without stages."""
    lake.freshet.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    lake.create(source=STREAM)
    lake.freshet.client("kinesis").put_record(
        StreamName="s", Data=b'{"a":1}{"a":2}', PartitionKey="k"
    )
    lake.freshet.until(lambda: shows(lake, "freshet_delivery_waiting_bytes", 14))
    update(
        lake,
        1,
        ProcessingConfiguration={
            "Enabled": True,
            "Processors": [
                {
                    "Type": "RecordDeAggregation",
                    "Parameters": [{"ParameterName": "SubRecordType", "ParameterValue": "JSON"}],
                },
                {"Type": "AppendDelimiterToRecord"},
            ],
        },
    )
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert lake.content() == b'{"a":1}\n{"a":2}\n'


@pytest.mark.parametrize("compression", ["UNCOMPRESSED", "GZIP"])
def test_objects_have_the_checksum_that_a_put_gives_them(lake, compression):  # noqa: F811
    lake.create(CompressionFormat=compression)
    put(lake, b"one\n", b"two\n")
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    got = lake.s3.get_object(Bucket="lake", Key=key, ChecksumMode="ENABLED")
    body = got["Body"].read()
    lake.s3.put_object(Bucket="lake", Key="same", Body=body, ChecksumAlgorithm="CRC32")
    lake.s3.copy_object(
        Bucket="lake",
        Key="same",
        CopySource={"Bucket": "lake", "Key": "same"},
        ChecksumAlgorithm="CRC64NVME",
        MetadataDirective="REPLACE",
    )
    same = lake.s3.head_object(Bucket="lake", Key="same", ChecksumMode="ENABLED")
    assert got["ChecksumType"] == "FULL_OBJECT"
    assert got["ChecksumCRC64NVME"] == same["ChecksumCRC64NVME"]


def test_more_partitions_are_active_when_the_setting_says_so(make_freshet):
    server = make_freshet(config="delivery:\n  partition_limit: 600\n")
    lake = lake_of(server)  # noqa: F811
    lake.create(**by_query("{c: .c, y: .y}"))
    rows = [b'{"c": %d, "y": 1}' % n for n in range(601)]
    put(lake, *rows[:300])
    put(lake, *rows[300:])
    server.advance(60_000)
    server.until(lambda: failures(lake, "activePartitionExceeded"))
    assert len(failures(lake, "activePartitionExceeded")) == 1
    names = {
        item["Key"].rsplit("/", 1)[0]
        for page in lake.s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="c=")
        for item in page["Contents"]
    }
    assert names == {f"c={n}/y=1" for n in range(600)}


def test_encryption_is_switched_25_times_a_day_with_the_limits_of_aws(make_freshet):
    server = make_freshet(config="limits: aws\n")
    lake = lake_of(server)  # noqa: F811
    lake.create()
    lake.create("other")
    start = lake.firehose.start_delivery_stream_encryption
    stop = lake.firehose.stop_delivery_stream_encryption
    for _ in range(12):
        start(DeliveryStreamName="out")
        stop(DeliveryStreamName="out")
        server.advance(1000)  # AWS takes five calls of an operation a second
    start(DeliveryStreamName="out")
    assert code(stop, DeliveryStreamName="out") == "LimitExceededException"
    start(DeliveryStreamName="other")
    server.kill9()
    server.start()  # it remembers
    assert code(stop, DeliveryStreamName="out") == "LimitExceededException"
    server.advance(24 * 3_600_000)
    stop(DeliveryStreamName="out")
