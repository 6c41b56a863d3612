"""A full disk: puts fail, the server stays up, acknowledged data stays, and puts succeed again once
there is room.
"""

import json
import os
import urllib.error

import botocore.exceptions
import pytest

MIB = 1 << 20


def numbers_of(kinesis):
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        found += [int(record["Data"][:3]) for record in answer["Records"]]
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0:
            return found


def test_a_full_disk_refuses_and_loses_nothing(make_small_disk, make_freshet):
    small_disk = make_small_disk(48)
    server = make_freshet(clock="system", directory=small_disk)
    kinesis, s3 = server.client("kinesis"), server.client("s3")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    s3.create_bucket(Bucket="full")
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * (24 * MIB))
    acknowledged, refused, objects = [], 0, []
    for number in range(60):
        try:
            kinesis.put_record(
                StreamName="s", Data=b"%03d" % number + os.urandom(MIB // 2), PartitionKey="k"
            )
            acknowledged.append(number)
        except botocore.exceptions.ClientError as error:
            refused += 1
            # SDKs retry this error, and reads continue meanwhile.
            assert (
                error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
                and error.response["Error"]["Code"] == "InternalFailure"
            )
            assert numbers_of(kinesis) == acknowledged
        try:
            s3.put_object(
                Bucket="full", Key=str(number), Body=b"%03d" % number + os.urandom(MIB // 4)
            )
            objects.append(number)
        except botocore.exceptions.ClientError:
            refused += 1
    assert refused and acknowledged and server.process.poll() is None
    filler.unlink()
    kinesis.put_record(StreamName="s", Data=b"999", PartitionKey="k")
    s3.put_object(Bucket="full", Key="999", Body=b"999")
    for again in (False, True):
        if again:
            server.kill9()
            server.restart()
        assert numbers_of(kinesis) == acknowledged + [999]
        assert [
            int(s3.get_object(Bucket="full", Key=str(number))["Body"].read()[:3])
            for number in objects + [999]
        ] == objects + [999]


def test_health_reports_a_disk_that_is_nearly_full(make_small_disk, make_freshet):
    place = make_small_disk(160)
    server = make_freshet(directory=place)
    assert server.get("/_freshet/health") == '{"status":"ok"}\n'
    (place / "filler").write_bytes(b"\0" * (120 * MIB))
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get("/_freshet/health")
    told = json.loads(refused.value.read())
    assert (
        refused.value.code == 503
        and told["status"] == "not ok"
        and told["troubles"][0]["part"] == "disk"
    )
    assert (
        "nearly full" in told["troubles"][0]["reason"]
        and "64 are wanted" in told["troubles"][0]["reason"]
    )
    (place / "filler").unlink()
    assert server.get("/_freshet/health") == '{"status":"ok"}\n'
    server.close()
