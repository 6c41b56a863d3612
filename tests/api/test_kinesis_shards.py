"""Resharding through boto3: lineage, filters, readers that follow, on-demand mode."""

import hashlib
import random
import subprocess
import threading
import time

import botocore.exceptions
import pytest

from application_input import csv_input

HOUR = 3_600_000
RING = 2**128


@pytest.fixture
def kinesis(freshet):
    return freshet.client("kinesis")


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_the_first_sequence_numbers_are_some_seconds_older_than_the_stream(kinesis):
    """As in AWS; kinesalite's suite found this."""
    kinesis.create_stream(StreamName="s", ShardCount=3)
    created = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
        "StreamCreationTimestamp"
    ].timestamp()
    starts = [
        int(shard["SequenceNumberRange"]["StartingSequenceNumber"])
        for shard in shards_of(kinesis, "s").values()
    ]
    for start in starts:
        assert -7 < int(f"{start:x}"[2:10], 16) - created < -2
    assert starts[1] - starts[0] == starts[2] - starts[1] == (1 << 144) + (1 << 4)


def shards_of(kinesis, stream, **filters):
    pages = kinesis.get_paginator("list_shards").paginate(StreamName=stream, **filters)
    return {shard["ShardId"]: shard for page in pages for shard in page["Shards"]}


def is_open(shard):
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def range_of(shard):
    return int(shard["HashKeyRange"]["StartingHashKey"]), int(
        shard["HashKeyRange"]["EndingHashKey"]
    )


def open_ranges(kinesis, stream):
    return sorted(
        range_of(shard)
        for shard in shards_of(kinesis, stream, ShardFilter={"Type": "AT_LATEST"}).values()
    )


def assert_whole(ranges):
    assert ranges[0][0] == 0 and ranges[-1][1] == RING - 1
    for before, after in zip(ranges, ranges[1:]):
        assert after[0] == before[1] + 1


def audit(shards):
    """The lineage as readers check it: parents are closed, ranges lie within theirs, sequence
    numbers come after theirs.
    """
    children = set()
    for shard in shards.values():
        parents = [
            shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard
        ]
        children.update(parents)
        for parent in map(shards.get, parents):
            assert not is_open(parent)
            assert int(parent["SequenceNumberRange"]["EndingSequenceNumber"]) < int(
                shard["SequenceNumberRange"]["StartingSequenceNumber"]
            )
        ranges = sorted(range_of(shards[parent]) for parent in parents)
        if len(parents) == 2:
            assert (ranges[0][0], ranges[1][1]) == range_of(shard) and ranges[0][1] + 1 == ranges[
                1
            ][0]
        elif parents:
            assert ranges[0][0] <= range_of(shard)[0] and range_of(shard)[1] <= ranges[0][1]
    assert children == {name for name, shard in shards.items() if not is_open(shard)}, (
        "each closed shard has children"
    )


class Reader:
    """Reads as KCL does: a shard to its end, then the children whose parents are all read."""

    def __init__(self, kinesis, stream):
        self.kinesis, self.stream, self.records, self.done, self.iterators, self.waiting = (
            kinesis,
            stream,
            [],
            set(),
            {},
            {},
        )
        for shard in shards_of(kinesis, stream, ShardFilter={"Type": "AT_TRIM_HORIZON"}):
            self.begin(shard)

    def begin(self, shard):
        self.iterators[shard] = self.kinesis.get_shard_iterator(
            StreamName=self.stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def step(self, limit=10_000):
        """One GetRecords of each shard that is being read; True when all open shards are read to
        their latest record.
        """
        at_tip = True
        for shard, iterator in list(self.iterators.items()):
            answer = self.kinesis.get_records(ShardIterator=iterator, Limit=limit)
            self.records += [(shard, record) for record in answer["Records"]]
            if "NextShardIterator" in answer:
                assert "ChildShards" not in answer
                self.iterators[shard] = answer["NextShardIterator"]
                at_tip = at_tip and answer["MillisBehindLatest"] == 0
                continue
            at_tip = False
            del self.iterators[shard]
            self.done.add(shard)
            assert answer["ChildShards"], "a shard ended without children"
            for child in answer["ChildShards"]:
                self.waiting[child["ShardId"]] = set(child["ParentShards"])
            for child, parents in list(self.waiting.items()):
                if parents <= self.done:
                    del self.waiting[child]
                    self.begin(child)
        return at_tip

    def drain(self):
        while not self.step():
            pass
        return self


def test_split_and_merge_by_hand(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    first = kinesis.put_record(
        StreamName="s", Data=b"before", PartitionKey="k", ExplicitHashKey="7"
    )
    freshet.advance(5000)
    kinesis.split_shard(
        StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
    )
    after = kinesis.put_record(StreamName="s", Data=b"after", PartitionKey="k", ExplicitHashKey="7")
    assert after["ShardId"] == "shardId-000000000002" and int(after["SequenceNumber"]) > int(
        first["SequenceNumber"]
    )
    shards = shards_of(kinesis, "s")
    audit(shards)
    assert range_of(shards["shardId-000000000002"]) == (0, 999)
    assert shards["shardId-000000000003"]["ParentShardId"] == "shardId-000000000000"
    assert_whole(open_ranges(kinesis, "s"))
    kinesis.merge_shards(
        StreamName="s",
        ShardToMerge="shardId-000000000003",
        AdjacentShardToMerge="shardId-000000000001",
    )
    shards = shards_of(kinesis, "s")
    audit(shards)
    assert {
        shards["shardId-000000000004"][name] for name in ("ParentShardId", "AdjacentParentShardId")
    } == {"shardId-000000000001", "shardId-000000000003"}
    assert open_ranges(kinesis, "s") == [(0, 999), (1000, RING - 1)]
    assert (
        kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
            "OpenShardCount"
        ]
        == 2
    )
    assert len(kinesis.describe_stream(StreamName="s")["StreamDescription"]["Shards"]) == 5
    assert [record["Data"] for _, record in Reader(kinesis, "s").drain().records] == [
        b"before",
        b"after",
    ]


def test_a_closed_shard_ends_where_it_was_cut(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    numbers = [
        kinesis.put_record(StreamName="s", Data=b"%d" % i, PartitionKey="k")["SequenceNumber"]
        for i in range(3)
    ]
    latest = kinesis.get_shard_iterator(StreamName="s", ShardId="0", ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey=str(RING // 2))
    parent = shards_of(kinesis, "s")["shardId-000000000000"]
    end = int(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    assert (
        int(numbers[-1]) < end
        and f"{end:047x}"[11:27] == "7fffffffffffffff"
        and f"{end:047x}".endswith("2")
    )
    answer = kinesis.get_records(ShardIterator=latest)
    assert (
        answer["Records"] == []
        and "NextShardIterator" not in answer
        and answer["MillisBehindLatest"] == 0
    )
    assert [
        (c["ShardId"], c["ParentShards"], c["HashKeyRange"]["StartingHashKey"])
        for c in answer["ChildShards"]
    ] == [
        ("shardId-000000000001", ["shardId-000000000000"], "0"),
        ("shardId-000000000002", ["shardId-000000000000"], str(RING // 2)),
    ]

    def read(**start):
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="0", **start)["ShardIterator"]
        answer = kinesis.get_records(ShardIterator=iterator)
        assert "NextShardIterator" not in answer
        return [record["Data"] for record in answer["Records"]]

    assert read(ShardIteratorType="TRIM_HORIZON") == [b"0", b"1", b"2"]
    assert read(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[0]) == [
        b"1",
        b"2",
    ]
    assert read(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=str(end)) == []
    with pytest.raises(kinesis.exceptions.InvalidArgumentException) as error:
        read(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=str(end))
    assert error.value.response["Error"]["Message"] == (
        "Invalid SequenceNumber for ShardIteratorType AFTER_SEQUENCE_NUMBER, "
        "SequenceNumber has reached max possible value for the shard."
    )
    assert read(ShardIteratorType="LATEST") == []
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=iterator, Limit=2)
    assert "NextShardIterator" in answer and answer["MillisBehindLatest"] > 0
    assert "ChildShards" in kinesis.get_records(ShardIterator=answer["NextShardIterator"])


def test_refusals_of_reshards(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=3)
    missing = (
        "ResourceNotFoundException",
        "Could not find shard shardId-000000000009 in stream s under account 000000000000.",
    )
    assert (
        refusal(
            kinesis.split_shard,
            StreamName="s",
            ShardToSplit="shardId-000000000009",
            NewStartingHashKey="5",
        )
        == missing
    )
    assert refusal(
        kinesis.split_shard, StreamName="t", ShardToSplit="0", NewStartingHashKey="5"
    ) == ("ResourceNotFoundException", "Stream t under account 000000000000 not found.")
    code, message = refusal(
        kinesis.split_shard, StreamName="s", ShardToSplit="0", NewStartingHashKey="1"
    )
    assert (
        code == "InvalidArgumentException"
        and "is not both greater than one plus the shard's StartingHashKey 0" in message
    )
    code, message = refusal(
        kinesis.merge_shards, StreamName="s", ShardToMerge="0", AdjacentShardToMerge="2"
    )
    assert (
        code == "InvalidArgumentException"
        and "are not an adjacent pair of shards eligible for merging" in message
    )
    code, message = refusal(
        kinesis.merge_shards, StreamName="s", ShardToMerge="1", AdjacentShardToMerge="0"
    )  # the wrong way round
    assert (
        code == "InvalidArgumentException"
        and "are not an adjacent pair of shards eligible for merging" in message
    )
    kinesis.merge_shards(StreamName="s", ShardToMerge="0", AdjacentShardToMerge="1")
    code, message = refusal(
        kinesis.merge_shards, StreamName="s", ShardToMerge="1", AdjacentShardToMerge="2"
    )
    assert code == "InvalidArgumentException" and "has already been merged or split" in message
    assert (
        refusal(
            kinesis.update_shard_count,
            StreamName="s",
            TargetShardCount=10_001,
            ScalingType="UNIFORM_SCALING",
        )[0]
        == "LimitExceededException"
    )


def test_a_new_count_is_even_and_its_lineage_complete(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for count in (64, 7, 128, 1):
        answer = kinesis.update_shard_count(
            StreamName="s", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
        assert answer["TargetShardCount"] == count and answer["StreamName"] == "s"
        ranges = open_ranges(kinesis, "s")
        assert_whole(ranges)
        assert [low for low, _ in ranges] == [RING // count * i for i in range(count)]
    audit(shards_of(kinesis, "s"))
    assert Reader(kinesis, "s").drain().records == []


def test_a_thousand_shards_in_a_second(make_freshet):
    server = make_freshet(clock="system")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    began = time.monotonic()
    kinesis.update_shard_count(StreamName="s", TargetShardCount=1000, ScalingType="UNIFORM_SCALING")
    took = time.monotonic() - began
    assert len(open_ranges(kinesis, "s")) == 1000
    assert took < 5, f"{took:.3f} s"  # the aim of 1 s is measured on a quiet machine


def test_filters_and_expiry(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    created = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
        "StreamCreationTimestamp"
    ].timestamp()
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k", ExplicitHashKey="0")
    freshet.advance(HOUR)
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey="1000")
    freshet.advance(HOUR)

    def indexes(**filter):
        return [int(name[-3:]) for name in shards_of(kinesis, "s", ShardFilter=filter)]

    assert indexes(Type="AT_LATEST") == [1, 2, 3]
    assert indexes(Type="AT_TRIM_HORIZON") == [0, 1]
    assert (
        indexes(Type="FROM_TRIM_HORIZON")
        == [0, 1, 2, 3]
        == [int(name[-3:]) for name in shards_of(kinesis, "s")]
    )
    assert indexes(Type="AFTER_SHARD_ID", ShardId="shardId-000000000001") == [2, 3]
    assert indexes(Type="AT_TIMESTAMP", Timestamp=created + 60) == [0, 1]
    assert indexes(Type="AT_TIMESTAMP", Timestamp=created + 3660) == [1, 2, 3]
    assert indexes(Type="FROM_TIMESTAMP", Timestamp=created + 3660) == [1, 2, 3]
    for filter in ({"Type": "AT_TIMESTAMP"}, {"Type": "AFTER_SHARD_ID"}):
        assert (
            refusal(kinesis.list_shards, StreamName="s", ShardFilter=filter)[0]
            == "InvalidArgumentException"
        )
    page = kinesis.list_shards(StreamName="s", MaxResults=1, ShardFilter={"Type": "AT_LATEST"})
    page = kinesis.list_shards(NextToken=page["NextToken"], MaxResults=1)
    assert [shard["ShardId"] for shard in page["Shards"]] == ["shardId-000000000002"], (
        "the filter holds over pages"
    )
    assert refusal(kinesis.list_shards, NextToken=page["NextToken"], StreamName="s") == (
        "InvalidArgumentException",
        "NextToken and StreamName cannot be provided together.",
    )
    assert refusal(kinesis.list_shards)[0] == "InvalidArgumentException"
    freshet.advance(301_000)
    assert (
        refusal(kinesis.list_shards, NextToken=page["NextToken"])[0] == "ExpiredNextTokenException"
    )
    freshet.advance(25 * HOUR)
    freshet.until(lambda: "shardId-000000000000" not in shards_of(kinesis, "s"), advance_ms=60_000)
    assert indexes(Type="AT_TRIM_HORIZON") == [1, 2, 3]
    freshet.restart()
    assert sorted(shards_of(kinesis, "s")) == [f"shardId-{i:012}" for i in (1, 2, 3)]
    kinesis.split_shard(StreamName="s", ShardToSplit="3", NewStartingHashKey="5000")
    assert "shardId-000000000005" in shards_of(kinesis, "s"), "numbers go on"


def test_per_key_order_holds_over_cuts_under_load(make_freshet):
    server = make_freshet(clock="system")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    stopping, sent = threading.Event(), {}

    def produce(name):
        client, count = server.client("kinesis"), 0
        while not stopping.is_set():
            entries = [
                {"Data": b"%d" % (count + i), "PartitionKey": f"{name}/{(count + i) % 7}"}
                for i in range(20)
            ]
            answer = client.put_records(StreamName="s", Records=entries)
            assert answer["FailedRecordCount"] == 0
            placed = shards.copy()
            for entry, at in zip(entries, answer["Records"]):
                if at["ShardId"] in placed:
                    low, high = placed[at["ShardId"]]
                    assert (
                        low
                        <= int(hashlib.md5(entry["PartitionKey"].encode()).hexdigest(), 16)
                        <= high
                    )
            count += 20
        sent[name] = count

    shards = {}
    threads = [threading.Thread(target=produce, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    seed = random.randrange(2**32)
    print("seed", seed)
    rng = random.Random(seed)
    for round in range(12):
        shards.update({name: range_of(shard) for name, shard in shards_of(kinesis, "s").items()})
        current = sorted(
            shards_of(kinesis, "s", ShardFilter={"Type": "AT_LATEST"}).values(), key=range_of
        )
        if round % 4 == 3:
            kinesis.update_shard_count(
                StreamName="s", TargetShardCount=rng.randrange(1, 9), ScalingType="UNIFORM_SCALING"
            )
        elif round % 2 and len(current) > 1:
            at = rng.randrange(len(current) - 1)
            kinesis.merge_shards(
                StreamName="s",
                ShardToMerge=current[at]["ShardId"],
                AdjacentShardToMerge=current[at + 1]["ShardId"],
            )
        else:
            low, high = range_of(rng.choice(current))
            kinesis.split_shard(
                StreamName="s",
                ShardToSplit=next(s["ShardId"] for s in current if range_of(s)[0] == low),
                NewStartingHashKey=str((low + high) // 2),
            )
        time.sleep(0.05)
    stopping.set()
    for thread in threads:
        thread.join()
    audit(shards_of(kinesis, "s"))
    found, last_number = {}, {}
    for shard, record in Reader(kinesis, "s").drain().records:
        found.setdefault(record["PartitionKey"], []).append(int(record["Data"]))
        assert int(record["SequenceNumber"]) > last_number.get(record["PartitionKey"], 0), (
            "sequence numbers of a key grow over the cut"
        )
        last_number[record["PartitionKey"]] = int(record["SequenceNumber"])
    for name, count in sent.items():
        assert count > 0
        for key in range(7):
            assert found.get(f"{name}/{key}", []) == list(range(key, count, 7))


def test_reshards_survive_a_restart(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.put_record(StreamName="s", Data=b"1", PartitionKey="k")
    kinesis.update_shard_count(StreamName="s", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    kinesis.put_record(StreamName="s", Data=b"2", PartitionKey="k")
    before = shards_of(kinesis, "s")
    freshet.kill9()
    freshet.restart()
    assert shards_of(kinesis, "s") == before
    kinesis.update_shard_count(StreamName="s", TargetShardCount=1, ScalingType="UNIFORM_SCALING")
    kinesis.put_record(StreamName="s", Data=b"3", PartitionKey="k")
    assert [record["Data"] for _, record in Reader(kinesis, "s").drain().records] == [
        b"1",
        b"2",
        b"3",
    ]


def test_on_demand_splits_a_hot_shard_and_merges_cold_ones(freshet, kinesis):
    kinesis.create_stream(StreamName="s", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert len(open_ranges(kinesis, "s")) == 4
    denied = (
        "ValidationException",
        "Request is invalid. Stream s under account 000000000000 is in On-Demand mode.",
    )
    assert (
        refusal(
            kinesis.update_shard_count,
            StreamName="s",
            TargetShardCount=8,
            ScalingType="UNIFORM_SCALING",
        )
        == denied
    )
    assert (
        refusal(kinesis.split_shard, StreamName="s", ShardToSplit="0", NewStartingHashKey="1000")
        == denied
    )
    assert (
        refusal(kinesis.merge_shards, StreamName="s", ShardToMerge="0", AdjacentShardToMerge="1")
        == denied
    )
    for _ in range(3):
        for _ in range(10):
            kinesis.put_record(
                StreamName="s", Data=b"x" * 900_000, PartitionKey="k", ExplicitHashKey="7"
            )
        freshet.advance(15_000)
    freshet.until(lambda: len(open_ranges(kinesis, "s")) == 5)
    assert open_ranges(kinesis, "s")[0] == (0, RING // 8 - 1), "the hot one was split in the middle"
    freshet.until(lambda: len(open_ranges(kinesis, "s")) == 4, advance_ms=60_000)
    audit(shards_of(kinesis, "s"))
    assert len(Reader(kinesis, "s").drain().records) == 30
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    assert kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
        "StreamModeDetails"
    ] == {"StreamMode": "PROVISIONED"}
    kinesis.update_shard_count(StreamName="s", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    assert len(open_ranges(kinesis, "s")) == 2


def test_delivery_continues_over_reshards(freshet, kinesis):
    s3, firehose = freshet.client("s3"), freshet.client("firehose")
    s3.create_bucket(Bucket="lake")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s",
            "RoleARN": "arn:aws:iam::000000000000:role/r",
        },
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/r",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    number = 0

    def put(count):
        nonlocal number
        kinesis.put_records(
            StreamName="s",
            Records=[
                {"Data": b"%d\n" % (number + i), "PartitionKey": str(i)} for i in range(count)
            ],
        )
        number += count

    def lake():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [
            int(line)
            for key in keys
            for line in s3.get_object(Bucket="lake", Key=key)["Body"].read().split()
        ]

    for count in (5, 2, 3, 1):
        put(50)
        kinesis.update_shard_count(
            StreamName="s", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
        put(50)
        freshet.until(lambda: len(lake()) >= number, advance_ms=5_000)
        if count == 2:
            freshet.restart()
    assert sorted(lake()) == list(range(number))
    objects = len(s3.list_objects_v2(Bucket="lake")["Contents"])
    freshet.advance(120_000)
    assert len(s3.list_objects_v2(Bucket="lake")["Contents"]) == objects, (
        "the ends of shards make no objects"
    )


def test_an_application_continues_over_reshards(freshet, kinesis):
    analytics = freshet.client("kinesisanalytics")
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/"
    role = "arn:aws:iam::000000000000:role/r"
    for name, shards in (("in", 1), ("out", 2)):
        kinesis.create_stream(StreamName=name, ShardCount=shards)
    code = (
        "CREATE STREAM ALL_ROWS (N INTEGER); CREATE PUMP P1 AS INSERT INTO ALL_ROWS SELECT "
        "STREAM N FROM SOURCE_SQL_STREAM_001;"
    )
    analytics.create_application(
        ApplicationName="a",
        ApplicationCode=code,
        Inputs=[csv_input(arn + "in", role, {"N": "INTEGER"})],
        Outputs=[
            {
                "Name": "ALL_ROWS",
                "KinesisStreamsOutput": {"ResourceARN": arn + "out", "RoleARN": role},
                "DestinationSchema": {"RecordFormatType": "CSV"},
            }
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
    number = 0
    for count in (4, 2, 7, 1):
        for half in range(2):
            kinesis.put_records(
                StreamName="in",
                Records=[
                    {"Data": b"%d\n" % (number + i), "PartitionKey": str(i)} for i in range(50)
                ],
            )
            number += 50
            if half == 0:
                kinesis.update_shard_count(
                    StreamName="in", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
                )
                kinesis.update_shard_count(
                    StreamName="out", TargetShardCount=8 - count, ScalingType="UNIFORM_SCALING"
                )
        freshet.until(
            lambda: len(Reader(kinesis, "out").drain().records) >= number, advance_ms=1000
        )
        if count == 2:
            freshet.kill9()
            freshet.restart()
    assert sorted(
        int(record["Data"]) for _, record in Reader(kinesis, "out").drain().records
    ) == list(range(number))


def test_tail_continues_over_reshards(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for i, count in enumerate((4, 3, 1)):
        kinesis.put_record(StreamName="s", Data=b"%d" % i, PartitionKey="k")
        kinesis.update_shard_count(
            StreamName="s", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
    kinesis.put_record(StreamName="s", Data=b"3", PartitionKey="k")
    result = subprocess.run(
        freshet.command(
            "tail", "s", "--endpoint", freshet.endpoint, "--from", "start", "--count", "4"
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.stdout, result.stderr) == ("0\n1\n2\n3\n", "")


def test_a_stream_without_a_count_is_on_demand_with_four_shards(kinesis):
    kinesis.create_stream(StreamName="x")
    found = kinesis.describe_stream_summary(StreamName="x")["StreamDescriptionSummary"]
    assert (
        found["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"} and found["OpenShardCount"] == 4
    )
    for refused in (
        {"StreamModeDetails": {"StreamMode": "PROVISIONED"}},
        {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "ShardCount": 2},
    ):
        with pytest.raises(kinesis.exceptions.InvalidArgumentException):
            kinesis.create_stream(StreamName="y", **refused)
