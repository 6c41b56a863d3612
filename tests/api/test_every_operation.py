"""Members that many operations of S3 share have the same effect in each of them. Each operation is
sent alone, in an otherwise valid request (test_members.py makes it from AWS's model).
"""

import base64

import botocore.config
import botocore.exceptions
import pytest

from test_members import MANIFEST, Requests, server  # noqa: F401

OTHER_ACCOUNT = "999999999999"


@pytest.fixture(scope="module")
def s3(server):  # noqa: F811
    client = server.client(
        "s3",
        config=botocore.config.Config(
            retries={"max_attempts": 0}, parameter_validation=False, s3={"addressing_style": "path"}
        ),
    )
    client.create_bucket(Bucket="lake")
    client.put_object(Bucket="lake", Key="aa", Body=b"text")
    return client


def answers(client, member, **given):
    """(operation, status, code) of each operation that has the member."""
    requests = Requests("s3", MANIFEST["s3"]["operations"])
    for operation in MANIFEST["s3"]["operations"]:
        shape = requests.judged.inputs[operation]
        members = requests.shapes[shape]["members"]
        if member not in members or operation in ("CreateBucket", "ListBuckets"):
            continue
        list(requests.refused(operation))  # learns which values it takes
        request = {
            one: requests.value(members[one]["shape"], path=(one,))
            for one in requests.shapes[shape].get("required", [])
        }
        if "CopySource" in request:
            request["CopySource"] = "lake/aa"
        request.update({"Bucket": "lake", **given})
        try:
            answer = getattr(client, botocore.xform_name(operation))(**request)
            yield operation, answer["ResponseMetadata"]["HTTPStatusCode"], ""
        except botocore.exceptions.ClientError as error:
            yield (
                operation,
                error.response["ResponseMetadata"]["HTTPStatusCode"],
                error.response["Error"]["Code"],
            )


def test_no_operation_takes_a_bucket_that_is_not_there(s3):
    others = [one for one in answers(s3, "Bucket", Bucket="missing") if one[1] != 404]
    # Errors in the document are reported first.
    assert others == [
        ("CompleteMultipartUpload", 400, "MalformedXML"),
        ("PutBucketCors", 400, "InvalidRequest"),
    ]


def test_no_operation_works_on_the_bucket_of_another_than_the_expected_owner(s3):
    wrong = [
        one
        for one in answers(s3, "ExpectedBucketOwner", ExpectedBucketOwner=OTHER_ACCOUNT)
        if one[1] != 403
    ]
    assert not wrong


def test_no_operation_finds_a_version_that_no_object_has(s3):
    wrong = [one for one in answers(s3, "VersionId", Key="aa", VersionId="x" * 32) if one[1] != 404]
    assert not wrong


def test_no_operation_takes_a_body_that_is_not_what_its_md5_says(s3):
    upload = s3.create_multipart_upload(Bucket="lake", Key="aa")["UploadId"]
    md5 = base64.b64encode(bytes(16)).decode()
    wrong = [
        one
        for one in answers(s3, "ContentMD5", ContentMD5=md5)
        if one[2] != "BadDigest" and one[0] != "UploadPart"
    ]
    assert not wrong
    with pytest.raises(botocore.exceptions.ClientError, match="BadDigest"):
        s3.upload_part(
            Bucket="lake", Key="aa", UploadId=upload, PartNumber=1, Body=b"text", ContentMD5=md5
        )
