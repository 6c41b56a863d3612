"""Firehose through boto3: buffers, names, compression, sources, exactly once."""

import concurrent.futures
import gzip
import hashlib
import io
import json
import re
import struct
import uuid
import zipfile

import botocore.exceptions
import pyarrow
import pytest
from aws_kinesis_agg import aggregator

ROLE = "arn:aws:iam::000000000000:role/any"
HIVE = "top/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"


@pytest.fixture
def lake(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    return Lake(freshet, s3)


class Lake:
    def __init__(self, freshet, s3):
        self.freshet, self.s3, self.firehose = freshet, s3, freshet.client("firehose")

    def create(self, name="out", source=None, **config):
        destination = {
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
            **config,
        }
        extra = (
            {
                "DeliveryStreamType": "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration": {"KinesisStreamARN": source, "RoleARN": ROLE},
            }
            if source
            else {}
        )
        return self.firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination, **extra
        )

    def keys(self):
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket="lake").get("Contents", [])]

    def content(self):
        return b"".join(
            self.s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in self.keys()
        )

    def wait_for_keys(self, count, advance_ms=0):
        return self.freshet.until(
            lambda: len(self.keys()) >= count and self.keys(), advance_ms=advance_ms
        )


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_a_buffer_goes_out_when_its_time_is_over(lake):
    lake.create()
    for i in range(3):
        assert lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"row %d\n" % i})[
            "RecordId"
        ]
    lake.freshet.advance(59_000)
    assert lake.keys() == []
    lake.freshet.advance(1_000)
    [key] = lake.wait_for_keys(1)
    assert re.fullmatch(
        r"2026/01/01/00/out-1-2026-01-01-00-00-00-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key
    )
    assert lake.content() == b"row 0\nrow 1\nrow 2\n"
    assert lake.s3.head_object(Bucket="lake", Key=key)["ContentType"] == "application/octet-stream"


def test_small_records_go_out_before_they_fill_a_buffer(lake):
    """A user record of an aggregate has 7 bytes and takes 100 in memory: a million of them become
    one object.
    """
    message = b"\n\x01k" + b"\x1a\x05\x08\x00\x1a\x01x" * 140_000
    aggregate = b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    lake.create(
        source="arn:aws:kinesis:us-east-1:000000000000:stream/s",
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 900},
    )
    for _ in range(8):
        kinesis.put_record(StreamName="s", Data=aggregate, PartitionKey="k")
    lake.wait_for_keys(1)
    assert lake.content() == b"x" * 1_120_000


def test_a_buffer_goes_out_when_it_is_full(lake):
    lake.create()
    rows = [b"%06d" % i + b"x" * 9_993 + b"\n" for i in range(300)]
    for i in range(0, 300, 100):
        answer = lake.firehose.put_record_batch(
            DeliveryStreamName="out", Records=[{"Data": row} for row in rows[i : i + 100]]
        )
        assert answer["FailedPutCount"] == 0 and len(answer["RequestResponses"]) == 100
    assert len(lake.wait_for_keys(2)) == 2
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)
    assert sorted(lake.content().splitlines(keepends=True)) == rows


def test_hive_prefix_gzip_extension_and_delimiter(lake):
    lake.create(
        Prefix=HIVE,
        ErrorOutputPrefix="err/!{firehose:error-output-type}/",
        CompressionFormat="GZIP",
        ProcessingConfiguration={
            "Enabled": True,
            "Processors": [{"Type": "AppendDelimiterToRecord", "Parameters": []}],
        },
    )
    lake.freshet.advance(3 * 3600_000)
    for word in (b"a", b"b"):
        lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": word})
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    assert key.startswith("top/year=2026/month=01/day=01/hour=03/out-1-") and key.endswith(".gz")
    assert gzip.decompress(lake.content()) == b"a\nb\n"
    assert lake.s3.head_object(Bucket="lake", Key=key)["ContentEncoding"] == "gzip"


def hadoop_blocks(data):
    """The raw blocks of Hadoop's container, which has one chunk a block here."""
    at = 0
    while at < len(data):
        _, size = struct.unpack_from(">II", data, at)
        yield data[at + 8 : at + 8 + size]
        at += 8 + size


def xerial_blocks(data):
    assert data[:16] == b"\x82SNAPPY\0\0\0\0\1\0\0\0\1"
    at = 16
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def unsnappy(blocks):
    codec = pyarrow.Codec("snappy")
    return b"".join(codec.decompress(block, raw_size(block), asbytes=True) for block in blocks)


def raw_size(block):
    """The varint that a raw snappy block begins with."""
    size = 0
    for i, byte in enumerate(block):
        size |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return size


def unzip(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    [entry] = archive.infolist()
    assert entry.compress_type == zipfile.ZIP_DEFLATED and uuid.UUID(entry.filename)
    assert entry.date_time == (2026, 1, 1, 0, 0, 0)
    return archive.read(entry)


@pytest.mark.parametrize(
    ("compression", "extension", "encoding", "read"),
    [
        ("ZIP", ".zip", "zip", unzip),
        ("Snappy", ".snappy", "snappy-java", lambda data: unsnappy(xerial_blocks(data))),
        ("HADOOP_SNAPPY", ".snappy", "hadoop-snappy", lambda data: unsnappy(hadoop_blocks(data))),
    ],
)
def test_each_compression_is_read_back_by_a_foreign_reader(
    lake, compression, extension, encoding, read
):
    lake.create(CompressionFormat=compression)
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    destination = described["DeliveryStreamDescription"]["Destinations"][0]
    assert destination["S3DestinationDescription"]["CompressionFormat"] == compression
    rows = [b"%05d " % i + bytes([i % 256]) * 40 + b"\n" for i in range(2000)]
    for i in range(0, len(rows), 500):
        lake.firehose.put_record_batch(
            DeliveryStreamName="out", Records=[{"Data": row} for row in rows[i : i + 500]]
        )
    lake.freshet.restart()
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    assert key.endswith(extension)
    found = lake.s3.get_object(Bucket="lake", Key=key)
    assert found["ContentEncoding"] == encoding
    assert found["ContentType"] == "application/octet-stream"
    assert read(found["Body"].read()) == b"".join(rows)


def test_a_time_zone_applies_to_prefix_and_name(lake):
    lake.create(
        Prefix="d/!{timestamp:yyyy/MM/dd/HH}/",
        ErrorOutputPrefix="err/!{firehose:error-output-type}/",
        CustomTimeZone="America/Chicago",
    )
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"a"})
    lake.freshet.restart()
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    assert key.startswith("d/2025/12/31/18/out-1-2025-12-31-18-00-")
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")[
        "DeliveryStreamDescription"
    ]["Destinations"][0]
    assert described["ExtendedS3DestinationDescription"]["CustomTimeZone"] == "America/Chicago"
    assert code(lake.create, name="other", CustomTimeZone="Moon/Base") == "InvalidArgumentException"


def test_zero_buffering(lake):
    lake.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0})
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"now"})
    lake.wait_for_keys(1)


def test_a_missing_bucket_is_reported_in_health_interface_and_cloudwatch_logs(lake):
    freshet = lake.freshet
    logging = {
        "Enabled": True,
        "LogGroupName": "/aws/kinesisfirehose/out",
        "LogStreamName": "DestinationDelivery",
    }
    lake.create(BucketARN="arn:aws:s3:::nowhere", CloudWatchLoggingOptions=logging)
    lake.create(name="silent", BucketARN="arn:aws:s3:::nowhere")
    assert (
        code(lake.create, name="bad", CloudWatchLoggingOptions={"Enabled": True})
        == "InvalidArgumentException"
    )
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")[
        "DeliveryStreamDescription"
    ]
    assert (
        described["Destinations"][0]["ExtendedS3DestinationDescription"]["CloudWatchLoggingOptions"]
        == logging
    )
    for name in ("out", "silent"):
        lake.firehose.put_record(DeliveryStreamName=name, Record={"Data": b"row\n"})
    freshet.advance(60_000)
    line, *_ = map(
        json.loads,
        freshet.until(
            lambda: freshet.log_messages(
                "/aws/kinesisfirehose/out", logStreamNames=["DestinationDelivery"]
            )
        ),
    )
    assert line["errorCode"] == "S3.NoSuchBucket" and line["destination"] == "arn:aws:s3:::nowhere"
    assert (
        line["deliveryStreamARN"].endswith(":deliverystream/out")
        and line["deliveryStreamVersionId"] == 1
    )
    health = freshet.until(
        lambda: (
            len((found := json.loads(freshet.get("/_freshet/health"))).get("troubles", [])) == 2
            and found
        )
    )
    assert health["status"] == "degraded" and {one["name"] for one in health["troubles"]} == {
        "out",
        "silent",
    }
    assert all(
        one["part"] == "delivery" and "nowhere" in one["reason"] for one in health["troubles"]
    )
    nodes = [node for node in freshet.topic("overview")["nodes"] if node["kind"] == "delivery"]
    assert all("nowhere" in node["trouble"] for node in nodes)
    freshet.restart()
    lake.s3.create_bucket(Bucket="nowhere")
    freshet.until(
        lambda: lake.s3.list_objects_v2(Bucket="nowhere")["KeyCount"] == 2, advance_ms=60_000
    )
    freshet.until(lambda: json.loads(freshet.get("/_freshet/health")) == {"status": "ok"})


def test_what_expired_while_an_object_was_refused_is_left_out_after_a_restart(lake):
    freshet, hour = lake.freshet, 3_600_000
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    lake.create(
        source="arn:aws:kinesis:us-east-1:000000000000:stream/s",
        BucketARN="arn:aws:s3:::nowhere",
    )
    kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"old\n")
    freshet.advance(60_000)
    freshet.until(lambda: "nowhere" in freshet.get("/_freshet/health"))
    for _ in range(23):
        freshet.advance(hour)
    kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"new\n")
    oldest = "shardId-000000000000"

    def first():
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=oldest, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return [one["Data"] for one in kinesis.get_records(ShardIterator=iterator)["Records"]]

    for _ in range(2):
        freshet.advance(hour)
    freshet.until(lambda: first() == [b"new\n"])
    freshet.restart()
    lake.s3.create_bucket(Bucket="nowhere")

    def delivered():
        listed = lake.s3.list_objects_v2(Bucket="nowhere").get("Contents", [])
        return b"".join(
            lake.s3.get_object(Bucket="nowhere", Key=one["Key"])["Body"].read() for one in listed
        )

    freshet.until(lambda: b"new\n" in delivered(), advance_ms=60_000)
    assert delivered() in (b"new\n", b"old\nnew\n")  # each once; what is still there may come
    freshet.until(lambda: json.loads(freshet.get("/_freshet/health")) == {"status": "ok"})


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x0a\x01k",
        b"\x0a\x01k\x1a\x05\x08\x01\x1a\x01x",
        b"\x0a\x01k\x1a\x04\x08\x00\x18\x05",
        b"\x1a\x7f",
    ],
    ids=["nothing", "keys alone", "a key that is not there", "data that is a number", "cut off"],
)
def test_what_looks_like_an_aggregate_and_holds_no_record_is_delivered_as_it_is(lake, message):
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    lake.create(source="arn:aws:kinesis:us-east-1:000000000000:stream/s")
    data = b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()
    for record in (b"before\n", data, b"\nbehind\n"):
        kinesis.put_record(StreamName="s", PartitionKey="k", Data=record)
    lake.wait_for_keys(1, advance_ms=10_000)
    assert lake.content() == b"before\n" + data + b"\nbehind\n"


def test_a_kinesis_source_from_its_end_on_with_aggregates_taken_apart(lake):
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    kinesis.put_record(StreamName="s", Data=b"before\n", PartitionKey="k")
    lake.create(source="arn:aws:kinesis:us-east-1:000000000000:stream/s")
    aggregate = aggregator.RecordAggregator()
    for i in range(50):
        aggregate.add_user_record(f"key {i}", b"row %02d\n" % i)
    partition_key, _, data = aggregate.clear_and_get().get_contents()
    kinesis.put_record(StreamName="s", Data=data, PartitionKey=partition_key)
    kinesis.put_record(StreamName="s", Data=b"single\n", PartitionKey="other")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: len(lake.content().splitlines()) == 51)
    assert sorted(lake.content().splitlines()) == sorted(
        [b"row %02d" % i for i in range(50)] + [b"single"]
    )
    assert (
        code(lake.firehose.put_record, DeliveryStreamName="out", Record={"Data": b""})
        == "InvalidSourceException"
    )
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")[
        "DeliveryStreamDescription"
    ]
    assert described["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"].endswith(
        "stream/s"
    )


def test_describe_update_list_tags_delete(lake):
    lake.create("b")
    lake.create("a")
    assert lake.firehose.list_delivery_streams()["DeliveryStreamNames"] == ["a", "b"]
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="a")[
        "DeliveryStreamDescription"
    ]
    assert (
        described["DeliveryStreamStatus"],
        described["VersionId"],
        described["DeliveryStreamType"],
    ) == ("ACTIVE", "1", "DirectPut")
    destination = described["Destinations"][0]
    assert destination["ExtendedS3DestinationDescription"]["BufferingHints"] == {
        "SizeInMBs": 1,
        "IntervalInSeconds": 60,
    }
    update = dict(
        DeliveryStreamName="a",
        DestinationId=destination["DestinationId"],
        ExtendedS3DestinationUpdate={"Prefix": "new/"},
    )
    assert (
        code(lake.firehose.update_destination, **update, CurrentDeliveryStreamVersionId="7")
        == "ConcurrentModificationException"
    )
    lake.firehose.update_destination(**update, CurrentDeliveryStreamVersionId="1")
    lake.firehose.put_record(DeliveryStreamName="a", Record={"Data": b"x"})
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    assert key.startswith("new/2026/01/01/00/a-2-")
    lake.firehose.tag_delivery_stream(
        DeliveryStreamName="a", Tags=[{"Key": "k", "Value": "v"}, {"Key": "l"}]
    )
    lake.firehose.untag_delivery_stream(DeliveryStreamName="a", TagKeys=["l"])
    assert lake.firehose.list_tags_for_delivery_stream(DeliveryStreamName="a")["Tags"] == [
        {"Key": "k", "Value": "v"}
    ]
    lake.firehose.delete_delivery_stream(DeliveryStreamName="a")
    assert (
        code(lake.firehose.put_record, DeliveryStreamName="a", Record={"Data": b"x"})
        == "ResourceNotFoundException"
    )
    assert code(lake.create, name="b") == "ResourceInUseException"


def test_what_cannot_be_done_is_refused_at_creation(lake):
    for config in (
        {"Prefix": "!{timestamp:yyyy}/"},
        {"Prefix": "!{moon:phase}/", "ErrorOutputPrefix": "e/"},
        {"BufferingHints": {"SizeInMBs": 5}},
        {"DynamicPartitioningConfiguration": {"Enabled": True}},
        {
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [{"Type": "Lambda", "Parameters": []}],
            }
        },
    ):
        assert code(lake.create, **config) == "InvalidArgumentException", config
    assert (
        code(lake.create, source="arn:aws:kinesis:us-east-1:000000000000:stream/none")
        == "ResourceNotFoundException"
    )
    assert lake.firehose.list_delivery_streams()["DeliveryStreamNames"] == []


def test_a_missing_bucket_makes_the_source_wait_and_loses_nothing(lake):
    lake.create(
        BucketARN="arn:aws:s3:::later", BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 1}
    )
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"first\n"})
    lake.freshet.advance(10_000)
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"second\n"})
    lake.s3.create_bucket(Bucket="later")

    def content():
        keys = [item["Key"] for item in lake.s3.list_objects_v2(Bucket="later").get("Contents", [])]
        return b"".join(lake.s3.get_object(Bucket="later", Key=key)["Body"].read() for key in keys)

    lake.freshet.until(lambda: content() == b"first\nsecond\n", advance_ms=10_000)


@pytest.mark.parametrize("stop", ["terminate", "kill9"])
def test_what_was_acknowledged_is_delivered_once_after_a_restart(lake, stop):
    lake.create()
    for i in range(20):
        lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"%d\n" % i})
    getattr(lake.freshet, stop)()
    lake.freshet.restart()
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"20\n"})
    lake.freshet.advance(120_000)
    lake.wait_for_keys(1)
    assert lake.content() == b"".join(b"%d\n" % i for i in range(21))


def test_tags_and_destinations_changed_at_once_are_all_kept(lake):
    lake.create("a")
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="a")[
        "DeliveryStreamDescription"
    ]
    tags = [str(i) for i in range(12)]

    def change(name):
        if name == "6":
            lake.firehose.update_destination(
                DeliveryStreamName="a",
                CurrentDeliveryStreamVersionId=described["VersionId"],
                DestinationId=described["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate={"Prefix": "new/"},
            )
        lake.firehose.tag_delivery_stream(
            DeliveryStreamName="a", Tags=[{"Key": name, "Value": name}]
        )

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(change, tags))
    assert {
        one["Key"]
        for one in lake.firehose.list_tags_for_delivery_stream(DeliveryStreamName="a")["Tags"]
    } == set(tags)
    changed = lake.firehose.describe_delivery_stream(DeliveryStreamName="a")[
        "DeliveryStreamDescription"
    ]
    assert changed["Destinations"][0]["ExtendedS3DestinationDescription"]["Prefix"] == "new/"
