"""Firehose: what a request asks for and Freshet does not build is refused, never dropped."""

import pytest
from test_firehose import ROLE, code, lake  # noqa: F401

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
S3 = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"}
KMS = {"EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": KEY}}}


def delimiter(value, name="Delimiter"):
    return {
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "AppendDelimiterToRecord",
                    "Parameters": [{"ParameterName": name, "ParameterValue": value}],
                }
            ],
        }
    }


@pytest.mark.parametrize(
    "member",
    [
        {"DeliveryStreamEncryptionConfigurationInput": {"KeyType": "CUSTOMER_MANAGED_CMK"}},
        {
            "DeliveryStreamEncryptionConfigurationInput": {
                "KeyType": "AWS_OWNED_CMK",
                "KeyARN": KEY,
            }
        },
        {"DirectPutSourceConfiguration": {"ThroughputHintInMBs": 10}},
        {
            "MSKSourceConfiguration": {
                "MSKClusterARN": "arn:aws:kafka:us-east-1:000000000000:cluster/c",
                "TopicName": "t",
                "AuthenticationConfiguration": {"RoleARN": ROLE, "Connectivity": "PUBLIC"},
            }
        },
        {
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s",
                "RoleARN": ROLE,
            }
        },
        {
            "RedshiftDestinationConfiguration": {
                "RoleARN": ROLE,
                "ClusterJDBCURL": "jdbc:redshift://h:5439/d",
                "CopyCommand": {"DataTableName": "t"},
                "S3Configuration": S3,
            }
        },
        {
            "HttpEndpointDestinationConfiguration": {
                "EndpointConfiguration": {"Url": "https://h/"},
                "S3Configuration": S3,
            }
        },
        {"S3DestinationConfiguration": S3},
    ],
    ids=str,
)
def test_a_source_or_destination_that_is_not_built_is_refused(lake, member):  # noqa: F811
    call = {"DeliveryStreamName": "x", "ExtendedS3DestinationConfiguration": S3}
    assert (
        code(lake.firehose.create_delivery_stream, **call, **member) == "InvalidArgumentException"
    )
    assert lake.firehose.list_delivery_streams()["DeliveryStreamNames"] == []


@pytest.mark.parametrize(
    "member",
    [
        KMS,
        delimiter("|"),
        delimiter("\\n", name="SubRecordType"),
        {"S3BackupMode": "Enabled"},
        {"DataFormatConversionConfiguration": {"Enabled": True}},
    ],
    ids=str,
)
def test_an_option_of_s3_that_is_not_built_is_refused(lake, member):  # noqa: F811
    assert code(lake.create, **member) == "InvalidArgumentException"
    if member == KMS:
        assert (
            code(
                lake.firehose.create_delivery_stream,
                DeliveryStreamName="x",
                S3DestinationConfiguration={**S3, **KMS},
            )
            == "InvalidArgumentException"
        )
    lake.create()
    before = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")[
        "DeliveryStreamDescription"
    ]
    call = {
        "DeliveryStreamName": "out",
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
    }
    assert (
        code(lake.firehose.update_destination, **call, ExtendedS3DestinationUpdate=member)
        == "InvalidArgumentException"
    )
    assert (
        code(lake.firehose.update_destination, **call, SplunkDestinationUpdate={})
        == "InvalidArgumentException"
    )
    assert (
        code(
            lake.firehose.update_destination,
            **call,
            S3DestinationUpdate={},
            ExtendedS3DestinationUpdate={},
        )
        == "InvalidArgumentException"
    )
    assert (
        lake.firehose.describe_delivery_stream(DeliveryStreamName="out")[
            "DeliveryStreamDescription"
        ]
        == before
    )


@pytest.mark.parametrize(
    "member",
    [
        {"EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"}},
        delimiter("\\n"),
        delimiter("\n"),
        {"S3BackupMode": "Disabled"},
        {"DynamicPartitioningConfiguration": {"Enabled": False}},
        {"DataFormatConversionConfiguration": {"Enabled": False}},
    ],
    ids=str,
)
def test_an_option_with_the_default_value_is_accepted(lake, member):  # noqa: F811
    lake.create(**member)
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"row"})
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert lake.content() == (b"row\n" if "ProcessingConfiguration" in member else b"row")


def test_delivery_streams_and_their_tags_come_in_pages_by_key(lake):  # noqa: F811
    for name in "cbad":
        lake.create(name)
    page = lake.firehose.list_delivery_streams(Limit=2)
    assert page["DeliveryStreamNames"] == ["a", "b"] and page["HasMoreDeliveryStreams"]
    lake.firehose.delete_delivery_stream(DeliveryStreamName="b")
    page = lake.firehose.list_delivery_streams(Limit=2, ExclusiveStartDeliveryStreamName="b")
    assert page["DeliveryStreamNames"] == ["c", "d"] and not page["HasMoreDeliveryStreams"]
    lake.firehose.tag_delivery_stream(
        DeliveryStreamName="a", Tags=[{"Key": key, "Value": "1"} for key in "zyx"]
    )
    page = lake.firehose.list_tags_for_delivery_stream(DeliveryStreamName="a", Limit=2)
    assert [tag["Key"] for tag in page["Tags"]] == ["x", "y"] and page["HasMoreTags"]
    page = lake.firehose.list_tags_for_delivery_stream(
        DeliveryStreamName="a", ExclusiveStartTagKey="y"
    )
    assert [tag["Key"] for tag in page["Tags"]] == ["z"] and not page["HasMoreTags"]
