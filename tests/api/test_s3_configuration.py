"""Configuration of buckets and objects: tags, access, lists in pages, and configurations that a
bucket does not have.
"""

import pytest

from s3_wire import ask, refusal, status_of

OTHER = "111122223333"


@pytest.fixture
def s3(freshet):
    client = freshet.client("s3")
    client.create_bucket(Bucket="lake")
    client.put_object(Bucket="lake", Key="k", Body=b"content")
    return client


def tag_set(**tags):
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


def test_tags_of_objects(freshet, s3):
    before = s3.head_object(Bucket="lake", Key="k")
    assert (
        s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"] == [] and "TagCount" not in before
    )
    s3.put_object_tagging(Bucket="lake", Key="k", Tagging=tag_set(a="1", b="x y"))
    assert (
        s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"] == tag_set(a="1", b="x y")["TagSet"]
    )
    head, got = s3.head_object(Bucket="lake", Key="k"), s3.get_object(Bucket="lake", Key="k")
    assert head["TagCount"] == got["TagCount"] == 2 and got["Body"].read() == b"content"
    assert (head["LastModified"], head["ETag"]) == (before["LastModified"], before["ETag"])
    freshet.restart()
    assert len(s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"]) == 2
    s3.delete_object_tagging(Bucket="lake", Key="k")
    assert s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"] == []
    s3.put_object(Bucket="lake", Key="k", Body=b"", Tagging="team=lake&stage=raw+data")
    assert s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"] == [
        {"Key": "team", "Value": "lake"},
        {"Key": "stage", "Value": "raw data"},
    ]
    upload = s3.create_multipart_upload(Bucket="lake", Key="big", Tagging="a=b")["UploadId"]
    part = s3.upload_part(Bucket="lake", Key="big", UploadId=upload, PartNumber=1, Body=b"x")[
        "ETag"
    ]
    s3.complete_multipart_upload(
        Bucket="lake",
        Key="big",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]},
    )
    assert s3.head_object(Bucket="lake", Key="big")["TagCount"] == 1
    s3.put_object(Bucket="lake", Key="k", Body=b"")
    assert s3.get_object_tagging(Bucket="lake", Key="k")["TagSet"] == [], (
        "an object that is put anew has the tags that it is put with"
    )


def test_tags_that_are_refused(s3):
    put = lambda tags: refusal(s3.put_object_tagging, Bucket="lake", Key="k", Tagging=tags)
    assert put(tag_set(**{f"k{i}": "v" for i in range(11)})) == (400, "BadRequest")
    assert put({"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}) == (
        400,
        "InvalidTag",
    )
    assert put(tag_set(**{"k" * 129: ""})) == (400, "InvalidTag")
    assert put(tag_set(k="v" * 257)) == (400, "InvalidTag")
    assert put(tag_set(**{"aws:k": "v"})) == (400, "InvalidTag")
    s3.put_object_tagging(Bucket="lake", Key="k", Tagging=tag_set(**{"k" * 128: "v" * 256}))
    assert refusal(s3.put_object, Bucket="lake", Key="x", Body=b"", Tagging="a=1&a=2") == (
        400,
        "InvalidTag",
    )
    assert refusal(s3.put_object_tagging, Bucket="lake", Key="gone", Tagging=tag_set(a="1")) == (
        404,
        "NoSuchKey",
    )
    assert refusal(s3.get_object_tagging, Bucket="lake", Key="k", ExpectedBucketOwner=OTHER) == (
        403,
        "AccessDenied",
    )


def test_tags_of_buckets(freshet, s3):
    assert refusal(s3.get_bucket_tagging, Bucket="lake") == (404, "NoSuchTagSet")
    s3.put_bucket_tagging(Bucket="lake", Tagging=tag_set(team="lake"))
    freshet.restart()
    assert s3.get_bucket_tagging(Bucket="lake")["TagSet"] == tag_set(team="lake")["TagSet"]
    s3.delete_bucket_tagging(Bucket="lake")
    assert refusal(s3.get_bucket_tagging, Bucket="lake") == (404, "NoSuchTagSet")
    assert refusal(
        s3.put_bucket_tagging, Bucket="lake", Tagging=tag_set(**{f"k{i}": "" for i in range(51)})
    ) == (400, "BadRequest")
    s3.create_bucket(
        Bucket="tagged", CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "b"}]}
    )
    assert s3.get_bucket_tagging(Bucket="tagged")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.delete_bucket(Bucket="tagged")
    s3.create_bucket(Bucket="tagged")
    assert refusal(s3.get_bucket_tagging, Bucket="tagged") == (404, "NoSuchTagSet")


def test_acls_grant_the_owner_everything(s3):
    for call, arguments in ((s3.get_bucket_acl, {}), (s3.get_object_acl, {"Key": "k"})):
        acl = call(Bucket="lake", **arguments)
        owner = acl["Owner"]["ID"]
        assert acl["Grants"] == [
            {"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        ]
        assert owner == s3.list_buckets()["Owner"]["ID"]
    assert refusal(s3.get_object_acl, Bucket="lake", Key="gone") == (404, "NoSuchKey")
    for call, arguments in ((s3.put_bucket_acl, {}), (s3.put_object_acl, {"Key": "k"})):
        call(Bucket="lake", ACL="private", **arguments)
        policy = {"Owner": {"ID": owner}, "Grants": acl["Grants"]}
        call(Bucket="lake", AccessControlPolicy=policy, **arguments)
        assert refusal(call, Bucket="lake", ACL="public-read", **arguments) == (
            501,
            "NotImplemented",
        )
        assert refusal(call, Bucket="lake", GrantRead="id=1", **arguments)[0] == 501
        everybody = [
            {
                "Grantee": {
                    "Type": "Group",
                    "URI": "http://acs.amazonaws.com/groups/global/AllUsers",
                },
                "Permission": "READ",
            }
        ]
        assert refusal(
            call,
            Bucket="lake",
            AccessControlPolicy={"Owner": {"ID": owner}, "Grants": acl["Grants"] + everybody},
            **arguments,
        ) == (501, "NotImplemented")


def test_ownership_and_the_block_of_public_access(freshet, s3):
    rule = lambda word: {"Rules": [{"ObjectOwnership": word}]}
    assert s3.get_bucket_ownership_controls(Bucket="lake")["OwnershipControls"] == rule(
        "BucketOwnerEnforced"
    )
    s3.put_bucket_ownership_controls(Bucket="lake", OwnershipControls=rule("ObjectWriter"))
    every = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    assert s3.get_public_access_block(Bucket="lake")["PublicAccessBlockConfiguration"] == every
    s3.put_public_access_block(
        Bucket="lake", PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    freshet.restart()
    assert s3.get_bucket_ownership_controls(Bucket="lake")["OwnershipControls"] == rule(
        "ObjectWriter"
    )
    assert s3.get_public_access_block(Bucket="lake")["PublicAccessBlockConfiguration"] == {
        **dict.fromkeys(every, False),
        "BlockPublicAcls": True,
    }
    s3.delete_bucket_ownership_controls(Bucket="lake")
    s3.delete_public_access_block(Bucket="lake")
    assert refusal(s3.get_bucket_ownership_controls, Bucket="lake") == (
        404,
        "OwnershipControlsNotFoundError",
    )
    assert refusal(s3.get_public_access_block, Bucket="lake") == (
        404,
        "NoSuchPublicAccessBlockConfiguration",
    )
    assert refusal(
        s3.put_bucket_ownership_controls, Bucket="lake", OwnershipControls=rule("Mine")
    ) == (400, "MalformedXML")
    s3.create_bucket(Bucket="preferred", ObjectOwnership="BucketOwnerPreferred")
    assert s3.get_bucket_ownership_controls(Bucket="preferred")["OwnershipControls"] == rule(
        "BucketOwnerPreferred"
    )


def test_what_a_bucket_does_not_have(s3):
    for name, code in (
        ("policy", "NoSuchBucketPolicy"),
        ("policy_status", "NoSuchBucketPolicy"),
        ("lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("cors", "NoSuchCORSConfiguration"),
        ("tagging", "NoSuchTagSet"),
    ):
        assert refusal(getattr(s3, f"get_bucket_{name}"), Bucket="lake") == (404, code)
        assert refusal(getattr(s3, f"get_bucket_{name}"), Bucket="missing") == (404, "NoSuchBucket")
    assert refusal(s3.get_object_lock_configuration, Bucket="lake") == (
        404,
        "ObjectLockConfigurationNotFoundError",
    )
    for name in ("metrics", "analytics", "inventory", "intelligent_tiering"):
        assert refusal(getattr(s3, f"get_bucket_{name}_configuration"), Bucket="lake", Id="x") == (
            404,
            "NoSuchConfiguration",
        )
        assert (
            s3.__getattribute__(f"list_bucket_{name}_configurations")(Bucket="lake")["IsTruncated"]
            is False
        )
    assert "Status" not in s3.get_bucket_versioning(
        Bucket="lake"
    ) and "LoggingEnabled" not in s3.get_bucket_logging(Bucket="lake")
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket="lake")
    assert s3.get_bucket_request_payment(Bucket="lake")["Payer"] == "BucketOwner"
    notifications = s3.get_bucket_notification_configuration(Bucket="lake")
    assert [name for name in notifications if name.endswith("Configurations")] == []
    for name in ("policy", "lifecycle", "website", "replication", "cors", "tagging"):
        assert status_of(getattr(s3, f"delete_bucket_{name}")(Bucket="lake")) == 204


def test_what_is_not_built_is_refused(freshet, s3):
    assert refusal(
        s3.put_bucket_versioning, Bucket="lake", VersioningConfiguration={"Status": "Enabled"}
    ) == (501, "NotImplemented")
    assert refusal(s3.put_bucket_policy, Bucket="lake", Policy="{}") == (501, "NotImplemented")
    assert refusal(
        s3.put_bucket_lifecycle_configuration, Bucket="lake", LifecycleConfiguration={"Rules": []}
    ) == (501, "NotImplemented")
    assert refusal(
        s3.put_object_retention, Bucket="lake", Key="k", Retention={"Mode": "COMPLIANCE"}
    ) == (501, "NotImplemented")
    status, _, body = ask(
        freshet, "POST", "/lake", {"Content-Type": "multipart/form-data; boundary=x"}, b"--x--"
    )
    assert status == 501 and b"POST Object" in body


def test_buckets_in_pages(freshet, s3):
    for name in ("alpha", "beta", "beta2"):
        s3.create_bucket(Bucket=name)
    page = s3.list_buckets(MaxBuckets=2)
    assert [one["Name"] for one in page["Buckets"]] == ["alpha", "beta"]
    s3.delete_bucket(Bucket="alpha")
    s3.delete_bucket(Bucket="beta")
    rest = s3.list_buckets(MaxBuckets=2, ContinuationToken=page["ContinuationToken"])
    assert [one["Name"] for one in rest["Buckets"]] == [
        "beta2",
        "lake",
    ] and "ContinuationToken" not in rest
    answer = s3.list_buckets(Prefix="be")
    assert [one["Name"] for one in answer["Buckets"]] == ["beta2"] and answer["Prefix"] == "be"
    assert s3.list_buckets(BucketRegion="eu-west-1")["Buckets"] == []
    for wrong in (
        "max-buckets=0",
        "max-buckets=10001",
        "max-buckets=-1",
        "continuation-token=%3F",
        "continuation-token=",
    ):
        assert ask(freshet, "GET", f"/?{wrong}")[0] == 400, wrong


def test_uploads_in_pages_and_prefixes(s3):
    keys = ["a/1", "a/2", "b", "c/1", "d"]
    ids = {key: s3.create_multipart_upload(Bucket="lake", Key=key)["UploadId"] for key in keys}
    answer = s3.list_multipart_uploads(Bucket="lake", Delimiter="/")
    assert [one["Prefix"] for one in answer["CommonPrefixes"]] == ["a/", "c/"] and [
        one["Key"] for one in answer["Uploads"]
    ] == ["b", "d"]
    assert [
        one["Key"]
        for one in s3.list_multipart_uploads(Bucket="lake", Prefix="a/", Delimiter="/")["Uploads"]
    ] == ["a/1", "a/2"]
    seen, marker = [], {}
    while True:
        page = s3.list_multipart_uploads(Bucket="lake", Delimiter="/", MaxUploads=1, **marker)
        seen += [one["Prefix"] for one in page.get("CommonPrefixes", [])] + [
            one["Key"] for one in page.get("Uploads", [])
        ]
        if not page["IsTruncated"]:
            break
        marker = (
            {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
            if page.get("NextUploadIdMarker")
            else {"KeyMarker": page["NextKeyMarker"]}
        )
    assert seen == ["a/", "b", "c/", "d"]
    page = s3.list_multipart_uploads(Bucket="lake", MaxUploads=2)
    for key in ("a/1", "a/2"):
        s3.abort_multipart_upload(Bucket="lake", Key=key, UploadId=ids[key])
    rest = s3.list_multipart_uploads(
        Bucket="lake", KeyMarker=page["NextKeyMarker"], UploadIdMarker=page["NextUploadIdMarker"]
    )
    assert [one["Key"] for one in rest["Uploads"]] == ["b", "c/1", "d"]


def test_page_sizes_and_encodings_are_judged(freshet, s3):
    for query in (
        "max-keys=-1",
        "list-type=2&max-keys=-1",
        "max-keys=many",
        "versions&max-keys=-1",
        "uploads&max-uploads=-1",
        "encoding-type=base64",
        "list-type=2&continuation-token=",
        "list-type=2&continuation-token=%3F",
    ):
        status, _, body = ask(freshet, "GET", f"/lake?{query}")
        assert status == 400 and b"<Code>InvalidArgument</Code>" in body, query
    s3.put_object(Bucket="lake", Key="a b+c", Body=b"")
    _, _, body = ask(freshet, "GET", "/lake?list-type=2&encoding-type=url")
    assert b"<Key>a+b%2Bc</Key>" in body and b"<EncodingType>url</EncodingType>" in body
    assert ask(freshet, "GET", "/lake?max-keys=0")[2].count(b"<Contents>") == 0


def files(freshet):
    return b"".join(
        path.read_bytes()
        for path in (freshet.directory / "data" / "objects").rglob("*")
        if path.is_file()
    )


def test_objects_are_encrypted_on_request(freshet, s3):
    secret = b"the secret of the lake " * 20
    for key, arguments in (("plain", {}), ("sealed", {"ServerSideEncryption": "AES256"})):
        content = key.encode() + secret
        answer = s3.put_object(Bucket="lake", Key=key, Body=content, **arguments)
        assert answer.get("ServerSideEncryption") == arguments.get("ServerSideEncryption")
        for call in (s3.head_object, s3.get_object):
            assert call(Bucket="lake", Key=key).get("ServerSideEncryption") == arguments.get(
                "ServerSideEncryption"
            )
        assert s3.get_object(Bucket="lake", Key=key)["Body"].read() == content
        assert (
            s3.get_object(Bucket="lake", Key=key, Range="bytes=3-9")["Body"].read() == content[3:10]
        )
    assert b"plainthe secret" in files(freshet) and b"sealedthe secret" not in files(freshet)
    s3.put_object(Bucket="lake", Key="source", Body=b"source" + secret)
    before = files(freshet).count(b"sourcethe secret")
    copy = s3.copy_object(
        Bucket="lake", Key="copy", CopySource="lake/source", ServerSideEncryption="AES256"
    )
    assert (
        copy["ServerSideEncryption"] == "AES256"
        and copy["CopyObjectResult"]["ETag"] == s3.head_object(Bucket="lake", Key="source")["ETag"]
    )
    assert (
        s3.get_object(Bucket="lake", Key="copy")["Body"].read() == b"source" + secret
        and files(freshet).count(b"sourcethe secret") == before
    )
    assert (
        s3.copy_object(Bucket="lake", Key="again", CopySource="lake/sealed")["ServerSideEncryption"]
        == "AES256"
    )
    upload = s3.create_multipart_upload(Bucket="lake", Key="parts", ServerSideEncryption="AES256")
    part = s3.upload_part(
        Bucket="lake",
        Key="parts",
        UploadId=upload["UploadId"],
        PartNumber=1,
        Body=b"parted" + secret,
    )
    done = s3.complete_multipart_upload(
        Bucket="lake",
        Key="parts",
        UploadId=upload["UploadId"],
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert [one["ServerSideEncryption"] for one in (upload, part, done)] == ["AES256"] * 3
    assert b"partedthe secret" not in files(freshet)
    freshet.restart()
    for key, content in (
        ("sealed", b"sealed"),
        ("copy", b"source"),
        ("again", b"sealed"),
        ("parts", b"parted"),
    ):
        assert s3.get_object(Bucket="lake", Key=key)["Body"].read() == content + secret


def test_a_bucket_encrypts_what_is_put_into_it(freshet, s3):
    secret = b"the secret of the lake " * 20
    rules = {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False,
            }
        ]
    }
    assert refusal(s3.get_bucket_encryption, Bucket="lake") == (
        404,
        "ServerSideEncryptionConfigurationNotFoundError",
    )
    s3.put_bucket_encryption(Bucket="lake", ServerSideEncryptionConfiguration=rules)
    assert s3.get_bucket_encryption(Bucket="lake")["ServerSideEncryptionConfiguration"] == rules
    assert (
        s3.put_object(Bucket="lake", Key="x", Body=b"default" + secret)["ServerSideEncryption"]
        == "AES256"
    )
    assert s3.create_multipart_upload(Bucket="lake", Key="x")["ServerSideEncryption"] == "AES256"
    assert (
        s3.copy_object(Bucket="lake", Key="c", CopySource="lake/k")["ServerSideEncryption"]
        == "AES256"
    )
    assert b"defaultthe secret" not in files(freshet)
    s3.delete_bucket_encryption(Bucket="lake")
    assert "ServerSideEncryption" not in s3.put_object(Bucket="lake", Key="y", Body=b"")
    assert s3.get_object(Bucket="lake", Key="x")["Body"].read() == b"default" + secret
    kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    assert refusal(
        s3.put_bucket_encryption, Bucket="lake", ServerSideEncryptionConfiguration=kms
    ) == (501, "NotImplemented")
    assert refusal(
        s3.put_bucket_encryption, Bucket="lake", ServerSideEncryptionConfiguration={"Rules": []}
    ) == (400, "MalformedXML")
