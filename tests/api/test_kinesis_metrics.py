"""The metrics of streams appear in CloudWatch a minute later, in every protocol that CloudWatch's
clients speak.
"""

import datetime
import gzip
import json
import re
import threading
import urllib.parse

import cbor_wire
import pytest
from test_cloudwatch import START, at, client

SHARD_METRICS = [
    "IncomingBytes",
    "IncomingRecords",
    "IteratorAgeMilliseconds",
    "OutgoingBytes",
    "OutgoingRecords",
    "ReadProvisionedThroughputExceeded",
    "WriteProvisionedThroughputExceeded",
]
PROTOCOLS = ["json", "query", "smithy-rpc-v2-cbor"]


@pytest.fixture
def kinesis(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    return kinesis


def read(kinesis, shard="0", stream="s"):
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return kinesis.get_records(ShardIterator=iterator)["Records"]


def put_and_read(kinesis):
    """Shard 0 gets 6 bytes by PutRecord and 22 in two records by PutRecords; all are read twice.
    Shard 1 gets 3 bytes of the same PutRecords.
    """
    kinesis.put_record(StreamName="s", Data=b"12345", PartitionKey="k", ExplicitHashKey="0")
    kinesis.put_records(
        StreamName="s",
        Records=[{"Data": b"x" * 10, "PartitionKey": "k", "ExplicitHashKey": "0"}] * 2
        + [{"Data": b"yy", "PartitionKey": "k", "ExplicitHashKey": str(2**128 - 1)}],
    )
    assert len(read(kinesis)) == len(read(kinesis)) >= 3


def dimensions(shard=None, consumer=None, stream="s"):
    named = {"ConsumerName": consumer, "ShardId": shard, "StreamName": stream}
    return [{"Name": name, "Value": value} for name, value in named.items() if value]


def series(cloudwatch, name, stat="Sum", **dimension):
    query = {
        "Id": "q",
        "MetricStat": {
            "Stat": stat,
            "Period": 60,
            "Metric": {
                "Namespace": "AWS/Kinesis",
                "MetricName": name,
                "Dimensions": dimensions(**dimension),
            },
        },
    }
    (result,) = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=START, EndTime=at(7200), ScanBy="TimestampAscending"
    )["MetricDataResults"]
    return list(zip(result["Timestamps"], result["Values"]))


def listed(cloudwatch):
    found = set()
    for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/Kinesis"):
        for one in page["Metrics"]:
            names = {d["Name"]: d["Value"] for d in one["Dimensions"]}
            found.add((one["MetricName"], names.pop("StreamName"), *names.values()))
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_minute_of_a_stream_is_a_point_of_each_of_its_metrics(
    freshet, kinesis, tmp_path, protocol
):
    cloudwatch = client(freshet, tmp_path, protocol)
    put_and_read(kinesis)
    assert listed(cloudwatch) == set()
    freshet.advance(60_000)
    freshet.until(lambda: listed(cloudwatch))
    expected = {  # sum, operations, smallest, largest
        "IncomingBytes": (31, 2, 6, 25),
        "IncomingRecords": (4, 2, 1, 3),
        "PutRecord.Bytes": (6, 1, 6, 6),
        "PutRecord.Success": (1, 1, 1, 1),
        "PutRecord.Latency": (0, 1, 0, 0),
        "PutRecords.Bytes": (25, 1, 25, 25),
        "PutRecords.Success": (1, 1, 1, 1),
        "PutRecords.Latency": (0, 1, 0, 0),
        "PutRecords.TotalRecords": (3, 1, 3, 3),
        "PutRecords.SuccessfulRecords": (3, 1, 3, 3),
        "PutRecords.FailedRecords": (0, 1, 0, 0),
        "PutRecords.ThrottledRecords": (0, 1, 0, 0),
        "GetRecords.Bytes": (56, 2, 28, 28),
        "GetRecords.Records": (6, 2, 3, 3),
        "GetRecords.Success": (2, 2, 1, 1),
        "GetRecords.IteratorAgeMilliseconds": (0, 2, 0, 0),
        "GetRecords.Latency": (0, 2, 0, 0),
        "WriteProvisionedThroughputExceeded": (0, 2, 0, 0),
        "ReadProvisionedThroughputExceeded": (0, 2, 0, 0),
    }
    assert listed(cloudwatch) == {(name, "s") for name in expected}  # none of a shard: nobody asked
    for name, values in expected.items():
        for stat, value in zip(("Sum", "SampleCount", "Minimum", "Maximum"), values):
            assert series(cloudwatch, name, stat) == [(START, value)], (name, stat)


def test_minutes_are_apart_and_quiet_ones_have_no_point(freshet, kinesis, tmp_path):
    cloudwatch = client(freshet, tmp_path)
    points = [(at(0), 2), (at(60), 1), (at(180), 1)]
    for step, known in (
        (30_000, 0),
        (30_000, 1),
        (120_000, 2),
        (60_000, 3),
    ):  # puts at 0:00, 0:30, 1:00 and 3:00
        kinesis.put_record(StreamName="s", Data=b"12345", PartitionKey="k")
        freshet.advance(step)
        # A minute is written down beside the puts: the next put waits, or it may still count as of
        # the minute before.
        freshet.until(lambda: series(cloudwatch, "IncomingRecords") == points[:known])


def test_shards_are_measured_where_enhanced_monitoring_is_on(freshet, kinesis, tmp_path):
    cloudwatch = client(freshet, tmp_path)
    kinesis.enable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["ALL"])
    put_and_read(kinesis)
    freshet.advance(60_000)
    shards = ["shardId-000000000000", "shardId-000000000001"]
    freshet.until(lambda: len([one for one in listed(cloudwatch) if len(one) == 3]) == 10)
    assert {one for one in listed(cloudwatch) if len(one) == 3} == {
        (name, "s", shards[0]) for name in SHARD_METRICS
    } | {(name, "s", shards[1]) for name in SHARD_METRICS if name[:2] in ("In", "Wr")}
    expected = {
        ("IncomingBytes", 0): 28,
        ("IncomingBytes", 1): 3,
        ("IncomingRecords", 0): 3,
        ("IncomingRecords", 1): 1,
        ("OutgoingBytes", 0): 56,
        ("OutgoingRecords", 0): 6,
        ("IteratorAgeMilliseconds", 0): 0,
    }
    for (name, shard), value in expected.items():
        assert series(cloudwatch, name, shard=shards[shard]) == [(START, value)], name
    kinesis.disable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["IncomingBytes"])
    put_and_read(kinesis)
    freshet.advance(60_000)
    freshet.until(lambda: len(series(cloudwatch, "IncomingRecords", shard=shards[0])) == 2)
    assert (
        len(series(cloudwatch, "IncomingBytes", shard=shards[0])) == 1
        and len(series(cloudwatch, "IncomingBytes")) == 2
    )


def test_what_is_throttled_is_counted(make_freshet, tmp_path):
    freshet = make_freshet(config="limits: aws\n")
    kinesis, cloudwatch = freshet.client("kinesis"), client(freshet, tmp_path)
    kinesis.create_stream(StreamName="s", ShardCount=1)
    answer = kinesis.put_records(
        StreamName="s", Records=[{"Data": b"x" * 400_000, "PartitionKey": "k"}] * 4
    )
    assert answer["FailedRecordCount"] == 2
    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException):
        kinesis.put_record(StreamName="s", Data=b"x" * 400_000, PartitionKey="k")
    iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="0", ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException):
        for _ in range(6):
            kinesis.get_records(ShardIterator=iterator)
    freshet.advance(60_000)
    freshet.until(lambda: listed(cloudwatch))
    for name, values in {
        "WriteProvisionedThroughputExceeded": (3, 2),
        "PutRecords.ThrottledRecords": (2, 1),
        "PutRecords.FailedRecords": (0, 1),
        "PutRecords.SuccessfulRecords": (2, 1),
        "PutRecord.Success": (0, 1),
        "IncomingRecords": (2, 1),
        "ReadProvisionedThroughputExceeded": (1, 6),
        "GetRecords.Success": (5, 6),
    }.items():
        assert (series(cloudwatch, name), series(cloudwatch, name, "SampleCount")) == (
            [(START, values[0])],
            [(START, values[1])],
        ), name


def test_the_lag_of_readers_is_measured(freshet, kinesis, tmp_path):
    cloudwatch = client(freshet, tmp_path)
    put_and_read(kinesis)
    freshet.advance(60_000)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert kinesis.get_records(ShardIterator=iterator, Limit=1)["MillisBehindLatest"] == 60_000
    freshet.advance(60_000)
    freshet.until(lambda: len(series(cloudwatch, "GetRecords.IteratorAgeMilliseconds")) == 2)
    assert series(cloudwatch, "GetRecords.IteratorAgeMilliseconds", "Maximum") == [
        (at(0), 0),
        (at(60), 60_000),
    ]


def test_consumers_are_measured_by_their_names(freshet, kinesis, tmp_path):
    cloudwatch = client(freshet, tmp_path)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    consumers = [
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)["Consumer"][
            "ConsumerARN"
        ]
        for name in ("a", "b")
    ]
    put_and_read(kinesis)
    for consumer in consumers:
        events = kinesis.subscribe_to_shard(
            ConsumerARN=consumer, ShardId="0", StartingPosition={"Type": "TRIM_HORIZON"}
        )["EventStream"]
        assert len(next(iter(events))["SubscribeToShardEvent"]["Records"]) == 3
        events.close()
    with pytest.raises(kinesis.exceptions.ResourceInUseException):
        kinesis.subscribe_to_shard(
            ConsumerARN=consumers[0], ShardId="0", StartingPosition={"Type": "LATEST"}
        )
    freshet.advance(60_000)
    freshet.until(lambda: listed(cloudwatch))
    for consumer, refused in (("a", 1), ("b", 0)):
        for name, value in {
            "SubscribeToShard.Success": 1,
            "SubscribeToShard.RateExceeded": refused,
            "SubscribeToShardEvent.Bytes": 28,
            "SubscribeToShardEvent.Records": 3,
            "SubscribeToShardEvent.MillisBehindLatest": 0,
        }.items():
            assert series(cloudwatch, name, consumer=consumer) == [(START, value)], name


def test_what_was_measured_outlasts_a_restart_and_the_stream(freshet, kinesis, tmp_path):
    cloudwatch = client(freshet, tmp_path)
    put_and_read(kinesis)
    freshet.restart()
    assert series(cloudwatch, "IncomingRecords") == [(START, 4)]
    put_and_read(kinesis)
    kinesis.delete_stream(StreamName="s")
    freshet.advance(60_000)
    freshet.until(lambda: series(cloudwatch, "IncomingRecords") == [(START, 8)])


def test_accounts_and_regions_are_apart(freshet, kinesis, tmp_path):
    freshet.client("kinesis", region_name="eu-west-1").create_stream(StreamName="s", ShardCount=1)
    freshet.client("kinesis", region_name="eu-west-1").put_record(
        StreamName="s", Data=b"1", PartitionKey="k"
    )
    kinesis.put_record(StreamName="s", Data=b"12345", PartitionKey="k")
    freshet.advance(60_000)
    cloudwatch = client(freshet, tmp_path)
    freshet.until(lambda: series(cloudwatch, "IncomingBytes"))
    assert series(cloudwatch, "IncomingBytes") == [(START, 6)]


# --- by hand, as other clients write: compressed, and in forms that boto3 does not send

SUM = {
    "Namespace": "AWS/Kinesis",
    "MetricName": "IncomingBytes",
    "Dimensions": [{"Name": "StreamName", "Value": "s"}],
}


def post(freshet, path, content_type, body, **headers):
    credential = (
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request, "
        "SignedHeaders=host, Signature=0"
    )
    status, _, answer = cbor_wire.post(
        freshet.port,
        path,
        {
            "Content-Type": content_type,
            "Content-Encoding": "gzip",
            "Authorization": credential,
            **headers,
        },
        gzip.compress(body),
    )
    assert status == 200, answer
    return answer


def by_query(freshet):
    form = {
        "Action": "GetMetricStatistics",
        "Version": "2010-08-01",
        "Namespace": "AWS/Kinesis",
        "MetricName": "IncomingBytes",
        "Dimensions.member.1.Name": "StreamName",
        "Dimensions.member.1.Value": "s",
        "StartTime": "2026-01-01T00:00:00Z",
        "EndTime": "2026-01-01T01:00:00Z",
        "Period": "60",
        "Statistics.member.1": "Sum",
    }
    answer = post(
        freshet, "/", "application/x-www-form-urlencoded", urllib.parse.urlencode(form).encode()
    )
    return [float(value) for value in re.findall(rb"<Sum>([^<]+)</Sum>", answer)]


def by_json(freshet):
    body = {
        **SUM,
        "StartTime": START.timestamp(),
        "EndTime": at(3600).timestamp(),
        "Period": 60,
        "Statistics": ["Sum"],
    }
    answer = post(
        freshet,
        "/",
        "application/x-amz-json-1.0",
        json.dumps(body).encode(),
        **{"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics"},
    )
    return [one["Sum"] for one in json.loads(answer)["Datapoints"]]


def by_cbor(freshet):
    body = {
        **SUM,
        "StartTime": cbor_wire.Stamp(START.timestamp()),
        "EndTime": cbor_wire.Stamp(at(3600).timestamp()),
        "Period": 60,
        "Statistics": ["Sum"],
    }
    answer = post(
        freshet,
        "/service/GraniteServiceVersion20100801/operation/GetMetricStatistics",
        "application/cbor",
        cbor_wire.encode(body),
        **{"smithy-protocol": "rpc-v2-cbor"},
    )
    return [one["Sum"] for one in cbor_wire.Reader(answer).value()["Datapoints"]]


@pytest.mark.parametrize("ask", [by_query, by_json, by_cbor])
def test_compressed_requests_are_answered_in_every_protocol(freshet, kinesis, ask):
    put_and_read(kinesis)
    freshet.advance(60_000)
    freshet.until(lambda: ask(freshet) == [31])


def test_a_put_counts_once_while_the_minute_turns(freshet, kinesis, tmp_path):
    """Puts continue while the clock moves: each is counted in exactly one minute."""

    def puts():
        mine = freshet.client("kinesis")
        for _ in range(200):
            mine.put_record(StreamName="s", Data=b"1", PartitionKey="k")

    threads = [threading.Thread(target=puts) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        freshet.advance(15_000)
    freshet.advance(60_000)
    cloudwatch = client(freshet, tmp_path)

    def total():
        page = {
            "Namespace": "AWS/Kinesis",
            "MetricName": "IncomingRecords",
            "Dimensions": dimensions(),
        }
        points = cloudwatch.get_metric_statistics(
            **page,
            StartTime=START,
            EndTime=START + datetime.timedelta(days=7),
            Period=86400,
            Statistics=["Sum"],
        )
        return sum(one["Sum"] for one in points["Datapoints"])

    freshet.until(lambda: total() == 600)
