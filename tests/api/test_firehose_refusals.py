"""What Firehose refuses, in AWS's words."""

import botocore.exceptions
import pytest
from test_firehose import ROLE, code, lake  # noqa: F401
from test_firehose_flow import update

BUCKET = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"}


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


def test_a_stream_has_exactly_one_destination(lake):  # noqa: F811
    expected = (
        "InvalidArgumentException",
        "Exactly one destination configuration is supported for a Firehose",
    )
    create = lake.firehose.create_delivery_stream
    assert refusal(create, DeliveryStreamName="out") == expected
    both = {"S3DestinationConfiguration": BUCKET, "ExtendedS3DestinationConfiguration": BUCKET}
    assert refusal(create, DeliveryStreamName="out", **both) == expected


def test_another_version_is_not_updated(lake):  # noqa: F811
    lake.create()
    for version in (2, 2**32 + 1):
        assert code(update, lake=lake, version=version, Prefix="a/") == (
            "ConcurrentModificationException"
        )
    update(lake, 1, Prefix="a/")


def test_a_listing_of_a_type_has_no_other(lake):  # noqa: F811
    lake.freshet.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    lake.create("direct")
    lake.create("read", source="arn:aws:kinesis:us-east-1:000000000000:stream/s")

    def names(type):
        listed = lake.firehose.list_delivery_streams(DeliveryStreamType=type)
        return listed["DeliveryStreamNames"]

    assert names("DirectPut") == ["direct"]
    assert names("KinesisStreamAsSource") == ["read"]
    assert names("MSKAsSource") == []


def test_a_stream_has_fifty_tags(lake):  # noqa: F811
    lake.create()
    tag = lake.firehose.tag_delivery_stream
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(50)]
    tag(DeliveryStreamName="out", Tags=tags)
    tag(DeliveryStreamName="out", Tags=[{"Key": "k7", "Value": "w"}])
    more = [{"Key": "more"}]
    assert code(tag, DeliveryStreamName="out", Tags=more) == "LimitExceededException"


def test_a_backup_is_buffered(lake):  # noqa: F811
    hints = {"SizeInMBs": 1, "IntervalInSeconds": 0}
    found = refusal(
        lake.create,
        S3BackupMode="Enabled",
        S3BackupConfiguration={**BUCKET, "BufferingHints": hints},
    )
    assert found[0] == "InvalidArgumentException" and "S3BackupConfiguration" in found[1]
    lake.create(BufferingHints=hints)
