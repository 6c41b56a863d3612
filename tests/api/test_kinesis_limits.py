"""AWS's limits and AWS's delays, when the configuration asks for them."""

import botocore.exceptions
import pytest

MIB = 1024 * 1024
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def accepted(freshet, seconds, call):
    """How often `call` succeeds when it is repeated all the time, over `seconds` of the manual
    clock.
    """
    count = 0
    for _ in range(seconds * 4):
        while True:
            try:
                call()
                count += 1
            except botocore.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] in (
                    "ProvisionedThroughputExceededException",
                    "LimitExceededException",
                )
                break
        freshet.advance(250)
    return count


def test_without_limits_nothing_is_throttled(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for _ in range(3):
        answer = kinesis.put_records(
            StreamName="s", Records=[{"Data": b"x" * 20_000, "PartitionKey": "k"}] * 400
        )
        assert answer["FailedRecordCount"] == 0
    for _ in range(30):
        kinesis.describe_limits()


def test_a_shard_takes_a_mebibyte_and_a_thousand_records_a_second(make_freshet):
    server = make_freshet(config="limits: aws\n")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    server.advance(1000)

    def put(count, size, hash_key):
        return kinesis.put_records(
            StreamName="s",
            Records=[{"Data": b"x" * size, "PartitionKey": "k", "ExplicitHashKey": hash_key}]
            * count,
        )

    taken = 0
    for _ in range(60):
        for _ in range(3):
            answer = put(500, 1, "0")
            taken += 500 - answer["FailedRecordCount"]
        server.advance(1000)
    assert abs(taken - 60_000) <= 1200
    refused = [record for record in answer["Records"] if "ErrorCode" in record]
    assert refused and {(record["ErrorCode"], record["ErrorMessage"]) for record in refused} == {
        (
            "ProvisionedThroughputExceededException",
            "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.",
        )
    }
    taken = 0
    for _ in range(60 * 4):  # a full bucket loses nothing when it is asked often enough
        answer = put(4, 100_000, str(2**127))
        taken += (4 - answer["FailedRecordCount"]) * 100_001
        server.advance(250)
    assert abs(taken - 60 * MIB) <= 0.02 * 60 * MIB
    for _ in range(12):
        try:
            kinesis.put_record(
                StreamName="s", Data=b"x" * 100_000, PartitionKey="k", ExplicitHashKey="0"
            )
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
            break
    else:
        raise AssertionError("a shard took more than a MiB in one second")


def test_a_shard_is_read_as_often_and_as_much_as_AWS_lets(make_freshet):
    server = make_freshet(config="limits: aws\n")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    server.advance(1000)
    for _ in range(12):
        kinesis.put_record(StreamName="s", Data=b"x" * (MIB - 10), PartitionKey="k")
        server.advance(1000)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=iterator)
    assert 9 * MIB < sum(len(record["Data"]) for record in answer["Records"]) <= 11 * MIB
    server.advance(4000)
    code, message = refusal(kinesis.get_records, ShardIterator=answer["NextShardIterator"])
    assert (
        code == "ProvisionedThroughputExceededException"
        and "Rate exceeded for shard shardId-000000000000" in message
    )
    server.advance(2000)
    end = kinesis.get_records(ShardIterator=answer["NextShardIterator"])["NextShardIterator"]
    server.advance(10_000)
    assert abs(accepted(server, 60, lambda: kinesis.get_records(ShardIterator=end)) - 300) <= 6
    assert (
        'freshet_stream_read_throttled_total{account="000000000000",region="us-east-1",stream="s"} '
        in server.get("/_freshet/metrics")
    )


def test_calls_have_rates(make_freshet):
    server = make_freshet(config="limits: aws\n")
    kinesis = server.client("kinesis")
    assert abs(accepted(server, 60, kinesis.describe_limits) - 60) <= 1.2


def test_changes_are_bounded(make_freshet):
    server = make_freshet(config="limits: aws\nstreams:\n  shard_limit: 20\n")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=4)
    code, message = refusal(kinesis.create_stream, StreamName="t", ShardCount=17)
    assert code == "LimitExceededException" and message.startswith(
        "This request would exceed the shard limit for the account 000000000000 in "
        "us-east-1. Current shard count for the account: 4. Limit: 20. "
        "Number of additional shards that would have resulted from this request: 17."
    )
    assert kinesis.describe_limits()["ShardLimit"] == 20

    def count(target):
        server.advance(1000)
        return kinesis.update_shard_count(
            StreamName="s", TargetShardCount=target, ScalingType="UNIFORM_SCALING"
        )

    assert "cannot scale up over double" in refusal(count, target=9)[1]
    assert "cannot scale down below half" in refusal(count, target=1)[1]
    for i in range(10):
        count(5 + i % 2)
    assert refusal(count, target=5)[0] == "LimitExceededException"
    server.advance(24 * 3_600_000)
    count(5)


def test_states_are_shown_as_long_as_configured(make_freshet):
    server = make_freshet(
        config="streams:\n  creating_ms: 2000\n  updating_ms: 3000\n  deleting_ms: 4000\n"
    )
    kinesis = server.client("kinesis")

    def status():
        return kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
            "StreamStatus"
        ]

    kinesis.create_stream(StreamName="s", ShardCount=1)
    assert (
        status() == "CREATING"
        and kinesis.describe_stream(StreamName="s")["StreamDescription"]["Shards"] == []
    )
    assert refusal(kinesis.put_record, StreamName="s", Data=b"x", PartitionKey="k") == (
        "ResourceNotFoundException",
        "Stream s under account 000000000000 not found.",
    )
    assert refusal(
        kinesis.split_shard, StreamName="s", ShardToSplit="0", NewStartingHashKey="9"
    ) == (
        "ResourceInUseException",
        "Stream s under account 000000000000 not ACTIVE, instead in state CREATING",
    )
    server.advance(2000)
    assert status() == "ACTIVE"
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey="9")
    assert status() == "UPDATING"
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
    assert (
        refusal(kinesis.merge_shards, StreamName="s", ShardToMerge="1", AdjacentShardToMerge="2")[0]
        == "ResourceInUseException"
    )
    server.advance(3000)
    assert status() == "ACTIVE"
    consumer = kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="c")["Consumer"]
    assert consumer["ConsumerStatus"] == "CREATING"
    assert (
        refusal(
            kinesis.subscribe_to_shard,
            ConsumerARN=consumer["ConsumerARN"],
            ShardId="1",
            StartingPosition={"Type": "LATEST"},
        )[0]
        == "ResourceInUseException"
    )
    server.advance(2000)
    assert (
        kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])[
            "ConsumerDescription"
        ]["ConsumerStatus"]
        == "ACTIVE"
    )
    kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)
    assert status() == "DELETING"
    assert (
        refusal(kinesis.put_record, StreamName="s", Data=b"x", PartitionKey="k")[0]
        == "ResourceNotFoundException"
    )
    assert (
        refusal(kinesis.create_stream, StreamName="s", ShardCount=1)[0] == "ResourceInUseException"
    )
    server.restart()
    assert status() == "DELETING"
    server.advance(4000)
    server.until(lambda: kinesis.list_streams()["StreamNames"] == [])
    kinesis.create_stream(StreamName="s", ShardCount=1)


def test_a_stream_that_is_deleted_while_it_is_made_never_has_shards(make_freshet):
    kinesis = make_freshet(config="streams:\n  creating_ms: 2000\n  deleting_ms: 4000\n").client(
        "kinesis"
    )
    kinesis.create_stream(StreamName="s", ShardCount=2)
    kinesis.delete_stream(StreamName="s")
    told = kinesis.describe_stream(StreamName="s")["StreamDescription"]
    assert told["StreamStatus"] == "DELETING" and told["Shards"] == []
    assert (
        kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
            "OpenShardCount"
        ]
        == 0
    )


def test_a_wrong_setting_is_named(freshet, tmp_path):
    import subprocess

    for text, words in (
        ("limits: on\n", "'limits' is off or aws"),
        ("streams:\n  creating: 1\n", "there is no setting 'streams.creating'"),
        ("streams:\n  creating_ms: -1\n", "is from 0 to"),
    ):
        (tmp_path / "wrong.yaml").write_text(text)
        done = subprocess.run(
            freshet.command(
                "serve", "--data", tmp_path / "other", "--config", tmp_path / "wrong.yaml"
            ),
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 2 and words in done.stderr
