"""Checksums of whole and of multipart objects, of both types: computed, verified, stored, shown."""

import base64
import hashlib
import os
import zlib

import pytest

from s3_wire import ask, refusal

MIB = 1024 * 1024
PARTS = [bytes([65 + i]) * (5 * MIB) for i in range(2)] + [b"end"]
WHOLE = b"".join(PARTS)


@pytest.fixture
def s3(freshet):
    client = freshet.client("s3")
    client.create_bucket(Bucket="lake")
    return client


def coded(digest):
    return base64.b64encode(digest).decode()


def crc32(data):
    return coded(zlib.crc32(data).to_bytes(4, "big"))


DIGESTS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "SHA512": lambda data: hashlib.sha512(data).digest(),
    "MD5": lambda data: hashlib.md5(data).digest(),
}


def upload_parts(s3, key, algorithm, **arguments):
    begun = s3.create_multipart_upload(
        Bucket="lake", Key=key, ChecksumAlgorithm=algorithm, **arguments
    )
    done = []
    for number, part in enumerate(PARTS, 1):
        value = coded(DIGESTS[algorithm](part))
        answer = s3.upload_part(
            Bucket="lake",
            Key=key,
            UploadId=begun["UploadId"],
            PartNumber=number,
            Body=part,
            **{f"Checksum{algorithm}": value},
        )
        assert answer[f"Checksum{algorithm}"] == value
        done.append({"PartNumber": number, "ETag": answer["ETag"], f"Checksum{algorithm}": value})
    return begun, done


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256", "SHA512", "MD5"])
def test_a_composite_checksum(s3, algorithm):
    begun, done = upload_parts(s3, "k", algorithm)
    assert (begun["ChecksumAlgorithm"], begun["ChecksumType"]) == (algorithm, "COMPOSITE")
    listed = s3.list_parts(Bucket="lake", Key="k", UploadId=begun["UploadId"])
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == (algorithm, "COMPOSITE")
    assert [part[f"Checksum{algorithm}"] for part in listed["Parts"]] == [
        part[f"Checksum{algorithm}"] for part in done
    ]
    [told] = s3.list_multipart_uploads(Bucket="lake")["Uploads"]
    assert (told["ChecksumAlgorithm"], told["ChecksumType"]) == (algorithm, "COMPOSITE")
    name = f"Checksum{algorithm}"
    expected = (
        coded(DIGESTS[algorithm](b"".join(DIGESTS[algorithm](part) for part in PARTS))) + "-3"
    )
    answer = s3.complete_multipart_upload(
        Bucket="lake", Key="k", UploadId=begun["UploadId"], MultipartUpload={"Parts": done}
    )
    assert (answer[name], answer["ChecksumType"]) == (expected, "COMPOSITE")
    head = s3.head_object(Bucket="lake", Key="k", ChecksumMode="ENABLED")
    assert (head[name], head["ChecksumType"]) == (expected, "COMPOSITE")
    assert name not in s3.head_object(Bucket="lake", Key="k")
    part = s3.get_object(Bucket="lake", Key="k", PartNumber=3, ChecksumMode="ENABLED")
    assert part[name] == done[2][name] and part["Body"].read() == b"end"
    assert s3.get_object(Bucket="lake", Key="k", ChecksumMode="ENABLED")["Body"].read() == WHOLE
    [entry] = s3.list_objects_v2(Bucket="lake")["Contents"]
    assert (entry["ChecksumAlgorithm"], entry["ChecksumType"]) == ([algorithm], "COMPOSITE")
    attributes = s3.get_object_attributes(
        Bucket="lake", Key="k", ObjectAttributes=["Checksum", "ObjectParts"]
    )
    assert attributes["Checksum"] == {name: expected[:-2], "ChecksumType": "COMPOSITE"}
    assert [
        (one["PartNumber"], one["Size"], one[name]) for one in attributes["ObjectParts"]["Parts"]
    ] == [(number, len(part), done[number - 1][name]) for number, part in enumerate(PARTS, 1)]


def test_a_full_object_checksum(s3):
    begun, done = upload_parts(s3, "k", "CRC32", ChecksumType="FULL_OBJECT")
    assert begun["ChecksumType"] == "FULL_OBJECT"
    complete = dict(
        Bucket="lake", Key="k", UploadId=begun["UploadId"], MultipartUpload={"Parts": done}
    )
    assert refusal(s3.complete_multipart_upload, **complete, ChecksumCRC32=crc32(b"other")) == (
        400,
        "BadDigest",
    )
    assert refusal(s3.complete_multipart_upload, **complete, ChecksumType="COMPOSITE") == (
        400,
        "InvalidRequest",
    )
    answer = s3.complete_multipart_upload(
        **complete, ChecksumCRC32=crc32(WHOLE), ChecksumType="FULL_OBJECT"
    )
    assert (answer["ChecksumCRC32"], answer["ChecksumType"]) == (crc32(WHOLE), "FULL_OBJECT")
    head = s3.head_object(Bucket="lake", Key="k", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (crc32(WHOLE), "FULL_OBJECT")
    assert s3.get_object(Bucket="lake", Key="k", PartNumber=2)["Body"].read() == PARTS[1]


def test_an_upload_that_declares_none_gets_the_default(freshet, s3):
    begun = s3.create_multipart_upload(Bucket="lake", Key="k")
    assert "ChecksumAlgorithm" not in begun
    done = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(
                Bucket="lake", Key="k", UploadId=begun["UploadId"], PartNumber=number, Body=part
            )["ETag"],
        }
        for number, part in enumerate(PARTS, 1)
    ]
    answer = s3.complete_multipart_upload(
        Bucket="lake", Key="k", UploadId=begun["UploadId"], MultipartUpload={"Parts": done}
    )
    assert answer["ChecksumType"] == "FULL_OBJECT"
    assert ask(freshet, "PUT", "/lake/whole", body=WHOLE)[0] == 200
    whole = s3.head_object(Bucket="lake", Key="whole", ChecksumMode="ENABLED")
    assert (
        answer["ChecksumCRC64NVME"] == whole["ChecksumCRC64NVME"]
        and whole["ChecksumType"] == "FULL_OBJECT"
    )
    assert ask(freshet, "PUT", "/lake/check", body=b"123456789")[1][
        "x-amz-checksum-crc64nvme"
    ] == coded(bytes.fromhex("ae8b14860a799888"))


def test_a_completion_is_checked_against_its_list_of_parts(s3):
    begun, done = upload_parts(s3, "k", "SHA256")
    complete = lambda parts, **more: dict(
        Bucket="lake", Key="k", UploadId=begun["UploadId"], MultipartUpload={"Parts": parts}, **more
    )
    wrong = [*done[:2], {**done[2], "ChecksumSHA256": done[0]["ChecksumSHA256"]}]
    assert refusal(s3.complete_multipart_upload, **complete(wrong)) == (400, "InvalidPart")
    bare = [{name: part[name] for name in ("PartNumber", "ETag")} for part in done]
    assert refusal(s3.complete_multipart_upload, **complete(bare)) == (400, "InvalidRequest")
    assert refusal(s3.complete_multipart_upload, **complete(done, MpuObjectSize=5)) == (
        400,
        "InvalidRequest",
    )
    assert refusal(s3.complete_multipart_upload, **complete(done, ChecksumCRC32="AAAAAA==")) == (
        400,
        "InvalidRequest",
    )
    assert refusal(s3.head_object, Bucket="lake", Key="k")[0] == 404
    s3.complete_multipart_upload(**complete(done, MpuObjectSize=len(WHOLE)))


def test_a_completion_is_repeated(s3):
    begun, done = upload_parts(s3, "k", "SHA256")
    complete = dict(Bucket="lake", Key="k", UploadId=begun["UploadId"])
    first = s3.complete_multipart_upload(
        **complete, MultipartUpload={"Parts": done}, IfNoneMatch="*"
    )
    again = s3.complete_multipart_upload(
        **complete, MultipartUpload={"Parts": done}, IfNoneMatch="*"
    )
    assert (first["ETag"], first["ChecksumSHA256"]) == (again["ETag"], again["ChecksumSHA256"])
    assert refusal(
        s3.complete_multipart_upload, **complete, MultipartUpload={"Parts": done[:2]}
    ) == (400, "InvalidPart")
    assert refusal(
        s3.complete_multipart_upload,
        Bucket="lake",
        Key="other",
        UploadId=begun["UploadId"],
        MultipartUpload={"Parts": done},
    ) == (404, "NoSuchUpload")
    assert refusal(s3.abort_multipart_upload, **complete) == (404, "NoSuchUpload")
    s3.put_object(Bucket="lake", Key="k", Body=b"later")
    assert refusal(s3.complete_multipart_upload, **complete, MultipartUpload={"Parts": done}) == (
        404,
        "NoSuchUpload",
    )


def test_a_part_must_bring_its_uploads_checksum(freshet, s3):
    upload = s3.create_multipart_upload(Bucket="lake", Key="k", ChecksumAlgorithm="SHA256")[
        "UploadId"
    ]
    part = dict(Bucket="lake", Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    assert refusal(s3.upload_part, **part, ChecksumAlgorithm="CRC32") == (400, "InvalidRequest")
    assert ask(freshet, "PUT", f"/lake/k?partNumber=1&uploadId={upload}", body=b"x")[0] == 400
    assert refusal(s3.upload_part, **part, ChecksumSHA256=coded(hashlib.sha256(b"y").digest())) == (
        400,
        "BadDigest",
    )
    s3.upload_part(**part, ChecksumAlgorithm="SHA256")


@pytest.mark.parametrize(
    "algorithm, kind",
    [("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE"), (None, "COMPOSITE"), ("CRC32", "HALF")],
)
def test_types_that_an_algorithm_does_not_have(s3, algorithm, kind):
    arguments = {"ChecksumAlgorithm": algorithm} if algorithm else {}
    assert refusal(
        s3.create_multipart_upload, Bucket="lake", Key="k", ChecksumType=kind, **arguments
    ) == (400, "InvalidRequest")


def test_checksums_that_are_not_built_or_not_given(freshet, s3):
    for headers, code in (
        ({"x-amz-checksum-xxhash64": "AAAAAAAAAAA="}, (501, b"NotImplemented")),
        ({"x-amz-checksum-crc32": "bad"}, (400, b"InvalidRequest")),
        (
            {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "A" * 27 + "="},
            (400, b"InvalidRequest"),
        ),
        ({"x-amz-sdk-checksum-algorithm": "CRC32"}, (400, b"InvalidRequest")),
        ({"Content-MD5": "bad"}, (400, b"InvalidDigest")),
    ):
        status, _, body = ask(freshet, "PUT", "/lake/k", headers, b"x")
        assert status == code[0] and b"<Code>%s</Code>" % code[1] in body, headers
    streaming = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "1",
    }
    status, _, body = ask(
        freshet,
        "PUT",
        "/lake/k",
        {**streaming, "x-amz-trailer": "x-amz-checksum-crc32"},
        b"1\r\nx\r\n0\r\n\r\n",
    )
    assert status == 400 and b"MalformedTrailerError" in body
    status, _, body = ask(
        freshet,
        "PUT",
        "/lake/k",
        {**streaming, "x-amz-trailer": "x-amz-checksum-xxhash3"},
        b"1\r\nx\r\n0\r\nx-amz-checksum-xxhash3:AA\r\n\r\n",
    )
    assert status == 501
    assert "Contents" not in s3.list_objects_v2(Bucket="lake")


def test_the_copy_of_a_multipart_object_is_one_object(s3):
    begun, done = upload_parts(s3, "k", "SHA256")
    s3.complete_multipart_upload(
        Bucket="lake", Key="k", UploadId=begun["UploadId"], MultipartUpload={"Parts": done}
    )
    copy = s3.copy_object(Bucket="lake", Key="c", CopySource="lake/k")["CopyObjectResult"]
    assert copy["ETag"] == f'"{hashlib.md5(WHOLE).hexdigest()}"'
    assert (copy["ChecksumSHA256"], copy["ChecksumType"]) == (
        coded(hashlib.sha256(WHOLE).digest()),
        "FULL_OBJECT",
    )
    assert refusal(s3.get_object, Bucket="lake", Key="c", PartNumber=2) == (
        416,
        "InvalidPartNumber",
    )
    assert s3.get_object(Bucket="lake", Key="c")["Body"].read() == WHOLE


def test_objects_attributes(s3):
    s3.put_object(Bucket="lake", Key="k", Body=b"content", ChecksumAlgorithm="SHA1")
    every = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    answer = s3.get_object_attributes(Bucket="lake", Key="k", ObjectAttributes=every)
    assert (answer["ETag"], answer["ObjectSize"], answer["StorageClass"]) == (
        hashlib.md5(b"content").hexdigest(),
        7,
        "STANDARD",
    )
    assert (
        answer["Checksum"]
        == {"ChecksumSHA1": coded(hashlib.sha1(b"content").digest()), "ChecksumType": "FULL_OBJECT"}
        and "ObjectParts" not in answer
    )
    assert "LastModified" in answer
    only = s3.get_object_attributes(Bucket="lake", Key="k", ObjectAttributes=["ObjectSize"])
    assert only["ObjectSize"] == 7 and "ETag" not in only and "Checksum" not in only
    assert refusal(
        s3.get_object_attributes, Bucket="lake", Key="k", ObjectAttributes=["Colour"]
    ) == (400, "InvalidArgument")
    assert refusal(s3.get_object_attributes, Bucket="lake", Key="gone", ObjectAttributes=every) == (
        404,
        "NoSuchKey",
    )
    begun, done = upload_parts(s3, "big", "SHA256")
    s3.complete_multipart_upload(
        Bucket="lake", Key="big", UploadId=begun["UploadId"], MultipartUpload={"Parts": done}
    )
    page = s3.get_object_attributes(
        Bucket="lake", Key="big", ObjectAttributes=["ObjectParts"], MaxParts=2
    )["ObjectParts"]
    assert (
        page["TotalPartsCount"],
        page["IsTruncated"],
        page["NextPartNumberMarker"],
        page["MaxParts"],
        len(page["Parts"]),
    ) == (3, True, 2, 2, 2)
    page = s3.get_object_attributes(
        Bucket="lake", Key="big", ObjectAttributes=["ObjectParts"], PartNumberMarker=2
    )["ObjectParts"]
    assert [part["PartNumber"] for part in page["Parts"]] == [3] and not page["IsTruncated"]
