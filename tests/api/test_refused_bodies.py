"""The bytes of a body that is refused after it was read do not stay on the disk."""

import os
import socket

import botocore.exceptions
import pytest

SIZES = (100_000, 500_000)  # one goes to a pack, one has a file of its own


def bytes_of(server):
    return sum(
        path.stat().st_size
        for path in (server.directory / "data/objects").rglob("*")
        if path.is_file()
    )


def test_the_space_of_refused_writes_comes_back(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="there", Body=b"mine")
    upload = s3.create_multipart_upload(Bucket="lake", Key="parts")["UploadId"]
    for size in SIZES:
        for _ in range(4):
            for refused in (
                lambda: s3.put_object(
                    Bucket="lake", Key="there", Body=os.urandom(size), IfNoneMatch="*"
                ),
                lambda: s3.put_object(
                    Bucket="lake",
                    Key="there",
                    Body=os.urandom(size),
                    ChecksumSHA256="AA" * 21 + "A=",
                ),
                lambda: s3.copy_object(
                    Bucket="lake",
                    Key="there",
                    CopySource="lake/there",
                    ServerSideEncryption="AES256",
                    IfMatch='"no"',
                ),
            ):
                with pytest.raises(botocore.exceptions.ClientError):
                    refused()
    s3.abort_multipart_upload(Bucket="lake", Key="parts", UploadId=upload)
    freshet.until(lambda: bytes_of(freshet) < 20_000, tries=400, advance_ms=60_000)
    assert s3.get_object(Bucket="lake", Key="there")["Body"].read() == b"mine"


def test_a_body_that_breaks_off_leaves_nothing(freshet):
    freshet.client("s3").create_bucket(Bucket="lake")
    with socket.create_connection(("127.0.0.1", freshet.port)) as connection:
        connection.sendall(
            b"PUT /lake/half HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n"
            + b"-" * 3_000_000
        )
        freshet.until(lambda: bytes_of(freshet) > 1_000_000)
    freshet.until(lambda: bytes_of(freshet) < 1000, tries=400)  # RUNS


def test_deliveries_that_are_tried_again_take_no_more_space(freshet):
    firehose, s3 = freshet.client("firehose"), freshet.client("s3")
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/any",
            "BucketARN": "arn:aws:s3:::not-yet",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    firehose.put_record_batch(DeliveryStreamName="d", Records=[{"Data": os.urandom(600_000)}])
    freshet.until(lambda: "delivery waiting" in freshet.server_log(), advance_ms=60_000)
    for _ in range(60):
        freshet.advance(60_000)
    freshet.until(
        lambda: bytes_of(freshet) < 600_000 * 25, tries=200, advance_ms=60_000
    )  # of an hour's tries, those of the grace at the most
    s3.create_bucket(Bucket="not-yet")
    freshet.until(lambda: s3.list_objects_v2(Bucket="not-yet")["KeyCount"] == 1, advance_ms=60_000)
    freshet.until(lambda: bytes_of(freshet) < 2 * 600_000, tries=400, advance_ms=60_000)
