"""What delivery streams measure, in CloudWatch by AWS's names."""

import gzip
import json

from test_firehose import ROLE, lake  # noqa: F401
from test_firehose_http import ACCEPT, create, receive  # noqa: F401
from test_firehose_partitions import by_query
from test_firehose_stages import processing, put, transformed
from test_lambda import Functions
from test_service_metrics import value

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"


class Measured:
    def __init__(self, lake):  # noqa: F811
        self.freshet, self.cloudwatch = lake.freshet, lake.freshet.client("cloudwatch")

    def get(self, name, stat="Sum"):
        return value(self.cloudwatch, "AWS/Firehose", name, stat, DeliveryStreamName="out")

    def wait_for(self, name, expected, stat="Sum"):
        """The minute in which it was measured ends."""
        self.freshet.until(lambda: self.get(name, stat) == expected, advance_ms=60_000)

    def names(self):
        return {
            one["MetricName"]
            for page in self.cloudwatch.get_paginator("list_metrics").paginate(
                Namespace="AWS/Firehose"
            )
            for one in page["Metrics"]
        }


def test_each_put_is_measured(lake):  # noqa: F811
    lake.create()
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"1234"})
    put(lake, b"12", b"34", b"567")
    put(lake, b"8")
    measured = Measured(lake)
    measured.wait_for("PutRecordBatch.Requests", 2)
    assert measured.get("PutRecord.Requests") == 1
    assert measured.get("PutRecord.Bytes") == 4
    assert measured.get("PutRecord.Latency", "SampleCount") == 1
    assert measured.get("PutRecordBatch.Records") == 4
    assert measured.get("PutRecordBatch.Bytes", "Maximum") == 7
    assert measured.get("PutRecordBatch.Latency", "SampleCount") == 2
    assert measured.get("IncomingPutRequests") == 3


def test_partitions_are_counted(lake):  # noqa: F811
    lake.create(**by_query("{c: .c, y: .y}"))
    put(lake, *(json.dumps({"c": n % 2, "y": 1}).encode() for n in range(6)))
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    measured = Measured(lake)
    measured.wait_for("PartitionCount", 2, "Maximum")
    assert measured.get("PartitionCountExceeded", "Maximum") == 0
    assert measured.get("JQProcessing.Duration", "SampleCount") == 1
    assert measured.get("PerPartitionThroughput", "SampleCount") == 2
    assert measured.get("DeliveryToS3.Records") == 6


def test_calls_of_a_function_are_measured(lake):  # noqa: F811
    Functions(lake.freshet).create(
        "import base64\n"
        "def handler(event, context):\n"
        "    bad = lambda r: base64.b64decode(r['data']) == b'bad'\n"
        "    return {'records': [{'recordId': r['recordId'], 'data': r['data'],\n"
        "        'result': 'ProcessingFailed' if bad(r) else 'Ok'} for r in event['records']]}\n"
    )
    lake.create(**processing(transformed()))
    put(lake, b"one", b"bad", b"two")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    measured = Measured(lake)
    measured.wait_for("SucceedProcessing.Records", 2)
    assert measured.get("SucceedProcessing.Bytes") == 6
    assert measured.get("ExecuteProcessing.Success", "Average") == 1
    assert measured.get("ExecuteProcessing.Duration", "SampleCount") == 1


def test_decompression_is_measured(lake):  # noqa: F811
    lake.create(**processing(("Decompression", {"CompressionFormat": "GZIP"})))
    put(lake, gzip.compress(b"12345"), b"none")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    measured = Measured(lake)
    measured.wait_for("OutputDecompressedRecords.Success", 1)
    assert measured.get("OutputDecompressedBytes.Success") == 5
    assert measured.get("OutputDecompressedRecords.Failed") == 1
    assert measured.get("OutputDecompressedBytes.Failed") == 4


def test_backups_are_measured(lake):  # noqa: F811
    lake.create(
        S3BackupMode="Enabled",
        S3BackupConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "copy/",
        },
    )
    put(lake, b"one", b"two")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    measured = Measured(lake)
    measured.wait_for("BackupToS3.Records", 2)
    assert measured.get("BackupToS3.Bytes") == 6
    assert measured.get("BackupToS3.Success", "Average") == 1
    assert measured.get("BackupToS3.DataFreshness", "Maximum") >= 0


def test_an_endpoint_is_measured_in_the_place_of_s3(lake, receive):  # noqa: F811
    receiver = receive(500, ACCEPT)
    create(lake, receiver.url)
    put(lake, b"one", b"two")
    lake.freshet.until(lambda: len(receiver.requests) == 2, advance_ms=20_000)
    measured = Measured(lake)
    measured.wait_for("DeliveryToHttpEndpoint.Records", 2)
    assert measured.get("DeliveryToHttpEndpoint.Bytes") == 6
    assert measured.get("DeliveryToHttpEndpoint.ProcessedRecords") == 2
    assert measured.get("DeliveryToHttpEndpoint.ProcessedBytes") == 6
    assert measured.get("DeliveryToHttpEndpoint.Success") == 1
    assert "DeliveryToHttpEndpoint.DataFreshness" in measured.names()
    assert "DeliveryToS3.DataFreshness" not in measured.names()


def test_a_stream_that_is_read_shows_how_far_behind(lake):  # noqa: F811
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    lake.create(source=STREAM)
    kinesis.put_record(StreamName="s", Data=b"abc", PartitionKey="k")
    measured = Measured(lake)
    measured.wait_for("DataReadFromKinesisStream.Records", 1)
    assert measured.get("KinesisMillisBehindLatest", "Maximum") == 0
