"""Writes that must not happen, and those that must: conditions, owners, lengths, framings, copies,
deletes.
"""

import datetime
import http.client
import os
import socket
import urllib.error
import urllib.request

import pytest

from s3_wire import ask, refusal, status_of

OLD, NEW = datetime.datetime(2020, 1, 1), datetime.datetime(2100, 1, 1)
MIB = 1024 * 1024
OWN, OTHER = "000000000000", "111122223333"


@pytest.fixture
def s3(freshet):
    client = freshet.client("s3")
    client.create_bucket(Bucket="lake")
    client.put_object(Bucket="lake", Key="k", Body=b"content")
    return client


def keys(s3):
    return [one["Key"] for one in s3.list_objects_v2(Bucket="lake").get("Contents", [])]


def body(s3, key):
    return s3.get_object(Bucket="lake", Key=key)["Body"].read()


def test_a_conditional_delete(s3):
    etag = s3.head_object(Bucket="lake", Key="k")["ETag"]
    for condition in (
        {"IfMatch": '"bad"'},
        {"IfMatchSize": 3},
        {"IfMatchLastModifiedTime": OLD},
        {"IfMatch": etag, "IfMatchSize": 3},
    ):
        assert refusal(s3.delete_object, Bucket="lake", Key="k", **condition) == (
            412,
            "PreconditionFailed",
        ), condition
    assert refusal(s3.delete_object, Bucket="lake", Key="k", VersionId="abc") == (
        400,
        "InvalidArgument",
    )
    assert keys(s3) == ["k"]
    for condition in ({"IfMatch": "*"}, {"IfMatch": etag}):
        assert refusal(s3.delete_object, Bucket="lake", Key="gone", **condition) == (
            404,
            "NoSuchKey",
        )
    assert status_of(s3.delete_object(Bucket="lake", Key="gone", IfMatchSize=3)) == 204
    assert (
        status_of(
            s3.delete_object(Bucket="lake", Key="k", IfMatch=etag, IfMatchSize=7, VersionId="null")
        )
        == 204
    )
    assert keys(s3) == []


def test_conditional_deletes_of_many(s3):
    etag = s3.put_object(Bucket="lake", Key="a", Body=b"1")["ETag"]
    asked = [
        {"Key": "a", "ETag": etag},
        {"Key": "k", "ETag": '"bad"'},
        {"Key": "k", "VersionId": "abc"},
        {"Key": "k", "Size": 1},
        {"Key": "k", "LastModifiedTime": OLD},
        {"Key": "gone", "ETag": "*"},
        {"Key": "gone"},
    ]
    answer = s3.delete_objects(Bucket="lake", Delete={"Objects": asked})
    assert [one["Key"] for one in answer["Deleted"]] == ["a", "gone"]
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [
        ("k", "PreconditionFailed"),
        ("k", "NoSuchVersion"),
        ("k", "PreconditionFailed"),
        ("k", "PreconditionFailed"),
        ("gone", "NoSuchKey"),
    ]
    assert keys(s3) == ["k"]
    answer = s3.delete_objects(
        Bucket="lake", Delete={"Objects": [{"Key": "k", "ETag": '"bad"'}], "Quiet": True}
    )
    assert len(answer["Errors"]) == 1 and "Deleted" not in answer
    assert refusal(s3.delete_objects, Bucket="lake", Delete={"Objects": [{"Key": "k"}] * 1001}) == (
        400,
        "MalformedXML",
    )
    assert s3.delete_objects(
        Bucket="lake", Delete={"Objects": [{"Key": "k", "VersionId": "null"}]}
    )["Deleted"] == [{"Key": "k", "VersionId": "null"}]
    assert keys(s3) == []


def writes(s3, key):
    """Each way to write an object, as a call that takes conditions."""
    upload = s3.create_multipart_upload(Bucket="lake", Key=key)["UploadId"]
    part = s3.upload_part(Bucket="lake", Key=key, UploadId=upload, PartNumber=1, Body=b"new")[
        "ETag"
    ]
    return [
        lambda **c: s3.put_object(Bucket="lake", Key=key, Body=b"new", **c),
        lambda **c: s3.copy_object(Bucket="lake", Key=key, CopySource="lake/source", **c),
        lambda **c: s3.complete_multipart_upload(
            Bucket="lake",
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]},
            **c,
        ),
    ]


def test_conditional_writes(s3):
    s3.put_object(Bucket="lake", Key="source", Body=b"new")
    etag = s3.head_object(Bucket="lake", Key="k")["ETag"]
    for write in writes(s3, "k"):
        assert refusal(write, IfNoneMatch="*") == (412, "PreconditionFailed")
        assert refusal(write, IfMatch='"bad"') == (412, "PreconditionFailed")
        assert refusal(write, IfNoneMatch=etag) == (501, "NotImplemented")
        assert body(s3, "k") == b"content"
    for write in writes(s3, "gone"):
        assert refusal(write, IfMatch=etag) == (404, "NoSuchKey")
    for i in range(3):
        write = writes(s3, "fresh")[i]
        write(IfNoneMatch="*")
        assert refusal(writes(s3, "fresh")[i], IfNoneMatch="*") == (412, "PreconditionFailed")
        writes(s3, "fresh")[i](IfMatch=s3.head_object(Bucket="lake", Key="fresh")["ETag"])
        s3.delete_object(Bucket="lake", Key="fresh")


def test_the_account_that_must_own_the_bucket(s3):
    upload = s3.create_multipart_upload(Bucket="lake", Key="up")["UploadId"]
    of_upload = {"Key": "up", "UploadId": upload}
    calls = [
        (s3.put_object, {"Key": "x", "Body": b"x"}),
        (s3.get_object, {"Key": "k"}),
        (s3.head_object, {"Key": "k"}),
        (s3.delete_object, {"Key": "k"}),
        (s3.delete_objects, {"Delete": {"Objects": [{"Key": "k"}]}}),
        (s3.list_objects, {}),
        (s3.list_objects_v2, {}),
        (s3.head_bucket, {}),
        (s3.list_object_versions, {}),
        (s3.get_bucket_location, {}),
        (s3.list_multipart_uploads, {}),
        (s3.list_parts, of_upload),
        (s3.upload_part, {**of_upload, "PartNumber": 1, "Body": b"x"}),
        (s3.abort_multipart_upload, of_upload),
        (s3.delete_bucket, {}),
        (s3.create_multipart_upload, {"Key": "x"}),
        (s3.copy_object, {"Key": "x", "CopySource": "lake/k"}),
        (s3.upload_part_copy, {**of_upload, "PartNumber": 1, "CopySource": "lake/k"}),
        (
            s3.complete_multipart_upload,
            {**of_upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "x"}]}},
        ),
    ]
    for call, arguments in calls:
        assert refusal(call, Bucket="lake", ExpectedBucketOwner=OTHER, **arguments)[0] == 403, (
            call.__name__
        )
        assert refusal(call, Bucket="lake", ExpectedBucketOwner="me", **arguments)[0] == 400, (
            call.__name__
        )
    for call, arguments in calls[-3:-1]:
        assert refusal(call, Bucket="lake", ExpectedSourceBucketOwner=OTHER, **arguments) == (
            403,
            "AccessDenied",
        )
        call(Bucket="lake", ExpectedSourceBucketOwner=OWN, ExpectedBucketOwner=OWN, **arguments)
    assert keys(s3) == ["k", "x"] and body(s3, "k") == b"content"
    assert refusal(s3.get_object, Bucket="missing", Key="k", ExpectedBucketOwner=OTHER) == (
        404,
        "NoSuchBucket",
    )


REFUSED = [
    {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32},
    {"ServerSideEncryption": "aws:kms"},
    {"SSEKMSKeyId": "key"},
    {"ACL": "public-read"},
    {"GrantRead": "id=1"},
    {"StorageClass": "GLACIER"},
    {"WebsiteRedirectLocation": "/x"},
    {"ObjectLockMode": "COMPLIANCE"},
    {"ObjectLockRetainUntilDate": NEW},
    {"ObjectLockLegalHoldStatus": "ON"},
    {"BucketKeyEnabled": True},
]


def test_what_asks_for_more_than_is_built_is_refused_by_name(s3):
    for arguments in REFUSED:
        for call, further in (
            (s3.put_object, {"Body": b"x"}),
            (s3.create_multipart_upload, {}),
            (s3.copy_object, {"CopySource": "lake/k"}),
        ):
            assert refusal(call, Bucket="lake", Key="x", **arguments, **further) == (
                501,
                "NotImplemented",
            ), (call.__name__, arguments)
    for arguments, code in (
        ({"StorageClass": "FOO"}, "InvalidStorageClass"),
        ({"ACL": "mine"}, "InvalidArgument"),
        ({"ServerSideEncryption": "rot13"}, "InvalidArgument"),
    ):
        assert refusal(s3.put_object, Bucket="lake", Key="x", Body=b"x", **arguments) == (400, code)
    for verb in (s3.get_object, s3.head_object):
        assert (
            refusal(
                verb, Bucket="lake", Key="k", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32
            )[0]
            == 501
        )
    assert refusal(s3.put_object, Bucket="lake", Key="k", Body=b"x", WriteOffsetBytes=7) == (
        501,
        "NotImplemented",
    )
    assert refusal(s3.create_bucket, Bucket="locked", ObjectLockEnabledForBucket=True) == (
        501,
        "NotImplemented",
    )
    assert refusal(s3.delete_object, Bucket="lake", Key="k", MFA="serial 123456") == (
        501,
        "NotImplemented",
    )
    assert keys(s3) == ["k"] and [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["lake"]
    for arguments in (
        {"ACL": "private"},
        {"ACL": "bucket-owner-full-control"},
        {"StorageClass": "STANDARD"},
        {"ObjectLockLegalHoldStatus": "OFF"},
    ):
        s3.put_object(Bucket="lake", Key="x", Body=b"x", **arguments)


@pytest.mark.parametrize(
    "encoding, kept",
    [
        ("gzip,aws-chunked", "gzip"),
        ("aws-chunked", None),
        ("aws-chunked, gzip", "gzip"),
        ("gzip", "gzip"),
    ],
)
def test_the_payload_hash_decides_whether_a_body_is_framed(freshet, s3, encoding, kept):
    import hashlib

    plain = {
        "Content-Encoding": encoding,
        "x-amz-content-sha256": hashlib.sha256(b"hello").hexdigest(),
    }
    framed = {
        "Content-Encoding": encoding,
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
    }
    for headers, content in ((plain, b"hello"), (framed, b"5\r\nhello\r\n0\r\n\r\n")):
        assert ask(freshet, "PUT", "/lake/framed", headers, content)[0] == 200
        answer = s3.get_object(Bucket="lake", Key="framed")
        assert answer["Body"].read() == b"hello" and answer.get("ContentEncoding") == kept


def test_a_body_of_no_length_is_refused(freshet, s3):
    upload = s3.create_multipart_upload(Bucket="lake", Key="x")["UploadId"]
    for path in ("/lake/x", f"/lake/x?partNumber=1&uploadId={upload}"):
        connection = http.client.HTTPConnection("127.0.0.1", freshet.port, timeout=30)
        connection.putrequest("PUT", path)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(b"5\r\nhello\r\n0\r\n\r\n")
        answer = connection.getresponse()
        assert answer.status == 411 and b"<Code>MissingContentLength</Code>" in answer.read()
    assert keys(s3) == ["k"]


def test_metadata_has_a_size(s3):
    assert refusal(s3.put_object, Bucket="lake", Key="x", Body=b"", Metadata={"a": "x" * 2048}) == (
        400,
        "MetadataTooLarge",
    )
    assert refusal(
        s3.create_multipart_upload, Bucket="lake", Key="x", Metadata={"a": "x" * 2048}
    ) == (400, "MetadataTooLarge")
    s3.put_object(Bucket="lake", Key="x", Body=b"", Metadata={"a": "x" * 2047})
    assert s3.head_object(Bucket="lake", Key="x")["Metadata"] == {"a": "x" * 2047}


def test_conditions_on_the_source_of_a_copy(s3):
    etag = s3.head_object(Bucket="lake", Key="k")["ETag"]
    upload = s3.create_multipart_upload(Bucket="lake", Key="up")["UploadId"]
    calls = (
        lambda **c: s3.copy_object(Bucket="lake", Key="c", CopySource="lake/k", **c),
        lambda **c: s3.upload_part_copy(
            Bucket="lake", Key="up", UploadId=upload, PartNumber=1, CopySource="lake/k", **c
        ),
    )
    for call in calls:
        for condition in (
            {"CopySourceIfMatch": '"bad"'},
            {"CopySourceIfNoneMatch": etag},
            {"CopySourceIfUnmodifiedSince": OLD},
            {"CopySourceIfModifiedSince": NEW},
            {"CopySourceIfNoneMatch": etag, "CopySourceIfModifiedSince": OLD},
        ):
            assert refusal(call, **condition) == (412, "PreconditionFailed"), condition
        for condition in (
            {"CopySourceIfMatch": etag},
            {"CopySourceIfNoneMatch": '"bad"'},
            {"CopySourceIfUnmodifiedSince": NEW},
            {"CopySourceIfModifiedSince": OLD},
            {"CopySourceIfMatch": etag, "CopySourceIfUnmodifiedSince": OLD},
        ):
            call(**condition)


def test_what_a_copy_takes_over(s3):
    s3.put_object(
        Bucket="lake",
        Key="s",
        Body=b"content",
        Metadata={"m": "1"},
        ContentType="text/x",
        Tagging="a=1&b=2",
        ChecksumAlgorithm="SHA1",
    )
    sha1 = s3.head_object(Bucket="lake", Key="s", ChecksumMode="ENABLED")["ChecksumSHA1"]
    copy = s3.copy_object(Bucket="lake", Key="c", CopySource="lake/s", Metadata={"m": "ignored"})[
        "CopyObjectResult"
    ]
    assert (copy["ChecksumSHA1"], copy["ChecksumType"]) == (sha1, "FULL_OBJECT")
    head = s3.head_object(Bucket="lake", Key="c")
    assert (head["Metadata"], head["ContentType"], head["TagCount"]) == ({"m": "1"}, "text/x", 2)
    s3.copy_object(
        Bucket="lake",
        Key="c",
        CopySource="lake/s",
        MetadataDirective="REPLACE",
        Metadata={"m": "2"},
    )
    head = s3.head_object(Bucket="lake", Key="c", ChecksumMode="ENABLED")
    assert (head["Metadata"], head["ContentType"], head["TagCount"], head["ChecksumSHA1"]) == (
        {"m": "2"},
        "binary/octet-stream",
        2,
        sha1,
    )
    s3.copy_object(
        Bucket="lake", Key="c", CopySource="lake/s", TaggingDirective="REPLACE", Tagging="x=y"
    )
    assert s3.get_object_tagging(Bucket="lake", Key="c")["TagSet"] == [{"Key": "x", "Value": "y"}]
    assert refusal(
        s3.copy_object, Bucket="lake", Key="c", CopySource="lake/s", MetadataDirective="BOTH"
    ) == (400, "InvalidArgument")
    assert refusal(
        s3.copy_object, Bucket="lake", Key="c", CopySource="lake/s", TaggingDirective="BOTH"
    ) == (400, "InvalidArgument")
    assert refusal(s3.copy_object, Bucket="lake", Key="c", CopySource="lake") == (
        400,
        "InvalidArgument",
    )


def test_a_copy_computes_the_checksum_that_is_asked_of_it(s3):
    import base64
    import hashlib

    copy = s3.copy_object(Bucket="lake", Key="c", CopySource="lake/k", ChecksumAlgorithm="SHA256")[
        "CopyObjectResult"
    ]
    assert copy["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"content").digest()).decode()
    head = s3.head_object(Bucket="lake", Key="c", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == copy["ChecksumSHA256"] and "ChecksumCRC32" not in head
    s3.copy_object(Bucket="lake", Key="c", CopySource="lake/c", ChecksumAlgorithm="CRC32C")
    assert "ChecksumCRC32C" in s3.head_object(Bucket="lake", Key="c", ChecksumMode="ENABLED")
    assert refusal(s3.copy_object, Bucket="lake", Key="c", CopySource="lake/c") == (
        400,
        "InvalidRequest",
    )
    assert refusal(
        s3.copy_object, Bucket="lake", Key="c", CopySource="lake/k", ChecksumAlgorithm="XXHASH64"
    ) == (501, "NotImplemented")


def test_a_part_is_copied_from_a_range(s3):
    content = os.urandom(6 * MIB)
    s3.put_object(Bucket="lake", Key="s", Body=content)
    upload = s3.create_multipart_upload(Bucket="lake", Key="up")["UploadId"]
    copy = lambda number, asked: s3.upload_part_copy(
        Bucket="lake",
        Key="up",
        UploadId=upload,
        PartNumber=number,
        CopySource="lake/s",
        CopySourceRange=asked,
    )
    done = [
        {"PartNumber": number, "ETag": copy(number, asked)["CopyPartResult"]["ETag"]}
        for number, asked in (
            (1, f"bytes=100-{5 * MIB + 99}"),
            (2, f"bytes=0-99"),
        )
    ]
    s3.complete_multipart_upload(
        Bucket="lake", Key="up", UploadId=upload, MultipartUpload={"Parts": done}
    )
    assert body(s3, "up") == content[100 : 5 * MIB + 100] + content[:100]
    upload = s3.create_multipart_upload(Bucket="lake", Key="up")["UploadId"]
    for asked in ("bytes=0-", "bytes=-5", "0-5", "bytes=5-4", f"bytes=0-{6 * MIB}", "bytes=a-b"):
        assert refusal(
            s3.upload_part_copy,
            Bucket="lake",
            Key="up",
            UploadId=upload,
            PartNumber=1,
            CopySource="lake/s",
            CopySourceRange=asked,
        ) == (400, "InvalidArgument"), asked
    s3.copy(
        {"Bucket": "lake", "Key": "s"},
        "lake",
        "managed",
        Config=__import__("boto3").s3.transfer.TransferConfig(
            multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB
        ),
    )
    assert body(s3, "managed") == content


SUBRESOURCES = [
    "acl",
    "legal-hold",
    "retention",
    "uploads",
    "versions",
    "attributes",
    "torrent",
    "restore",
    "object-lock",
    "policy",
    "cors",
    "lifecycle",
    "website",
    "location",
    "delete",
    "partNumber=1",
    "versioning",
    "notification",
    "logging",
    "accelerate",
    "requestPayment",
    "policyStatus",
    "list-type=2",
]


@pytest.mark.parametrize("name", SUBRESOURCES)
def test_a_subresource_that_a_verb_does_not_have_changes_nothing(freshet, name):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="full")
    s3.create_bucket(Bucket="empty")
    s3.put_object(Bucket="full", Key="k", Body=b"precious")

    def send(method, path, body=b""):
        request = urllib.request.Request(
            freshet.endpoint + path, method=method, data=body if method != "DELETE" else None
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    # Some of these are operations (PutBucketPolicy, DeleteBucketCors): built, or refused by their
    # names.
    for method in ("PUT", "DELETE"):
        send(method, f"/full/k?{name}", b"<x/>")
        send(method, f"/empty?{name}", b"<x/>")
        send(method, f"/never-made?{name}", b"<x/>")
    assert s3.get_object(Bucket="full", Key="k")["Body"].read() == b"precious"
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["empty", "full"]
    assert send("PUT", "/full/k?unknown-to-s3", b"new") == 200


def test_conditions_that_a_write_does_not_judge_are_refused(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="k", Body=b"precious")
    for method, header, value in [
        ("PUT", "If-Unmodified-Since", "Thu, 01 Jan 2009 00:00:00 GMT"),
        ("PUT", "If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("DELETE", "If-Unmodified-Since", "Thu, 01 Jan 2009 00:00:00 GMT"),
        ("DELETE", "If-None-Match", "*"),
    ]:
        request = urllib.request.Request(
            f"{freshet.endpoint}/lake/k",
            method=method,
            data=b"new" if method == "PUT" else None,
            headers={header: value},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert (
            refused.value.code == 501
            and f"<Header>{header}</Header>" in refused.value.read().decode()
        )
    assert s3.get_object(Bucket="lake", Key="k")["Body"].read() == b"precious"


def test_a_put_must_have_a_length(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="k", Body=b"precious")
    upload = s3.create_multipart_upload(Bucket="lake", Key="k")["UploadId"]
    for path in ("/lake/k", f"/lake/k?partNumber=1&uploadId={upload}"):
        with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as wire:
            wire.sendall(
                f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            answer = wire.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 411 ") and "<Code>MissingContentLength</Code>" in answer
    assert s3.get_object(Bucket="lake", Key="k")["Body"].read() == b"precious"
