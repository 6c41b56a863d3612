"""Clients that put, read and reshard while the server dies and restarts; each records what it saw
in a History. Foreign clients are programs that speak lines of JSON: see `Foreign`.
"""

import base64
import json
import pathlib
import random
import subprocess
import sys
import threading
import time

import botocore.config
import botocore.exceptions
import urllib3.exceptions

from history import payload

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "api"))
import cbor_wire  # noqa: E402
from test_kinesis_shards import range_of, shards_of  # noqa: E402

AWAY = (
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
    urllib3.exceptions.HTTPError,
    OSError,
)
JAVASCRIPT = ROOT / "clients" / "js"
JAVA = ROOT / "clients" / "java" / "sdk2" / "target"


class Client(threading.Thread):
    def __init__(self, name):
        super().__init__(daemon=True, name=name)
        self.stopping, self.failure = False, None

    def run(self):
        while not self.stopping:
            try:
                self.step()
            except AWAY:
                time.sleep(0.002)
            except Exception as error:  # a defect of the harness, or an answer that is none
                self.failure = error
                return

    def end(self):
        self.join(timeout=60)
        assert not self.is_alive(), f"{self.name} hangs"
        if self.failure:
            raise self.failure


class Boto3Writer(Client):
    """PutRecord and PutRecords in turn, one at a time, under one key."""

    def __init__(self, server, history, name):
        super().__init__(name)
        self.kinesis, self.history, self.number = server.client("kinesis"), history, 0

    def step(self):
        first, count = self.number + 1, 1 + self.number % 3
        self.number += count
        numbers = range(first, first + count)
        for number in numbers:
            self.history.begin(self.name, number)
        if count == 1:
            answers = [
                self.kinesis.put_record(
                    StreamName="s", Data=payload(self.name, first), PartitionKey=self.name
                )
            ]
        else:
            answers = self.kinesis.put_records(
                StreamName="s",
                Records=[
                    {"Data": payload(self.name, number), "PartitionKey": self.name}
                    for number in numbers
                ],
            )["Records"]
        for number, answer in zip(numbers, answers):
            if "SequenceNumber" in answer:  # not one of those that PutRecords refused by themselves
                self.history.acknowledge(
                    self.name, number, answer["ShardId"], answer["SequenceNumber"]
                )


class CborWriter(Client):
    """Puts as the Java SDK does."""

    def __init__(self, server, history, name):
        super().__init__(name)
        self.port, self.history, self.number = server.port, history, 0

    def step(self):
        self.number += 1
        self.history.begin(self.name, self.number)
        try:
            status, answer = cbor_wire.call(
                self.port,
                "PutRecord",
                {
                    "StreamName": "s",
                    "Data": payload(self.name, self.number),
                    "PartitionKey": self.name,
                },
                indefinite=True,
            )
        except Exception as error:  # http.client raises its own when an answer is cut
            raise OSError(str(error)) from error
        if status == 200:
            self.history.acknowledge(
                self.name, self.number, answer["ShardId"], answer["SequenceNumber"]
            )


class Boto3Reader(Client):
    """Polls every shard from its beginning; after an error it continues with the iterator, or after
    the last record.
    """

    def __init__(self, server, history, name, seed):
        super().__init__(name)
        self.kinesis, self.history, self.rng = (
            server.client("kinesis"),
            history,
            random.Random(seed),
        )
        self.iterators, self.last = {}, {}

    def step(self):
        for shard in shards_of(self.kinesis, "s"):
            if shard not in self.iterators:
                self.iterators[shard] = self.open(shard)
        for shard, iterator in list(self.iterators.items()):
            if iterator is None:
                continue
            try:
                answer = self.kinesis.get_records(
                    ShardIterator=iterator, Limit=self.rng.choice((3, 1000))
                )
            except AWAY:
                if self.rng.random() < 0.5:
                    del self.iterators[shard]
                raise
            for record in answer["Records"]:
                self.history.read(self.name, shard, record["SequenceNumber"], record["Data"])
                self.last[shard] = record["SequenceNumber"]
            self.iterators[shard] = answer.get("NextShardIterator")

    def open(self, shard):
        position = (
            {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": self.last[shard],
            }
            if shard in self.last
            else {"ShardIteratorType": "TRIM_HORIZON"}
        )
        return self.kinesis.get_shard_iterator(StreamName="s", ShardId=shard, **position)[
            "ShardIterator"
        ]


class FanOutReader(Client):
    """Subscribes to the open shards, one after the other, and continues after the last record."""

    def __init__(self, server, history, name, seed):
        super().__init__(name)
        impatient = botocore.config.Config(
            retries={"max_attempts": 0}, read_timeout=1
        )  # a stream that says nothing is left
        self.kinesis, self.patient, self.history, self.rng = (
            server.client("kinesis", config=impatient),
            server.client("kinesis"),
            history,
            random.Random(seed),
        )
        self.consumer, self.last = None, {}

    def step(self):
        if self.consumer is None:
            arn = self.patient.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
                "StreamARN"
            ]
            known = {
                one["ConsumerName"]: one
                for one in self.patient.list_stream_consumers(StreamARN=arn)["Consumers"]
            }
            self.consumer = (
                known.get(self.name)
                or self.patient.register_stream_consumer(StreamARN=arn, ConsumerName=self.name)[
                    "Consumer"
                ]
            )["ConsumerARN"]
        shard = self.rng.choice(
            list(shards_of(self.patient, "s", ShardFilter={"Type": "AT_LATEST"}))
        )
        position = (
            {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.last[shard]}
            if shard in self.last
            else {"Type": "TRIM_HORIZON"}
        )
        stream = self.kinesis.subscribe_to_shard(
            ConsumerARN=self.consumer, ShardId=shard, StartingPosition=position
        )["EventStream"]
        try:
            for event in stream:
                for record in event["SubscribeToShardEvent"]["Records"]:
                    self.history.read(self.name, shard, record["SequenceNumber"], record["Data"])
                    self.last[shard] = record["SequenceNumber"]
                if self.stopping:
                    return
        finally:
            stream.close()


def reshard(kinesis, rng, open_max, count_max):
    """Splits, merges or updates the shard count of stream s, at random."""
    current = sorted(
        shards_of(kinesis, "s", ShardFilter={"Type": "AT_LATEST"}).values(), key=range_of
    )
    what = rng.randrange(4)
    if what == 0 or len(current) > open_max:
        kinesis.update_shard_count(
            StreamName="s",
            TargetShardCount=rng.randrange(1, count_max + 1),
            ScalingType="UNIFORM_SCALING",
        )
    elif what == 1 and len(current) > 1:
        at = rng.randrange(len(current) - 1)
        kinesis.merge_shards(
            StreamName="s",
            ShardToMerge=current[at]["ShardId"],
            AdjacentShardToMerge=current[at + 1]["ShardId"],
        )
    else:
        shard = rng.choice(current)
        low, high = range_of(shard)
        kinesis.split_shard(
            StreamName="s", ShardToSplit=shard["ShardId"], NewStartingHashKey=str((low + high) // 2)
        )


class Resharder(Client):
    """Splits, merges and updates the shard count, at random."""

    def __init__(self, server, seed):
        super().__init__("resharder")
        self.kinesis, self.rng, self.done = server.client("kinesis"), random.Random(seed), 0

    def step(self):
        if (
            len(shards_of(self.kinesis, "s")) > 200
        ):  # closed ones stay for a day, and the readers ask them all
            time.sleep(0.1)
            return
        reshard(self.kinesis, self.rng, open_max=6, count_max=4)
        self.done += 1
        time.sleep(0.02)  # so that there is something to read between two


class Foreign(Client):
    """A program `COMMAND ENDPOINT STREAM NAME` that writes as Boto3Writer does and reads as
    Boto3Reader does until its standard input ends, and says so in lines: {"begin": NUMBER},
    {"put": NUMBER, "shard": ..., "sequence": ...} and {"read": SEQUENCE, "shard": ..., "data":
    BASE64}.
    """

    def __init__(self, server, history, name, command, directory):
        super().__init__(name)
        self.history = history
        self.process = subprocess.Popen(
            [*command, server.endpoint, "s", name],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self):
        try:
            for line in self.process.stdout:
                self.take(json.loads(line))
            assert self.process.wait(timeout=60) == 0
        except Exception as error:
            self.failure = error

    def take(self, said):
        if "begin" in said:
            self.history.begin(self.name, said["begin"])
        elif "put" in said:
            self.history.acknowledge(self.name, said["put"], said["shard"], said["sequence"])
        else:
            self.history.read(
                self.name, said["shard"], said["read"], base64.b64decode(said["data"])
            )

    def end(self):
        self.process.stdin.close()
        super().end()


def foreign_clients(server, history):
    """The clients that are installed; tests/clients reports what is missing."""
    if (JAVASCRIPT / "node_modules").is_dir():
        yield Foreign(server, history, "javascript", ["node", "history.mjs"], JAVASCRIPT)
    if (JAVA / "classes" / "freshet" / "History.class").exists():
        yield Foreign(
            server,
            history,
            "java",
            ["java", "-XX:TieredStopAtLevel=1", "-cp", "classes:lib/*", "freshet.History"],
            JAVA,
        )
