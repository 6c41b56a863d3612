"""CBOR over the socket: Kinesis as the Java SDKs speak it, Smithy RPC v2, and compressed bodies."""

import gzip
import json
import urllib.request

import cbor_wire
import pytest
from cbor_wire import Stamp, call, rpc

START_MS = 1_767_225_600_000  # of the manual clock


def put_and_read(freshet, indefinite):
    assert call(freshet.port, "CreateStream", {"StreamName": "s", "ShardCount": 1}, indefinite) == (
        200,
        None,
    )
    status, put = call(
        freshet.port,
        "PutRecord",
        {"StreamName": "s", "PartitionKey": "é", "Data": b"\x00\xff\x80data"},
        indefinite,
    )
    assert status == 200 and put["ShardId"] == "shardId-000000000000"
    status, iterator = call(
        freshet.port,
        "GetShardIterator",
        {
            "StreamName": "s",
            "ShardId": "shardId-000000000000",
            "ShardIteratorType": "AT_TIMESTAMP",
            "Timestamp": Stamp(START_MS),
        },
        indefinite,
    )
    assert status == 200
    return call(
        freshet.port,
        "GetRecords",
        {"ShardIterator": iterator["ShardIterator"], "Limit": 10},
        indefinite,
    )[1]


@pytest.mark.parametrize("indefinite", [False, True])
def test_blobs_travel_as_bytes_and_stamps_as_milliseconds(freshet, indefinite):
    answer = put_and_read(freshet, indefinite)
    (record,) = answer["Records"]
    assert record["Data"] == b"\x00\xff\x80data" and record["PartitionKey"] == "é"
    stamp = record["ApproximateArrivalTimestamp"]
    assert isinstance(stamp, Stamp) and START_MS <= stamp < START_MS + 60_000
    (json_record,) = freshet.client("kinesis").get_records(
        ShardIterator=freshet.client("kinesis").get_shard_iterator(
            StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
    )["Records"]
    assert (
        json_record["Data"] == record["Data"]
        and json_record["SequenceNumber"] == record["SequenceNumber"]
    )


def test_errors_are_cbor_and_those_of_json(freshet):
    status, answer = call(freshet.port, "DescribeStream", {"StreamName": "none"})
    assert (
        status == 400
        and answer["__type"] == "ResourceNotFoundException"
        and "none" in answer["message"]
    )
    status, answer = call(freshet.port, "CreateStream", {"StreamName": "a b", "ShardCount": 0})
    assert answer["__type"] == "ValidationException" and answer["message"].startswith(
        "2 validation errors detected: Value 'a b' at 'streamName'"
    )
    status, answer = call(
        freshet.port, "PutRecord", {"StreamName": "a", "PartitionKey": "k", "Data": "text"}
    )
    assert (status, answer["__type"], answer["Message"]) == (
        400,
        "SerializationException",
        "class java.lang.String can not be converted to a Blob",
    )
    for raw in (
        b"{}",
        b"\xa1",
        b"\xff",
        b"\xbf\x61",
        b"\x80",
        b"\xa1\x61\xff\x01",
        b"\x9f" * 10_000,
    ):
        status, answer = call(freshet.port, "PutRecord", None, raw=raw)
        assert (status, answer["__type"]) == (400, "SerializationException"), raw[:10]
    status, answer = call(freshet.port, "FlyToTheMoon", {})
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_every_json_service_takes_cbor(freshet):
    status, answer = call(freshet.port, "ListDeliveryStreams", {}, prefix="Firehose_20150804")
    assert status == 200 and answer == {"DeliveryStreamNames": [], "HasMoreDeliveryStreams": False}


def test_smithy_rpc_counts_seconds(freshet):
    service = "Kinesis_20131202"
    assert rpc(freshet.port, service, "CreateStream", {"StreamName": "s", "ShardCount": 1}) == (
        200,
        None,
    )
    assert (
        rpc(
            freshet.port,
            service,
            "PutRecord",
            {"StreamName": "s", "PartitionKey": "k", "Data": b"\xff"},
        )[0]
        == 200
    )
    status, answer = rpc(
        freshet.port,
        service,
        "GetShardIterator",
        {
            "StreamName": "s",
            "ShardId": "shardId-000000000000",
            "ShardIteratorType": "AT_TIMESTAMP",
            "Timestamp": Stamp(START_MS // 1000),
        },
    )
    status, answer = rpc(
        freshet.port, service, "GetRecords", {"ShardIterator": answer["ShardIterator"]}
    )
    (record,) = answer["Records"]
    assert (
        record["Data"] == b"\xff"
        and START_MS / 1000 <= record["ApproximateArrivalTimestamp"] < START_MS / 1000 + 60
    )
    status, answer = rpc(freshet.port, service, "DescribeStream", {"StreamName": "none"})
    assert (status, answer["__type"]) == (400, "ResourceNotFoundException")
    for unknown in ((service, "Fly"), ("Nothing", "CreateStream")):
        status, answer = rpc(freshet.port, *unknown, {})
        assert (status, answer["__type"]) == (400, "UnknownOperationException")


def post_json(freshet, target, body, **headers):
    request = urllib.request.Request(
        freshet.endpoint + "/",
        data=body,
        method="POST",
        headers={"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def test_gzip_bodies_are_inflated_in_every_protocol(freshet):
    packed = {"Content-Encoding": "gzip"}
    assert post_json(
        freshet,
        "Kinesis_20131202.CreateStream",
        gzip.compress(b'{"StreamName":"a","ShardCount":1}'),
        **packed,
    ) == (200, {})
    assert (
        call(
            freshet.port,
            "CreateStream",
            None,
            raw=gzip.compress(cbor_wire.encode({"StreamName": "b", "ShardCount": 1})),
            extra=packed,
        )[0]
        == 200
    )
    assert (
        rpc(
            freshet.port,
            "Kinesis_20131202",
            "CreateStream",
            None,
            raw=gzip.compress(cbor_wire.encode({"StreamName": "c", "ShardCount": 1})),
            extra=packed,
        )[0]
        == 200
    )
    assert freshet.client("kinesis").list_streams()["StreamNames"] == ["a", "b", "c"]
    form = gzip.compress(b"Action=GetCallerIdentity&Version=2011-06-15")
    status, _, body = cbor_wire.post(
        freshet.port, "/", {"Content-Type": "application/x-www-form-urlencoded", **packed}, form
    )
    assert status == 200 and b"GetCallerIdentityResult" in body


def test_broken_gzip_and_a_bomb_are_refused(freshet):
    for body in (b"{}", gzip.compress(b"{}" * 5000)[:-9]):
        status, answer = post_json(
            freshet, "Kinesis_20131202.ListStreams", body, **{"Content-Encoding": "gzip"}
        )
        assert status == 400, answer
    bomb = gzip.compress(b" " * (97 * 1024 * 1024), 9)
    assert len(bomb) < 200_000
    status, answer = post_json(
        freshet, "Kinesis_20131202.ListStreams", bomb, **{"Content-Encoding": "gzip"}
    )
    assert (status, answer["__type"]) == (413, "RequestEntityTooLargeException")


def test_an_object_keeps_its_content_encoding(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="bucket")
    packed = gzip.compress(b"content")
    s3.put_object(Bucket="bucket", Key="k", Body=packed, ContentEncoding="gzip")
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == packed
