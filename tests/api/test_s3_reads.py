"""The bytes and the status of each read of an object: ranges, parts, conditions, overrides."""

import datetime
import hashlib
import os

import pytest

from s3_wire import ask, refusal, status_of

MIB = 1024 * 1024


@pytest.fixture
def s3(freshet):
    client = freshet.client("s3")
    client.create_bucket(Bucket="lake")
    client.put_object(Bucket="lake", Key="k", Body=b"0123456789")
    client.put_object(Bucket="lake", Key="empty", Body=b"")
    return client


def upload(s3, key, parts, **arguments):
    begun = s3.create_multipart_upload(Bucket="lake", Key=key, **arguments)["UploadId"]
    done = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(
                Bucket="lake", Key=key, UploadId=begun, PartNumber=number, Body=part
            )["ETag"],
        }
        for number, part in parts
    ]
    return s3.complete_multipart_upload(
        Bucket="lake", Key=key, UploadId=begun, MultipartUpload={"Parts": done}
    )


@pytest.mark.parametrize(
    "asked, status, content, of",
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-500", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-99999999999999999999999", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=99999999999999999999999-", 416, None, "bytes */10"),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=5-4", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("bytes=", 200, b"0123456789", None),
    ],
)
def test_a_range_has_its_status_and_its_content_range(freshet, s3, asked, status, content, of):
    got, headers, body = ask(freshet, "GET", "/lake/k", {"Range": asked})
    assert (got, headers.get("content-range")) == (status, of)
    assert content is None or body == content
    assert content is not None or b"<Code>InvalidRange</Code>" in body
    got, headers, body = ask(freshet, "HEAD", "/lake/k", {"Range": asked})
    assert (got, headers.get("content-range"), body) == (status, of, b"")
    if content is not None:
        assert headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "asked, status",
    [
        ("bytes=-1", 200),
        ("bytes=-512", 200),
        ("bytes=-0", 416),
        ("bytes=0-", 416),
        ("bytes=0-0", 416),
    ],
)
def test_ranges_of_an_empty_object(freshet, s3, asked, status):
    for method in ("GET", "HEAD"):
        got, headers, body = ask(freshet, method, "/lake/empty", {"Range": asked})
        assert got == status
        if status == 200:
            assert (
                body == b"" and headers["content-length"] == "0" and "content-range" not in headers
            )


def test_if_range_asks_for_the_part_of_an_object_that_is_still_the_same(freshet, s3):
    """IfRange, the header If-Range, of GetObject and HeadObject: AWS's model does not have it."""
    head = s3.head_object(Bucket="lake", Key="k")
    modified = head["LastModified"].strftime("%a, %d %b %Y %H:%M:%S GMT")
    for same in (head["ETag"], modified):
        assert ask(freshet, "GET", "/lake/k", {"Range": "bytes=0-1", "If-Range": same})[::2] == (
            206,
            b"01",
        )
        assert ask(freshet, "HEAD", "/lake/k", {"Range": "bytes=0-1", "If-Range": same})[0] == 206
    for other in ('"other"', "W/" + head["ETag"], "Mon, 01 Jan 2001 00:00:00 GMT"):
        assert ask(freshet, "GET", "/lake/k", {"Range": "bytes=0-1", "If-Range": other})[::2] == (
            200,
            b"0123456789",
        )
        assert ask(freshet, "HEAD", "/lake/k", {"Range": "bytes=0-1", "If-Range": other})[0] == 200
    assert ask(freshet, "GET", "/lake/k", {"If-Range": head["ETag"]})[0] == 200


@pytest.mark.parametrize("condition", ["If-Modified-Since", "If-Unmodified-Since"])
def test_a_condition_that_is_not_a_date_is_ignored(freshet, s3, condition):
    for method in ("GET", "HEAD"):
        assert ask(freshet, method, "/lake/k", {condition: "lately"})[0] == 200


def test_a_part_of_a_multipart_object(s3):
    first, second = os.urandom(5 * MIB), os.urandom(1000)
    upload(s3, "big", [(1, first), (2, second)])
    for number, content, of in (
        (1, first, f"bytes 0-{5 * MIB - 1}/{5 * MIB + 1000}"),
        (2, second, f"bytes {5 * MIB}-{5 * MIB + 999}/{5 * MIB + 1000}"),
    ):
        answer = s3.get_object(Bucket="lake", Key="big", PartNumber=number)
        assert answer["Body"].read() == content
        assert (
            status_of(answer),
            answer["ContentRange"],
            answer["PartsCount"],
            answer["ContentLength"],
        ) == (206, of, 2, len(content))
        head = s3.head_object(Bucket="lake", Key="big", PartNumber=number)
        assert (
            status_of(head),
            head["ContentRange"],
            head["PartsCount"],
            head["ContentLength"],
        ) == (206, of, 2, len(content))
    assert refusal(s3.get_object, Bucket="lake", Key="big", PartNumber=3) == (
        416,
        "InvalidPartNumber",
    )
    assert refusal(s3.head_object, Bucket="lake", Key="big", PartNumber=3) == (416, "416")
    for number in (0, 10001, -1):
        assert refusal(s3.get_object, Bucket="lake", Key="big", PartNumber=number) == (
            400,
            "InvalidArgument",
        )
    assert refusal(s3.get_object, Bucket="lake", Key="big", PartNumber=1, Range="bytes=0-1") == (
        400,
        "InvalidRequest",
    )
    assert "PartsCount" not in s3.get_object(Bucket="lake", Key="big")
    whole = s3.get_object(Bucket="lake", Key="k", PartNumber=1)
    assert (status_of(whole), whole["Body"].read(), whole["ContentRange"]) == (
        206,
        b"0123456789",
        "bytes 0-9/10",
    ) and "PartsCount" not in whole
    assert refusal(s3.get_object, Bucket="lake", Key="k", PartNumber=2) == (
        416,
        "InvalidPartNumber",
    )


def test_conditions_of_a_read_in_their_order(s3):
    head = s3.head_object(Bucket="lake", Key="k")
    same, other = head["ETag"], '"other"'
    before, after = (
        head["LastModified"] + datetime.timedelta(seconds=seconds) for seconds in (-10, 10)
    )
    cases = [
        ({"IfMatch": same}, 200),
        ({"IfMatch": "*"}, 200),
        ({"IfMatch": same.strip('"')}, 200),
        ({"IfMatch": f"{other}, {same}"}, 200),
        ({"IfMatch": other}, 412),
        ({"IfNoneMatch": same}, 304),
        ({"IfNoneMatch": "*"}, 304),
        ({"IfNoneMatch": other}, 200),
        ({"IfModifiedSince": before}, 200),
        ({"IfModifiedSince": after}, 304),
        ({"IfUnmodifiedSince": before}, 412),
        ({"IfUnmodifiedSince": after}, 200),
        ({"IfMatch": same, "IfUnmodifiedSince": before}, 200),
        ({"IfMatch": other, "IfUnmodifiedSince": after}, 412),
        ({"IfNoneMatch": same, "IfModifiedSince": before}, 304),
        ({"IfNoneMatch": other, "IfModifiedSince": after}, 200),
        ({"IfMatch": other, "IfNoneMatch": same}, 412),
        ({"IfMatch": other, "Range": "bytes=99-"}, 412),
        ({"IfMatch": same, "Range": "bytes=0-1"}, 206),
    ]
    for conditions, status in cases:
        for verb in (s3.get_object, s3.head_object):
            if status < 300:
                assert status_of(verb(Bucket="lake", Key="k", **conditions)) == status, conditions
            else:
                assert refusal(verb, Bucket="lake", Key="k", **conditions)[0] == status, conditions


def test_a_304_has_the_headers_that_still_hold(freshet, s3):
    etag = s3.put_object(Bucket="lake", Key="cached", Body=b"x", CacheControl="max-age=60")["ETag"]
    for method in ("GET", "HEAD"):
        status, headers, body = ask(freshet, method, "/lake/cached", {"If-None-Match": etag})
        assert (status, headers["etag"], headers["cache-control"], body) == (
            304,
            etag,
            "max-age=60",
            b"",
        )
        assert headers["last-modified"].endswith("GMT")


def test_headers_of_the_answer_are_overridden(freshet, s3):
    expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    asked = {
        "ResponseContentType": "text/x",
        "ResponseContentLanguage": "de",
        "ResponseExpires": expires,
        "ResponseCacheControl": "no-cache",
        "ResponseContentDisposition": "attachment",
        "ResponseContentEncoding": "x",
    }
    for verb in (s3.get_object, s3.head_object):
        answer = verb(Bucket="lake", Key="k", **asked)
        assert [answer[name[8:]] for name in asked if name != "ResponseExpires"] == [
            value for name, value in asked.items() if name != "ResponseExpires"
        ]
        assert (
            answer["ResponseMetadata"]["HTTPHeaders"]["expires"] == "Wed, 02 Jan 2030 03:04:05 GMT"
        )
    assert ask(freshet, "GET", "/lake/k?response-expires=never")[1]["expires"] == "never"


def test_versions_that_no_object_has(s3):
    unknown = "a" * 32
    for verb in (s3.get_object, s3.head_object, s3.delete_object, s3.get_object_tagging):
        assert refusal(verb, Bucket="lake", Key="k", VersionId="abc")[0] == 400
    assert refusal(s3.get_object, Bucket="lake", Key="k", VersionId="abc") == (
        400,
        "InvalidArgument",
    )
    assert refusal(s3.get_object, Bucket="lake", Key="k", VersionId=unknown) == (
        404,
        "NoSuchVersion",
    )
    assert refusal(s3.copy_object, Bucket="lake", Key="c", CopySource="lake/k?versionId=xyz") == (
        400,
        "InvalidArgument",
    )
    assert refusal(
        s3.copy_object,
        Bucket="lake",
        Key="c",
        CopySource={"Bucket": "lake", "Key": "k", "VersionId": unknown},
    ) == (404, "NoSuchVersion")
    assert s3.get_object(Bucket="lake", Key="k", VersionId="null")["Body"].read() == b"0123456789"
    assert [
        (one["Key"], one["VersionId"], one["IsLatest"])
        for one in s3.list_object_versions(Bucket="lake")["Versions"]
    ] == [("empty", "null", True), ("k", "null", True)]
    page = s3.list_object_versions(Bucket="lake", MaxKeys=1)
    assert page["IsTruncated"] and page["NextKeyMarker"] == "empty"
    assert [
        one["Key"]
        for one in s3.list_object_versions(
            Bucket="lake", KeyMarker="empty", VersionIdMarker="null"
        )["Versions"]
    ] == ["k"]


def test_bodies_name_their_namespace(freshet, s3):
    for path in (
        "/",
        "/lake",
        "/lake?list-type=2",
        "/lake?location",
        "/lake?uploads",
        "/lake?versions",
    ):
        assert b'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' in ask(freshet, "GET", path)[2], (
            path
        )


def test_an_object_in_parts_that_was_numbered_with_gaps(s3):
    parts = [(3, os.urandom(5 * MIB)), (7, b"end")]
    answer = upload(s3, "gaps", parts)
    assert (
        answer["ETag"]
        == '"%s-2"'
        % hashlib.md5(b"".join(hashlib.md5(part).digest() for _, part in parts)).hexdigest()
    )
    assert s3.get_object(Bucket="lake", Key="gaps", PartNumber=7)["Body"].read() == b"end"
    assert refusal(s3.get_object, Bucket="lake", Key="gaps", PartNumber=1) == (
        416,
        "InvalidPartNumber",
    )
