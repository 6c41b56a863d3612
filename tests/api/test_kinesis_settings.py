"""Settings of streams, consumers and accounts, through boto3."""

import datetime
import json
import stat

import botocore.config
import botocore.exceptions
import pytest

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
DAY = 24 * 3_600_000


@pytest.fixture
def kinesis(freshet):
    return freshet.client("kinesis")


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def summary(kinesis):
    return kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]


def records(kinesis, shard="0"):
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return kinesis.get_records(ShardIterator=iterator)["Records"]


def on_disk(freshet):
    return b"".join(
        path.read_bytes() for path in freshet.directory.glob("data/log/**/*") if path.is_file()
    )


def test_encryption_is_real_and_each_record_says_whether_it_is(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    assert (
        kinesis.put_record(StreamName="s", Data=b"open words", PartitionKey="k").get(
            "EncryptionType"
        )
        is None
    )
    kinesis.start_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    assert (summary(kinesis)["EncryptionType"], summary(kinesis)["KeyId"]) == (
        "KMS",
        "alias/aws/kinesis",
    )
    assert (
        kinesis.put_record(StreamName="s", Data=b"secret words", PartitionKey="secret key")[
            "EncryptionType"
        ]
        == "KMS"
    )
    assert (
        kinesis.put_records(
            StreamName="s", Records=[{"Data": b"secret words", "PartitionKey": "k"}]
        )["EncryptionType"]
        == "KMS"
    )
    kinesis.start_stream_encryption(
        StreamName="s", EncryptionType="KMS", KeyId="alias/mine"
    )  # another data key
    kinesis.put_record(StreamName="s", Data=b"secret words too", PartitionKey="k")
    kinesis.stop_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId="alias/mine")
    assert summary(kinesis)["EncryptionType"] == "NONE" and "KeyId" not in summary(kinesis)
    kinesis.put_record(StreamName="s", Data=b"open again", PartitionKey="k")
    expected = [
        (b"open words", None),
        (b"secret words", "KMS"),
        (b"secret words", "KMS"),
        (b"secret words too", "KMS"),
        (b"open again", None),
    ]
    assert [(r["Data"], r.get("EncryptionType")) for r in records(kinesis)] == expected
    assert (
        b"open words" in on_disk(freshet)
        and b"open again" in on_disk(freshet)
        and b"secret" not in on_disk(freshet)
    )
    keys = freshet.directory / "data/keys/streams.keys"
    assert (
        stat.S_IMODE(keys.stat().st_mode) == 0o600
        and stat.S_IMODE(keys.parent.stat().st_mode) == 0o700
    )
    freshet.restart()
    assert [(r["Data"], r.get("EncryptionType")) for r in records(kinesis)] == expected
    # The master key is rotated by a line in the file; afterwards the old one is not needed.
    keys.write_text(keys.read_text() + "2 " + "ab" * 32 + "\n")
    freshet.restart()
    keys.write_text("2 " + "ab" * 32 + "\n")
    freshet.restart()
    assert [(r["Data"], r.get("EncryptionType")) for r in records(kinesis)] == expected
    keys.rename(keys.with_suffix(".away"))
    freshet.restart()
    assert refusal(records, kinesis=kinesis)[0] == "KMSNotFoundException"
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
    assert (
        refusal(kinesis.start_stream_encryption, StreamName="s", EncryptionType="NONE", KeyId="k")[
            0
        ]
        == "InvalidArgumentException"
    )


def test_encrypted_streams_are_delivered(freshet, kinesis):
    s3, firehose = freshet.client("s3"), freshet.client("firehose")
    s3.create_bucket(Bucket="lake")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.start_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": STREAM,
            "RoleARN": "arn:aws:iam::000000000000:role/r",
        },
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/r",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    kinesis.put_record(StreamName="s", Data=b"secret words", PartitionKey="k")
    found = freshet.until(
        lambda: s3.list_objects_v2(Bucket="lake").get("Contents"), advance_ms=5000
    )
    assert s3.get_object(Bucket="lake", Key=found[0]["Key"])["Body"].read() == b"secret words"


def test_tags_and_policies_by_arn(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1, Tags={"a": "1"})
    consumer = kinesis.register_stream_consumer(
        StreamARN=STREAM, ConsumerName="c", Tags={"b": "2"}
    )["Consumer"]["ConsumerARN"]

    def tags(arn):
        return {
            tag["Key"]: tag["Value"]
            for tag in kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"]
        }

    assert tags(STREAM) == {"a": "1"} and tags(consumer) == {"b": "2"}
    for arn in (STREAM, consumer):
        kinesis.tag_resource(ResourceARN=arn, Tags={"x": "y", "z": ""})
        kinesis.untag_resource(ResourceARN=arn, TagKeys=["z", "unknown"])
        assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == "{}"  # as recorded
        assert (
            refusal(kinesis.put_resource_policy, ResourceARN=arn, Policy="no json")[0]
            == "InvalidArgumentException"
        )
        kinesis.put_resource_policy(
            ResourceARN=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": []})
        )
    freshet.restart()
    assert tags(STREAM) == {"a": "1", "x": "y"} and tags(consumer) == {"b": "2", "x": "y"}
    assert kinesis.list_tags_for_stream(StreamName="s")["Tags"] == [
        {"Key": "a", "Value": "1"},
        {"Key": "x", "Value": "y"},
    ]
    for arn in (STREAM, consumer):
        assert (
            json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"])["Version"]
            == "2012-10-17"
        )
        kinesis.delete_resource_policy(ResourceARN=arn)
        assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == "{}"
        assert (
            refusal(kinesis.delete_resource_policy, ResourceARN=arn)[0]
            == "ResourceNotFoundException"
        )
    assert (
        refusal(kinesis.list_tags_for_resource, ResourceARN=STREAM + "s")[0]
        == "ResourceNotFoundException"
    )
    assert (
        refusal(kinesis.tag_resource, ResourceARN=STREAM, Tags={str(i): "" for i in range(60)})[0]
        == "InvalidArgumentException"
    )


def test_enhanced_monitoring_counts_by_shard(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)

    def lines():
        return {
            line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1])
            for line in freshet.get("/_freshet/metrics").splitlines()
            if line.startswith("freshet_stream_")
        }

    stream = 'account="000000000000",region="us-east-1",stream="s"'
    assert not any("shard=" in name for name in lines())
    answer = kinesis.enable_enhanced_monitoring(
        StreamName="s", ShardLevelMetrics=["IncomingBytes", "OutgoingRecords"]
    )
    assert answer["CurrentShardLevelMetrics"] == [] and sorted(
        answer["DesiredShardLevelMetrics"]
    ) == ["IncomingBytes", "OutgoingRecords"]
    kinesis.put_record(StreamName="s", Data=b"12345", PartitionKey="k", ExplicitHashKey="0")
    assert len(records(kinesis)) == 1
    found = lines()
    assert (
        found[f'freshet_stream_incoming_bytes_total{{{stream},shard="shardId-000000000000"}}'] == 6
    )
    assert (
        found[f'freshet_stream_incoming_bytes_total{{{stream},shard="shardId-000000000001"}}'] == 0
    )
    assert (
        found[f'freshet_stream_outgoing_records_total{{{stream},shard="shardId-000000000000"}}']
        == 1
    )
    assert found[f"freshet_stream_incoming_records_total{{{stream}}}"] == 1
    assert (
        f'freshet_stream_incoming_records_total{{{stream},shard="shardId-000000000000"}}'
        not in found
    )
    kinesis.enable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["ALL"])
    freshet.restart()
    assert len(summary(kinesis)["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == 7
    answer = kinesis.disable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["ALL"])
    assert len(answer["CurrentShardLevelMetrics"]) == 7 and answer["DesiredShardLevelMetrics"] == []
    assert summary(kinesis)["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]


def test_record_size_is_in_force(freshet):
    kinesis = freshet.client(
        "kinesis",
        config=botocore.config.Config(parameter_validation=False, retries={"max_attempts": 0}),
    )
    kinesis.create_stream(StreamName="s", ShardCount=1)
    large = b"x" * (10 * 1024 * 1024 - 1)
    assert (
        refusal(kinesis.put_record, StreamName="s", Data=large, PartitionKey="k")[0]
        == "InvalidArgumentException"
    )
    kinesis.update_max_record_size(StreamARN=STREAM, MaxRecordSizeInKiB=10240)
    assert summary(kinesis)["MaxRecordSizeInKiB"] == 10240
    kinesis.put_record(StreamName="s", Data=large, PartitionKey="k")
    assert records(kinesis)[0]["Data"] == large
    assert (
        refusal(kinesis.put_record, StreamName="s", Data=large + b"x", PartitionKey="k")[0]
        == "InvalidArgumentException"
    )
    assert (
        refusal(
            kinesis.put_records,
            StreamName="s",
            Records=[{"Data": large, "PartitionKey": "k"}, {"Data": b"x", "PartitionKey": "k"}],
        )[0]
        == "InvalidArgumentException"
    )
    for size in (1023, 10241):
        code, message = refusal(
            kinesis.update_max_record_size, StreamARN=STREAM, MaxRecordSizeInKiB=size
        )
        assert code == "ValidationException" and "maxRecordSizeInKiB" in message
    kinesis.update_max_record_size(StreamARN=STREAM, MaxRecordSizeInKiB=1024)
    freshet.restart()
    assert summary(kinesis)["MaxRecordSizeInKiB"] == 1024


def test_account_settings_and_warm_throughput(freshet, kinesis):
    def status(answer):
        return answer["MinimumThroughputBillingCommitment"]["Status"]

    kinesis.create_stream(StreamName="s", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert status(kinesis.describe_account_settings()) == "DISABLED"
    assert (
        refusal(kinesis.update_stream_warm_throughput, StreamName="s", WarmThroughputMiBps=10)[0]
        == "ValidationException"
    )
    settings = kinesis.update_account_settings(
        MinimumThroughputBillingCommitment={"Status": "ENABLED"}
    )["MinimumThroughputBillingCommitment"]
    assert settings["EarliestAllowedEndAt"] - settings["StartedAt"] == datetime.timedelta(days=1)
    answer = kinesis.update_stream_warm_throughput(StreamName="s", WarmThroughputMiBps=10)
    assert answer["WarmThroughput"] == {"TargetMiBps": 10, "CurrentMiBps": 4}
    assert summary(kinesis)["OpenShardCount"] == 10 and summary(kinesis)["WarmThroughput"] == {
        "TargetMiBps": 10,
        "CurrentMiBps": 10,
    }
    assert (
        status(
            kinesis.update_account_settings(
                MinimumThroughputBillingCommitment={"Status": "DISABLED"}
            )
        )
        == "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
    )
    freshet.restart()
    assert status(kinesis.describe_account_settings()) == "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
    freshet.advance(DAY)
    settings = kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]
    assert settings["Status"] == "DISABLED" and "EndedAt" in settings
    limits = kinesis.describe_limits()
    assert (
        limits["OpenShardCount"] == 10
        and limits["OnDemandStreamCount"] == 1
        and limits["ShardLimit"] >= 10_000
    )
    kinesis.update_stream_mode(StreamARN=STREAM, StreamModeDetails={"StreamMode": "PROVISIONED"})
    code, message = refusal(
        kinesis.update_stream_warm_throughput, StreamName="s", WarmThroughputMiBps=10
    )
    assert code == "ValidationException" and "On-Demand mode" in message


def test_a_stream_id_names_one_stream(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    first = summary(kinesis)["StreamId"]
    # Without the dash of AWS's ids, by which the SDKs' endpoint rules would send KCL 3 to a host of
    # AWS.
    assert len(first) == 24 and first.isalnum() and first == summary(kinesis)["StreamId"]
    kinesis.put_record(
        StreamName="s", StreamId=first, Data=b"1", PartitionKey="k"
    )  # KCL 3 sends it back
    kinesis.delete_stream(StreamName="s")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    assert summary(kinesis)["StreamId"] != first


def test_tokens_of_list_streams_expire(freshet, kinesis):
    for name in "abc":
        kinesis.create_stream(StreamName=name, ShardCount=1)
    page = kinesis.list_streams(Limit=1)
    assert kinesis.list_streams(NextToken=page["NextToken"], Limit=1)["StreamNames"] == ["b"]
    assert kinesis.list_streams(ExclusiveStartStreamName="b")["StreamNames"] == ["c"]
    assert refusal(kinesis.list_streams, NextToken="?")[0] == "InvalidArgumentException"
    freshet.advance(300_001)
    assert (
        refusal(kinesis.list_streams, NextToken=page["NextToken"])[0] == "ExpiredNextTokenException"
    )


def test_a_number_for_ordering_must_be_one_of_the_past(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    first = kinesis.put_record(StreamName="s", Data=b"1", PartitionKey="k")["SequenceNumber"]
    second = kinesis.put_record(
        StreamName="s", Data=b"2", PartitionKey="k", SequenceNumberForOrdering=first
    )["SequenceNumber"]
    assert int(second) > int(first)
    version_3 = str(int("2" + 45 * "0" + "3", 16))  # there were 0, 1 and 2
    code, message = refusal(
        kinesis.put_record,
        StreamName="s",
        Data=b"3",
        PartitionKey="k",
        SequenceNumberForOrdering=version_3,
    )
    assert code == "InvalidArgumentException" and message == (
        f"ExclusiveMinimumSequenceNumber {version_3} used in PutRecord on stream s under "
        "account 000000000000 is invalid."
    )


def test_retention_goes_up_to_a_year(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=8760)
    kinesis.put_record(StreamName="s", Data=b"old", PartitionKey="k")
    freshet.advance(364 * DAY)
    assert [record["Data"] for record in records(kinesis)] == [b"old"]
    freshet.advance(2 * DAY)
    freshet.until(lambda: records(kinesis) == [], advance_ms=60_000)
