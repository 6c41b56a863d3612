"""S3 through boto3 and the AWS CLI."""

import hashlib
import os
import pathlib
import subprocess
import sys

import botocore.exceptions
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def s3(freshet):
    client = freshet.client("s3")
    client.create_bucket(Bucket="lake")
    return client


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def body(s3, key, **arguments):
    return s3.get_object(Bucket="lake", Key=key, **arguments)["Body"].read()


def test_buckets(freshet, s3):
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["lake"]
    assert s3.get_bucket_location(Bucket="lake")["LocationConstraint"] is None
    s3.head_bucket(Bucket="lake")
    s3.create_bucket(Bucket="lake")
    other = freshet.client("s3", region_name="eu-west-1")
    other.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket="far")["LocationConstraint"] == "eu-west-1"
    assert (
        code(
            other.create_bucket,
            Bucket="far",
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        )
        == "BucketAlreadyOwnedByYou"
    )
    for name in ("ab", "Upper", "-dash", "a..b", "192.168.1.1", "x" * 64):
        assert code(s3.create_bucket, Bucket=name) == "InvalidBucketName", name
    s3.put_object(Bucket="lake", Key="k", Body=b"")
    assert code(s3.delete_bucket, Bucket="lake") == "BucketNotEmpty"
    s3.delete_object(Bucket="lake", Key="k")
    s3.delete_bucket(Bucket="lake")
    assert code(s3.list_objects_v2, Bucket="lake") == "NoSuchBucket"
    assert code(s3.head_bucket, Bucket="lake") == "404"


@pytest.mark.parametrize("size", [0, 1, 1000, 128 * 1024, 128 * 1024 + 1, 9_000_000])
def test_an_object_is_returned_as_it_was_put(s3, size):
    content = os.urandom(size)
    answer = s3.put_object(
        Bucket="lake",
        Key="dir/файл.bin",
        Body=content,
        ContentType="text/csv",
        Metadata={"Who": "me"},
    )
    assert answer["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    found = s3.get_object(Bucket="lake", Key="dir/файл.bin")
    assert found["Body"].read() == content
    assert (found["ContentType"], found["Metadata"], found["ContentLength"]) == (
        "text/csv",
        {"who": "me"},
        size,
    )
    head = s3.head_object(Bucket="lake", Key="dir/файл.bin", ChecksumMode="ENABLED")
    assert head["ContentLength"] == size and head["ETag"] == answer["ETag"]
    assert head["ChecksumCRC32"] == answer["ChecksumCRC32"]
    assert "ContentEncoding" not in head


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_every_checksum_is_verified_and_given_back(s3, algorithm):
    answer = s3.put_object(Bucket="lake", Key="k", Body=b"content", ChecksumAlgorithm=algorithm)
    assert (
        s3.head_object(Bucket="lake", Key="k", ChecksumMode="ENABLED")[f"Checksum{algorithm}"]
        == answer[f"Checksum{algorithm}"]
    )
    wrong = {"CRC32": "AAAAAA==", "SHA1": "A" * 27 + "=", "SHA256": "A" * 43 + "="}[algorithm]
    assert (
        code(
            s3.put_object, Bucket="lake", Key="k", Body=b"other", **{f"Checksum{algorithm}": wrong}
        )
        == "BadDigest"
    )
    assert (
        code(s3.put_object, Bucket="lake", Key="k", Body=b"other", ContentMD5="A" * 22 + "==")
        == "BadDigest"
    )
    assert body(s3, "k") == b"content", "a refused body changes nothing"


def test_ranges_and_conditions(s3):
    etag = s3.put_object(Bucket="lake", Key="k", Body=b"0123456789")["ETag"]
    for header, expected in (
        ("bytes=0-3", b"0123"),
        ("bytes=7-", b"789"),
        ("bytes=-2", b"89"),
        ("bytes=5-500", b"56789"),
        ("lines=1-2", b"0123456789"),
    ):
        assert body(s3, "k", Range=header) == expected
    assert (
        s3.get_object(Bucket="lake", Key="k", Range="bytes=2-3")["ContentRange"] == "bytes 2-3/10"
    )
    assert code(s3.get_object, Bucket="lake", Key="k", Range="bytes=10-") == "InvalidRange"
    assert body(s3, "k", IfMatch=etag) == b"0123456789"
    assert code(s3.get_object, Bucket="lake", Key="k", IfMatch='"x"') == "PreconditionFailed"
    assert code(s3.get_object, Bucket="lake", Key="k", IfNoneMatch=etag) == "304"
    assert (
        code(s3.put_object, Bucket="lake", Key="k", Body=b"", IfNoneMatch="*")
        == "PreconditionFailed"
    )
    assert (
        code(s3.put_object, Bucket="lake", Key="k", Body=b"", IfMatch='"x"') == "PreconditionFailed"
    )
    s3.put_object(Bucket="lake", Key="k", Body=b"new", IfMatch=etag)
    assert code(s3.get_object, Bucket="lake", Key="nothing") == "NoSuchKey"
    assert code(s3.put_object, Bucket="lake", Key="k" * 1025, Body=b"") == "KeyTooLongError"


def test_listing_in_pages_with_prefixes(s3):
    keys = [f"year=2026/month={m:02}/part {p}" for m in range(1, 4) for p in range(3)] + [
        "a&b<c>",
        "year",
        "year=2026",
    ]
    for key in keys:
        s3.put_object(Bucket="lake", Key=key, Body=key.encode())
    for client_call in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(client_call).paginate(
            Bucket="lake", PaginationConfig={"PageSize": 2}
        )
        assert [o["Key"] for page in pages for o in page.get("Contents", [])] == sorted(keys)
    pages = list(
        s3.get_paginator("list_objects_v2").paginate(
            Bucket="lake", Prefix="year=2026/", Delimiter="/", PaginationConfig={"PageSize": 2}
        )
    )
    assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == [
        f"year=2026/month={m:02}/" for m in range(1, 4)
    ]
    answer = s3.list_objects_v2(Bucket="lake", StartAfter="year")
    assert answer["Contents"][0]["Key"] == "year=2026" and answer["KeyCount"] == 10


def test_deletes_of_many(s3):
    for i in range(5):
        s3.put_object(Bucket="lake", Key=f"k{i}", Body=b"x")
    answer = s3.delete_objects(
        Bucket="lake", Delete={"Objects": [{"Key": f"k{i}"} for i in (0, 1, 9)]}
    )
    assert sorted(d["Key"] for d in answer["Deleted"]) == ["k0", "k1", "k9"]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="lake")["Contents"]] == ["k2", "k3", "k4"]


def test_a_copy_shares_bytes_and_outlives_its_source(s3):
    content = os.urandom(300_000)
    s3.put_object(Bucket="lake", Key="a", Body=content, Metadata={"m": "1"})
    s3.copy_object(Bucket="lake", Key="b c", CopySource={"Bucket": "lake", "Key": "a"})
    s3.copy_object(
        Bucket="lake",
        Key="d",
        CopySource="lake/a",
        MetadataDirective="REPLACE",
        Metadata={"m": "2"},
    )
    s3.delete_object(Bucket="lake", Key="a")
    assert body(s3, "b c") == content
    assert s3.head_object(Bucket="lake", Key="b c")["Metadata"] == {"m": "1"}
    assert s3.head_object(Bucket="lake", Key="d")["Metadata"] == {"m": "2"}
    assert code(s3.copy_object, Bucket="lake", Key="d", CopySource="lake/d") == "InvalidRequest"
    assert code(s3.copy_object, Bucket="lake", Key="d", CopySource="lake/gone") == "NoSuchKey"


def test_multipart_uploads(s3):
    parts = [os.urandom(5 * 1024 * 1024), os.urandom(100)]
    upload = s3.create_multipart_upload(Bucket="lake", Key="big", ContentType="text/plain")[
        "UploadId"
    ]
    done = [
        {
            "PartNumber": n,
            "ETag": s3.upload_part(
                Bucket="lake", Key="big", UploadId=upload, PartNumber=n, Body=part
            )["ETag"],
        }
        for n, part in enumerate(parts, 1)
    ]
    assert [
        p["Size"] for p in s3.list_parts(Bucket="lake", Key="big", UploadId=upload)["Parts"]
    ] == [len(part) for part in parts]
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket="lake")["Uploads"]] == ["big"]
    assert code(s3.get_object, Bucket="lake", Key="big") == "NoSuchKey"
    complete = dict(Bucket="lake", Key="big", UploadId=upload)
    assert (
        code(s3.complete_multipart_upload, **complete, MultipartUpload={"Parts": done[::-1]})
        == "InvalidPartOrder"
    )
    assert (
        code(
            s3.complete_multipart_upload,
            **complete,
            MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": "x"}]},
        )
        == "InvalidPart"
    )
    etag = s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": done})["ETag"]
    assert (
        etag
        == '"%s-2"'
        % hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    )
    assert body(s3, "big") == b"".join(parts)
    assert (
        body(s3, "big", Range=f"bytes={len(parts[0]) - 2}-{len(parts[0]) + 1}")
        == parts[0][-2:] + parts[1][:2]
    )
    assert code(s3.list_parts, Bucket="lake", Key="big", UploadId=upload) == "NoSuchUpload"
    upload = s3.create_multipart_upload(Bucket="lake", Key="small")["UploadId"]
    small = [
        {
            "PartNumber": n,
            "ETag": s3.upload_part(
                Bucket="lake", Key="small", UploadId=upload, PartNumber=n, Body=b"x"
            )["ETag"],
        }
        for n in (1, 2)
    ]
    assert (
        code(
            s3.complete_multipart_upload,
            Bucket="lake",
            Key="small",
            UploadId=upload,
            MultipartUpload={"Parts": small},
        )
        == "EntityTooSmall"
    )
    s3.abort_multipart_upload(Bucket="lake", Key="small", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="lake")


def test_virtual_host_addressing(freshet, s3):
    import http.client

    s3.put_object(Bucket="lake", Key="k", Body=b"x")
    connection = http.client.HTTPConnection("127.0.0.1", freshet.port)
    connection.request("GET", "/k", headers={"Host": f"lake.s3.localhost:{freshet.port}"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"x")


def test_aws_chunked_bodies_with_trailing_checksums(freshet, s3):
    import http.client

    framed = b"5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"
    for trailer, status in ((framed, 200), (framed.replace(b"DUoRhQ==", b"AAAAAA=="), 400)):
        connection = http.client.HTTPConnection("127.0.0.1", freshet.port)
        connection.request(
            "PUT",
            "/lake/chunked",
            body=trailer,
            headers={
                "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "x-amz-trailer": "x-amz-checksum-crc32",
                "Content-Encoding": "aws-chunked",
                "x-amz-decoded-content-length": "11",
            },
        )
        assert connection.getresponse().status == status
    found = s3.get_object(Bucket="lake", Key="chunked", ChecksumMode="ENABLED")
    assert found["Body"].read() == b"hello world" and found["ChecksumCRC32"] == "DUoRhQ=="
    assert "ContentEncoding" not in found


def test_the_aws_cli_copies_and_syncs(freshet, s3, tmp_path):
    source, back = tmp_path / "source", tmp_path / "back"
    (source / "sub").mkdir(parents=True)
    (source / "a.csv").write_bytes(b"1,2\n")
    (source / "sub" / "b.bin").write_bytes(os.urandom(20 * 1024 * 1024))

    def aws(*arguments):
        result = subprocess.run(
            [str(pathlib.Path(sys.executable).parent / "aws"), *arguments],
            env=freshet.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    aws("s3", "sync", str(source), "s3://lake/copy/")
    assert "sub/" in aws("s3", "ls", "s3://lake/copy/")
    aws("s3", "sync", "s3://lake/copy/", str(back))
    for name in ("a.csv", "sub/b.bin"):
        assert (back / name).read_bytes() == (source / name).read_bytes()
    aws("s3", "cp", "s3://lake/copy/a.csv", "s3://lake/d.csv")
    aws("s3", "rm", "s3://lake/copy/", "--recursive")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="lake")["Contents"]] == ["d.csv"]


def test_objects_survive_kill_9_and_dead_files_are_unlinked(freshet, s3):
    big = os.urandom(1_000_000)
    for i in range(20):
        s3.put_object(Bucket="lake", Key=f"small{i}", Body=b"%d" % i)
    s3.put_object(Bucket="lake", Key="big", Body=big)
    freshet.kill9()
    freshet.restart()
    assert body(s3, "big") == big
    assert [body(s3, f"small{i}") for i in range(20)] == [b"%d" % i for i in range(20)]
    s3.delete_object(Bucket="lake", Key="big")
    files = freshet.directory / "data" / "objects"
    sizes = lambda: [path.stat().st_size for path in files.rglob("*") if path.is_file()]
    assert 1_000_000 in sizes()
    freshet.advance(60_000)
    freshet.advance(16 * 60_000)
    freshet.until(lambda: 1_000_000 not in sizes(), advance_ms=60_000)


def test_a_whole_object_is_copied_into_a_part(s3):
    s3.put_object(Bucket="lake", Key="source", Body=b"content")
    upload = s3.create_multipart_upload(Bucket="lake", Key="k")["UploadId"]
    etag = s3.upload_part_copy(
        Bucket="lake", Key="k", UploadId=upload, PartNumber=1, CopySource="lake/source"
    )["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(
        Bucket="lake",
        Key="k",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]},
    )
    assert body(s3, "k") == b"content"
