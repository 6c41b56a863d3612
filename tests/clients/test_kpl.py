"""The Kinesis Producer Library and its native daemon, which speaks TLS only."""

import base64
import json
import subprocess

import pytest
from aws_kinesis_agg.deaggregator import iter_deaggregate_records

pytestmark = pytest.mark.heavy
COUNT = 20_000


def everything(kinesis):
    for shard in kinesis.list_shards(StreamName="s")["Shards"]:
        at = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while at:
            answer = kinesis.get_records(ShardIterator=at)
            yield from answer["Records"]
            at = (
                None
                if not answer["Records"] and answer["MillisBehindLatest"] == 0
                else answer.get("NextShardIterator")
            )


def test_aggregated_records_while_the_stream_is_resharded(system_freshet, java, authority):
    kinesis = system_freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    producer = subprocess.Popen(
        [
            *java("kpl", "Kpl"),
            "localhost",
            str(system_freshet.port),
            str(authority(system_freshet)),
            "s",
            str(COUNT),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = producer.stdout.readline()
    if line.strip() == "half":
        kinesis.split_shard(
            StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126)
        )
    out, complaints = producer.communicate("on\n", timeout=300)
    assert producer.returncode == 0, complaints[-4000:]
    said = json.loads(out.strip().splitlines()[-1])
    assert said["acknowledged"] == COUNT
    stored = list(everything(kinesis))
    users = iter_deaggregate_records(stored, "Boto3")
    assert len(stored) < COUNT / 10  # it aggregates
    texts = {
        base64.b64decode(each["kinesis"]["data"])
        if each["kinesis"].get("aggregated")
        else each["kinesis"]["data"]
        for each in users
    }
    assert texts == {f"record-{i}-".encode() + b"x" * (i % 300) for i in range(COUNT)}
    assert {"shardId-000000000001", "shardId-000000000002", "shardId-000000000003"} <= set(
        said["shards"]
    )
    metrics = system_freshet.client("cloudwatch").list_metrics(Namespace="KinesisProducerLibrary")[
        "Metrics"
    ]
    assert "UserRecordsPut" in {metric["MetricName"] for metric in metrics}
