"""Firehose's encryption at rest is real, of what is put while it is on."""

import pytest
from test_firehose import ROLE, code, lake  # noqa: F401

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"


def shown(lake):  # noqa: F811
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    return described["DeliveryStreamDescription"]["DeliveryStreamEncryptionConfiguration"]


def put(lake, text):  # noqa: F811
    answer = lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": text})
    return answer["Encrypted"]


def is_on_disk(lake, text):  # noqa: F811
    """In a file of the log, or in the database."""
    directory = lake.freshet.directory
    files = [path for path in directory.rglob("*") if path.is_file() and path.name != "server.log"]
    assert files
    return any(text in path.read_bytes() for path in files)


def test_what_is_put_while_it_is_on_lies_sealed(lake):  # noqa: F811
    lake.create()
    assert shown(lake) == {"Status": "DISABLED"}
    assert put(lake, b"plain-before;") is False
    lake.firehose.start_delivery_stream_encryption(
        DeliveryStreamName="out",
        DeliveryStreamEncryptionConfigurationInput={
            "KeyType": "CUSTOMER_MANAGED_CMK",
            "KeyARN": KEY,
        },
    )
    assert shown(lake) == {
        "Status": "ENABLED",
        "KeyType": "CUSTOMER_MANAGED_CMK",
        "KeyARN": KEY,
    }
    assert put(lake, b"sealed-one;") is True
    batch = lake.firehose.put_record_batch(
        DeliveryStreamName="out", Records=[{"Data": b"sealed-two;"}]
    )
    assert batch["Encrypted"] is True
    lake.freshet.kill9()
    lake.freshet.restart()
    assert put(lake, b"sealed-three;") is True
    lake.firehose.stop_delivery_stream_encryption(DeliveryStreamName="out")
    assert shown(lake) == {"Status": "DISABLED"}
    assert put(lake, b"plain-after;") is False
    assert is_on_disk(lake, b"plain-before") and is_on_disk(lake, b"plain-after")
    assert not is_on_disk(lake, b"sealed-")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    lake.freshet.advance(60_000)
    assert sorted(lake.content().split(b";")) == [
        b"",
        b"plain-after",
        b"plain-before",
        b"sealed-one",
        b"sealed-three",
        b"sealed-two",
    ]


def test_it_can_be_on_from_the_beginning(lake):  # noqa: F811
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="out",
        DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    assert shown(lake) == {"Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"}
    assert put(lake, b"sealed") is True
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert lake.content() == b"sealed"
    lake.firehose.delete_delivery_stream(DeliveryStreamName="out")


def test_a_stream_that_reads_from_kinesis_has_none(lake):  # noqa: F811
    lake.freshet.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    lake.create(source="arn:aws:kinesis:us-east-1:000000000000:stream/s")
    for call in ("start", "stop"):
        assert (
            code(
                getattr(lake.firehose, f"{call}_delivery_stream_encryption"),
                DeliveryStreamName="out",
            )
            == "InvalidArgumentException"
        )
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    assert "DeliveryStreamEncryptionConfiguration" not in described["DeliveryStreamDescription"]


@pytest.mark.parametrize("call", ["start", "stop"])
def test_a_stream_that_is_not_there_has_none(lake, call):  # noqa: F811
    assert (
        code(
            getattr(lake.firehose, f"{call}_delivery_stream_encryption"), DeliveryStreamName="gone"
        )
        == "ResourceNotFoundException"
    )
