"""Kinesis Data Streams through boto3."""

import base64
import hashlib

import botocore.exceptions
import pytest
from aws_kinesis_agg import aggregator, deaggregator

HOUR = 3_600_000


@pytest.fixture
def kinesis(freshet):
    return freshet.client("kinesis")


def code(error):
    return error.value.response["Error"]["Code"]


def read_all(kinesis, stream, shard="shardId-000000000000", **start):
    start.setdefault("ShardIteratorType", "TRIM_HORIZON")
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)[
        "ShardIterator"
    ]
    records = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        records += answer["Records"]
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0:
            return records


def test_create_describe_list_delete(kinesis):
    kinesis.create_stream(StreamName="a", ShardCount=3, Tags={"team": "blue"})
    description = kinesis.describe_stream(StreamName="a")["StreamDescription"]
    assert description["StreamStatus"] == "ACTIVE"
    assert description["StreamARN"] == "arn:aws:kinesis:us-east-1:000000000000:stream/a"
    ranges = [
        (int(s["HashKeyRange"]["StartingHashKey"]), int(s["HashKeyRange"]["EndingHashKey"]))
        for s in description["Shards"]
    ]
    assert ranges[0][0] == 0 and ranges[-1][1] == 2**128 - 1 and ranges[1][0] == ranges[0][1] + 1
    summary = kinesis.describe_stream_summary(StreamARN=description["StreamARN"])[
        "StreamDescriptionSummary"
    ]
    assert summary["OpenShardCount"] == 3 and summary["RetentionPeriodHours"] == 24
    assert kinesis.list_tags_for_stream(StreamName="a")["Tags"] == [
        {"Key": "team", "Value": "blue"}
    ]
    assert kinesis.list_streams()["StreamNames"] == ["a"]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.create_stream(StreamName="a", ShardCount=1)
    assert code(error) == "ResourceInUseException"
    kinesis.delete_stream(StreamName="a")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.describe_stream(StreamName="a")
    assert code(error) == "ResourceNotFoundException"
    assert "Stream a under account 000000000000 not found." in str(error.value)


def test_streams_and_shards_come_in_pages(kinesis):
    for name in "abcde":
        kinesis.create_stream(StreamName=name, ShardCount=1)
    pages = list(kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2}))
    assert [page["StreamNames"] for page in pages] == [["a", "b"], ["c", "d"], ["e"]]
    kinesis.create_stream(StreamName="wide", ShardCount=7)
    shards, page = [], kinesis.list_shards(StreamName="wide", MaxResults=3)
    while True:
        shards += page["Shards"]
        if "NextToken" not in page:
            break
        page = kinesis.list_shards(NextToken=page["NextToken"], MaxResults=3)
    assert [s["ShardId"] for s in shards] == [f"shardId-{i:012}" for i in range(7)]


def test_accounts_and_regions_do_not_see_each_other(freshet, kinesis):
    kinesis.create_stream(StreamName="mine", ShardCount=1)
    elsewhere = freshet.client("kinesis", region_name="eu-west-1")
    assert elsewhere.list_streams()["StreamNames"] == []


def test_records_go_to_the_shard_of_their_hash_and_come_back_in_order(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=4)
    sent = {}
    for i in range(0, 1000, 250):
        entries = [{"Data": b"%d" % n, "PartitionKey": f"key {n % 17}"} for n in range(i, i + 250)]
        answer = kinesis.put_records(StreamName="s", Records=entries)
        assert answer["FailedRecordCount"] == 0
        for entry, placed in zip(entries, answer["Records"]):
            sent.setdefault(placed["ShardId"], []).append(
                (placed["SequenceNumber"], entry["PartitionKey"], entry["Data"])
            )
            hash_key = int(hashlib.md5(entry["PartitionKey"].encode()).hexdigest(), 16)
            assert placed["ShardId"] == f"shardId-{hash_key // 2**126:012}"
    for shard, expected in sent.items():
        found = [
            (r["SequenceNumber"], r["PartitionKey"], r["Data"])
            for r in read_all(kinesis, "s", shard)
        ]
        assert found == expected
        numbers = [int(number) for number, _, _ in found]
        assert numbers == sorted(set(numbers))


def test_an_explicit_hash_key_overrules_the_partition_key(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    for hash_key, shard in (("0", 0), (str(2**127), 1), (str(2**128 - 1), 1)):
        answer = kinesis.put_record(
            StreamName="s", Data=b"x", PartitionKey="k", ExplicitHashKey=hash_key
        )
        assert answer["ShardId"] == f"shardId-{shard:012}"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k", ExplicitHashKey=str(2**128))
    assert code(error) == "InvalidArgumentException"


def test_all_five_iterator_types(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    numbers, times = [], []
    for i in range(5):
        numbers.append(
            kinesis.put_record(StreamName="s", Data=b"%d" % i, PartitionKey="k")["SequenceNumber"]
        )
        freshet.advance(1000)
    records = read_all(kinesis, "s")
    times = [record["ApproximateArrivalTimestamp"] for record in records]

    def data(**start):
        return b"".join(record["Data"] for record in read_all(kinesis, "s", **start))

    assert data() == b"01234"
    assert data(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[2]) == b"234"
    assert (
        data(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[2]) == b"34"
    )
    assert data(ShardIteratorType="AT_TIMESTAMP", Timestamp=times[3]) == b"34"
    assert data(ShardIteratorType="AT_TIMESTAMP", Timestamp=times[3].timestamp() + 1) == b"4"
    latest = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )["ShardIterator"]
    kinesis.put_record(StreamName="s", Data=b"new", PartitionKey="k")
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=latest)["Records"]] == [b"new"]
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=latest)["Records"]] == [b"new"], (
        "an old iterator stays valid"
    )


def test_millis_behind_latest_is_real(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for _ in range(3):
        kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
        freshet.advance(10_000)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    behind = []
    for _ in range(3):
        answer = kinesis.get_records(ShardIterator=iterator, Limit=1)
        iterator = answer["NextShardIterator"]
        behind.append(answer["MillisBehindLatest"])
    assert behind == [30_000, 20_000, 0]


def test_iterators_expire_and_cannot_be_made_up(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="0", ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    forged = iterator[:20] + ("A" if iterator[20] != "A" else "B") + iterator[21:]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.get_records(ShardIterator=forged)
    assert code(error) == "InvalidArgumentException"
    freshet.advance(300_000)
    kinesis.get_records(ShardIterator=iterator)
    freshet.advance(1)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.get_records(ShardIterator=iterator)
    assert code(error) == "ExpiredIteratorException"


def test_records_are_read_of_the_stream_that_the_arn_names(kinesis):
    for name in ("s", "other"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    own, other = (
        kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
        for name in ("s", "other")
    )
    iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="0", ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    kinesis.get_records(ShardIterator=iterator, StreamARN=own)
    for wrong in (
        other,
        own.replace("us-east-1", "eu-west-1"),
        own.replace(own.split(":")[4], "999999999999"),
        own + "2",
    ):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            kinesis.get_records(ShardIterator=iterator, StreamARN=wrong)
        assert code(error) == "InvalidArgumentException", wrong


def test_a_sequence_number_of_another_shard_is_refused(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    number = kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k", ExplicitHashKey="0")[
        "SequenceNumber"
    ]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.get_shard_iterator(
            StreamName="s",
            ShardId="1",
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=number,
        )
    assert code(error) == "InvalidArgumentException" and "It encodes shardId-000000000000" in str(
        error.value
    )


def test_retention_forgets_what_is_old(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.put_record(StreamName="s", Data=b"old", PartitionKey="k")
    kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
    freshet.advance(30 * HOUR)
    kinesis.put_record(StreamName="s", Data=b"new", PartitionKey="k")
    assert [r["Data"] for r in read_all(kinesis, "s")] == [b"old", b"new"]
    kinesis.decrease_stream_retention_period(StreamName="s", RetentionPeriodHours=24)
    assert [r["Data"] for r in read_all(kinesis, "s")] == [b"new"]
    freshet.advance(25 * HOUR)
    freshet.until(lambda: read_all(kinesis, "s") == [])
    for hours in (23, 8761):
        with pytest.raises(botocore.exceptions.ClientError):
            kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=hours)


def test_tags(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.add_tags_to_stream(StreamName="s", Tags={"a": "1", "b": "2"})
    kinesis.remove_tags_from_stream(StreamName="s", TagKeys=["a"])
    assert kinesis.list_tags_for_stream(StreamName="s")["Tags"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.add_tags_to_stream(StreamName="s", Tags={str(i): "" for i in range(50)})
    assert code(error) == "InvalidArgumentException"


def test_limits_of_a_put(freshet):
    import botocore.config

    kinesis = freshet.client(
        "kinesis",
        config=botocore.config.Config(parameter_validation=False, retries={"max_attempts": 0}),
    )
    kinesis.create_stream(StreamName="s", ShardCount=1)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.put_records(StreamName="s", Records=[{"Data": b"", "PartitionKey": "k"}] * 501)
    assert code(error) == "ValidationException" and "less than or equal to 500" in str(error.value)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="")
    assert code(error) == "ValidationException"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.put_record(StreamName="s", Data=b"x" * (1024 * 1024), PartitionKey="k")
    assert code(error) == "InvalidArgumentException"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        kinesis.put_records(
            StreamName="s", Records=[{"Data": b"x" * 1_000_000, "PartitionKey": "k"}] * 11
        )
    assert code(error) == "InvalidArgumentException"
    assert kinesis.put_record(StreamName="s", Data=b"", PartitionKey="k")["ShardId"]
    assert [r["Data"] for r in read_all(kinesis, "s")] == [b""], (
        "of the refused ones nothing was kept"
    )


def test_an_answer_has_ten_mebibytes_at_most(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    data = b"x" * 1_000_000
    for _ in range(3):
        assert (
            kinesis.put_records(StreamName="s", Records=[{"Data": data, "PartitionKey": "k"}] * 9)[
                "FailedRecordCount"
            ]
            == 0
        )
    iterator, counts = (
        kinesis.get_shard_iterator(StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ],
        [],
    )
    for _ in range(3):
        answer = kinesis.get_records(ShardIterator=iterator)
        counts.append(len(answer["Records"]))
        iterator = answer["NextShardIterator"]
    assert counts == [10, 10, 7]  # 10 * 1,000,001 bytes are less than 10 MiB, 11 are more


def test_aggregates_of_the_kpl_pass_through_unchanged(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    aggregate = aggregator.RecordAggregator()
    for i in range(100):
        aggregate.add_user_record(f"key {i}", f"row {i}".encode())
    partition_key, _, data = aggregate.clear_and_get().get_contents()
    kinesis.put_record(StreamName="s", Data=data, PartitionKey=partition_key)
    [record] = read_all(kinesis, "s")
    rows = list(deaggregator.iter_deaggregate_records([record], data_format="Boto3"))
    assert [row["kinesis"]["data"] for row in rows] == [
        base64.b64encode(f"row {i}".encode()) for i in range(100)
    ]


@pytest.mark.parametrize("stop", ["terminate", "kill9"])
def test_everything_acknowledged_is_there_after_a_restart(freshet, kinesis, stop):
    kinesis.create_stream(StreamName="s", ShardCount=2, Tags={"k": "v"})
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    for i in range(50):
        kinesis.put_record(StreamName="s", Data=b"%d" % i, PartitionKey="k", ExplicitHashKey="0")
    getattr(freshet, stop)()
    freshet.restart()
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=iterator)["Records"]] == [
        b"%d" % i for i in range(50)
    ]
    assert kinesis.list_tags_for_stream(StreamName="s")["Tags"] == [{"Key": "k", "Value": "v"}]
    placed = kinesis.put_record(StreamName="s", Data=b"50", PartitionKey="k", ExplicitHashKey="0")
    assert read_all(kinesis, "s")[-1]["SequenceNumber"] == placed["SequenceNumber"]
