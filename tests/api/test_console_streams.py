"""The interface's API about streams: it returns what boto3 returns, its reads are not counted, and
other sites cannot change anything.
"""

import base64
import hashlib
import http.client
import json
import urllib.parse

import pytest
from aws_kinesis_agg import aggregator
from application_input import csv_input

ROLE = "arn:aws:iam::000000000000:role/any"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
HALF = str(2**127)


class Api:
    def __init__(self, freshet):
        self.freshet = freshet

    def ask(self, method, path, body=None, headers=None, **query):
        connection = http.client.HTTPConnection("127.0.0.1", self.freshet.port, timeout=60)
        connection.request(
            method, f"/_freshet/api/{path}?{urllib.parse.urlencode(query)}", body, headers or {}
        )
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def get(self, path, **query):
        status, body, _ = self.ask("GET", path, **query)
        return status, json.loads(body)

    def post(self, path, **fields):
        status, body, _ = self.ask(
            "POST", path, json.dumps(fields), {"Content-Type": "application/json"}
        )
        return status, json.loads(body)

    def watch(self, topic):
        """An open page: each next() is the state that it receives a second later."""
        connection = http.client.HTTPConnection("127.0.0.1", self.freshet.port, timeout=60)
        connection.request("GET", f"/_freshet/api/live?topic={urllib.parse.quote(topic)}")
        answer = connection.getresponse()
        assert answer.status == 200

        def told():
            while True:
                line = answer.readline().decode()
                assert answer.readline() == b"\n"
                yield json.loads(line.removeprefix("data: "))
                self.freshet.advance(1000)

        return told()

    def tell(self, topic):
        return next(self.watch(topic))


@pytest.fixture
def api(freshet):
    return Api(freshet)


@pytest.fixture
def kinesis(freshet):
    client = freshet.client("kinesis")
    client.create_stream(StreamName="s", ShardCount=2)
    return client


def put(kinesis, count, hash_key="0", data=b"0123456789"):
    return kinesis.put_records(
        StreamName="s",
        Records=[{"Data": data, "PartitionKey": "key", "ExplicitHashKey": hash_key}] * count,
    )["Records"]


def aggregate(records):
    """The KPL aggregate of a list of (partition key, data)."""
    packer = aggregator.RecordAggregator()
    for key, data in records:
        packer.add_user_record(key, data)
    return packer.clear_and_get().get_contents()[2]


def test_a_stream_is_described_as_boto3_describes_it(api, kinesis):
    kinesis.create_stream(StreamName="other", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.start_stream_encryption(
        StreamName="other", EncryptionType="KMS", KeyId="alias/aws/kinesis"
    )
    kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
    kinesis.split_shard(StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey="5")
    streams = {one["name"]: one for one in api.tell("streams")["streams"]}
    assert (
        streams["other"]["mode"] == "ON_DEMAND"
        and streams["other"]["encryption"] == "alias/aws/kinesis"
    )
    assert (
        streams["s"]["mode"],
        streams["s"]["open"],
        streams["s"]["closed"],
        streams["s"]["retention_hours"],
        streams["s"]["encryption"],
    ) == ("PROVISIONED", 3, 1, 48, "")
    told = api.tell("stream:s")
    assert (
        told["arn"]
        == kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    )
    listed = kinesis.list_shards(StreamName="s")["Shards"]
    assert [one["id"] for one in told["shards"]] == [one["ShardId"] for one in listed]
    for one, shard in zip(told["shards"], listed):
        assert [one["first_hash"], one["last_hash"]] == [
            shard["HashKeyRange"]["StartingHashKey"],
            shard["HashKeyRange"]["EndingHashKey"],
        ]
        assert one["parents"] == [
            shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard
        ]
        assert one["open"] == ("EndingSequenceNumber" not in shard["SequenceNumberRange"])
        assert one["first_sequence"] == shard["SequenceNumberRange"]["StartingSequenceNumber"]
        assert one.get("last_sequence") == shard["SequenceNumberRange"].get("EndingSequenceNumber")
    assert "error" in api.tell("stream:none")


def test_rates_are_what_went_through_each_shard(api, freshet, kinesis):
    page = api.watch("stream:s")
    next(page)
    put(kinesis, 30)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    kinesis.get_records(ShardIterator=iterator, Limit=20)
    next(page)
    told = next(page)
    busy, quiet = (one["rates"] for one in told["shards"])
    assert busy[0] == 15 and busy[2] == 10 and busy[1] == 15 * 13 and busy[3] == 10 * 13
    assert quiet == [0] * 6 and [one["kept"] for one in told["shards"]] == [30, 0]


def test_throttles_are_seen(make_freshet):
    freshet = make_freshet(config="limits: aws\n")
    api, kinesis = Api(freshet), freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    freshet.advance(60_000)
    page = api.watch("stream:s")
    next(page)
    for _ in range(3):
        kinesis.put_records(StreamName="s", Records=[{"Data": b"x", "PartitionKey": "k"}] * 500)
    shard = next(page)["shards"][0]
    assert shard["rates"][4] > 0 and shard["throttled"] == 500


def test_the_lag_of_each_reader_is_right(api, freshet, kinesis):
    freshet.client("s3").create_bucket(Bucket="lake")
    freshet.client("firehose").create_delivery_stream(
        DeliveryStreamName="out",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": STREAM, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    consumer = kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="c")["Consumer"][
        "ConsumerARN"
    ]
    put(kinesis, 10)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    kinesis.get_records(ShardIterator=iterator, Limit=4)
    freshet.advance(2000)

    def followers():
        return {one["kind"]: one for one in api.tell("stream:s")["followers"]}

    freshet.until(lambda: followers()["delivery"]["records"] == 0)
    told = followers()
    assert told["fan-out"]["name"] == "c" and told["fan-out"]["shards"] == []
    assert (
        told["delivery"]["name"] == "out"
        and told["delivery"]["waiting_bytes"] == 100
        and told["delivery"]["oldest_waiting_ms"] == 2000
    )
    shared = told["shared"]["shards"]
    assert (
        len(shared) == 1
        and shared[0]["records"] == 6
        and shared[0]["age_ms"] == 2000
        and shared[0]["state"] == "ACTIVE"
    )
    events = iter(
        kinesis.subscribe_to_shard(
            ConsumerARN=consumer,
            ShardId="shardId-000000000000",
            StartingPosition={"Type": "TRIM_HORIZON"},
        )["EventStream"]
    )
    assert len(next(events)["SubscribeToShardEvent"]["Records"]) == 10
    place = followers()["fan-out"]["shards"][0]
    assert (place["id"], place["state"], place["records"]) == (
        "shardId-000000000000",
        "ACTIVE",
        0,
    ) and "age_ms" not in place


def test_an_applications_position_is_shown(api, freshet, kinesis):
    analytics = freshet.client("kinesisanalytics")
    put(kinesis, 3, data=b"a\n")
    analytics.create_application(
        ApplicationName="app",
        ApplicationCode=(
            'CREATE OR REPLACE STREAM "D" ("P" VARCHAR(9));\nCREATE OR REPLACE PUMP "U" AS '
            'INSERT INTO "D" SELECT STREAM "P" FROM "SOURCE_SQL_STREAM_001";'
        ),
        Inputs=[csv_input(STREAM, ROLE, {"P": "VARCHAR(9)"})],
    )

    def application():
        return next(
            one for one in api.tell("stream:s")["followers"] if one["kind"] == "application"
        )

    assert application()["state"] == "READY" and application()["shards"] == []
    analytics.start_application(
        ApplicationName="app",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )
    freshet.until(lambda: application()["shards"] and application()["records"] == 0, advance_ms=100)
    assert application()["state"] == "RUNNING"


def test_records_are_read_page_by_page_from_any_place(api, freshet, kinesis):
    numbers = []
    for at in range(5):
        numbers += [one["SequenceNumber"] for one in put(kinesis, 1, data=b"record %d" % at)]
        freshet.advance(1000)
    read, place = [], {"start": "TRIM_HORIZON"}
    for size in (2, 2, 1, 0):
        status, page = api.get(
            "records", stream="s", shard="shardId-000000000000", limit=2, **place
        )
        assert status == 200 and len(page["records"]) == size
        read += page["records"]
        place = {"start": "AFTER_SEQUENCE_NUMBER", "at": page["next"]}
    assert [one["sequence_number"] for one in read] == numbers
    assert (
        base64.b64decode(read[3]["preview"]) == b"record 3"
        and read[3]["size"] == 8
        and read[3]["partition_key"] == "key"
    )
    status, page = api.get(
        "records", stream="s", shard="0", start="AT_TIMESTAMP", at=read[2]["arrival_ms"]
    )
    assert [one["sequence_number"] for one in page["records"]] == numbers[2:]
    status, page = api.get(
        "records", stream="s", shard="0", start="AT_SEQUENCE_NUMBER", at=numbers[4]
    )
    assert [one["sequence_number"] for one in page["records"]] == numbers[4:]
    status, page = api.get("records", stream="s", shard="0", start="LATEST")
    assert page["records"] == [] and page["behind_ms"] == 0
    put(kinesis, 1)
    assert (
        len(
            api.get(
                "records", stream="s", shard="0", start="AFTER_SEQUENCE_NUMBER", at=page["next"]
            )[1]["records"]
        )
        == 1
    )
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey="7")
    status, page = api.get("records", stream="s", shard="0")
    assert page["is_end"] and page["children"] == ["shardId-000000000002", "shardId-000000000003"]
    assert api.tell("stream:s")["followers"] == [], "no look was a read"


def test_a_record_s_bytes_come_whole_and_taken_apart(api, freshet, kinesis):
    hostile = bytes(range(256)) + b"</script><script>alert(1)</script>"
    number = put(kinesis, 1, data=hostile)[0]["SequenceNumber"]
    status, one = api.get("record", stream="s", shard="0", sequence=number)
    assert status == 200 and base64.b64decode(one["data"]) == hostile and "users" not in one
    assert one["hash_key"] == str(int.from_bytes(hashlib.md5(b"key").digest(), "big"))
    status, body, headers = api.ask("GET", "record/bytes", stream="s", shard="0", sequence=number)
    assert status == 200 and body == hostile
    assert (
        headers["Content-Type"] == "application/octet-stream"
        and headers["X-Content-Type-Options"] == "nosniff"
        and headers["Content-Disposition"].startswith("attachment")
    )
    number = put(kinesis, 1, data=aggregate([("a", b"first"), ("\u202eb", b"second")]))[0][
        "SequenceNumber"
    ]
    status, one = api.get("record", stream="s", shard="0", sequence=number)
    assert one["users_total"] == 2 and [
        (user["partition_key"], base64.b64decode(user["data"])) for user in one["users"]
    ] == [("a", b"first"), ("\u202eb", b"second")]
    large = put(kinesis, 1, data=b"\x00" * 1_048_000 + b"end")[0]["SequenceNumber"]
    assert api.ask("GET", "record/bytes", stream="s", shard="0", sequence=large)[1].endswith(b"end")


def test_shards_are_resharded_and_refusals_say_why(api, kinesis):
    assert api.post("streams/split", stream="s", shard="shardId-000000000000", at="5") == (200, {})
    open_shards = [
        one["ShardId"][-1]
        for one in kinesis.list_shards(StreamName="s")["Shards"]
        if "EndingSequenceNumber" not in one["SequenceNumberRange"]
    ]
    assert open_shards == ["1", "2", "3"]
    assert api.post(
        "streams/merge", stream="s", shard="shardId-000000000002", adjacent="shardId-000000000003"
    ) == (200, {})
    assert api.post("streams/count", stream="s", count=4) == (200, {})
    assert (
        kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"][
            "OpenShardCount"
        ]
        == 4
    )
    for path, fields, status, words in (
        ("split", {"shard": "shardId-000000000000", "at": "5"}, 400, "shardId-000000000000"),
        ("split", {"shard": "shardId-000000000001", "at": "-1"}, 400, "2^128"),
        ("split", {"shard": "x", "at": "1"}, 400, "shardId-"),
        ("merge", {"shard": "shardId-000000000001", "adjacent": ""}, 400, "shardId-"),
        ("count", {"count": 0}, 400, "from 1"),
        ("count", {"count": "many"}, 400, "many"),
        ("count", {"stream": "none", "count": 2}, 404, "none"),
    ):
        code, answer = api.post(f"streams/{path}", **{"stream": "s", **fields})
        assert code == status and words in answer["message"], (path, fields, code, answer)


def test_questions_that_make_no_sense_are_refused_in_words(api, kinesis):
    number = put(kinesis, 1)[0]["SequenceNumber"]
    for path, query, status in (
        ("records", {"stream": "none", "shard": "0"}, 404),
        ("records", {"stream": "s", "shard": "9"}, 404),
        ("records", {"stream": "s", "shard": "x"}, 400),
        ("records", {"shard": "0"}, 400),
        ("records", {"stream": "s", "shard": "0", "start": "SOMEWHERE"}, 400),
        ("records", {"stream": "s", "shard": "0", "start": "AT_TIMESTAMP", "at": "noon"}, 400),
        ("records", {"stream": "s", "shard": "0", "limit": "-1"}, 400),
        ("records", {"stream": "s", "shard": "0", "start": "AT_SEQUENCE_NUMBER", "at": "5"}, 400),
        (
            "records",
            {"stream": "s", "shard": "1", "start": "AT_SEQUENCE_NUMBER", "at": number},
            400,
        ),
        ("records", {"stream": "s", "shard": "0", "start": "AT_SEQUENCE_NUMBER", "at": "0"}, 400),
        ("record", {"stream": "s", "shard": "0", "sequence": str(int(number) + 1)}, 400),
        ("record", {"stream": "s", "shard": "0", "sequence": "x" * 5000}, 400),
    ):
        code, answer = api.get(path, **query)
        assert code in (status, 404 if path == "record" else status) and answer["message"], (
            path,
            query,
            code,
            answer,
        )


def test_another_site_changes_nothing(api, kinesis):
    before = kinesis.list_shards(StreamName="s")["Shards"]
    body = json.dumps({"stream": "s", "shard": "shardId-000000000000", "at": "5", "count": 7})
    for path in ("streams/split", "streams/merge", "streams/count"):
        for headers, status in (
            ({}, 415),
            ({"Content-Type": "text/plain"}, 415),
            ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
            ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
            ({"Content-Type": "application/json", "Host": "evil.example"}, 403),
            ({"X-Freshet-Request": "1", "Origin": "null"}, 403),
        ):
            assert api.ask("POST", path, body, headers)[0] == status, (path, headers)
        assert api.ask("GET", path)[0] == 404
    status, _, headers = api.ask(
        "OPTIONS",
        "streams/split",
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert status >= 400 and "Access-Control-Allow-Origin" not in headers
    assert (
        api.ask("GET", "records", headers={"Host": "evil.example"}, stream="s", shard="0")[0] == 403
    )
    assert kinesis.list_shards(StreamName="s")["Shards"] == before
