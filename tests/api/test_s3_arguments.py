"""Invalid arguments of S3 requests are refused in S3's words, with the argument's name and its
value.
"""

import pytest

from s3_wire import ask, refusal
from test_members import server  # noqa: F401


@pytest.fixture(scope="module")
def lake(server):  # noqa: F811
    server.client("s3").create_bucket(Bucket="lake")
    return server


@pytest.mark.parametrize(
    "name",
    [
        "a-s3alias",
        "lake--ol-s3",
        "lake.mrap",
        "lake--use1-az4--x-s3",
        "lake--table-s3",
        "xn--lake",
        "sthree-lake",
        "amzn-s3-demo-lake",
        "192.168.5.4",
        "a..b",
        "Lake",
        "la",
        "a" * 64,
        "lake-",
        "la_ke",
    ],
)
def test_names_that_no_bucket_may_have(lake, name):
    status, _, body = ask(lake, "PUT", f"/{name}")
    assert status == 400 and b"<Code>InvalidBucketName</Code>" in body


def test_names_of_digits_and_dots_are_names(lake):
    for name in ("123456789012", "1.2.3", "a.b-c.d"):
        assert ask(lake, "PUT", f"/{name}")[0] == 200, name


def test_an_argument_that_is_not_a_number_is_named(lake):
    for query, name in (
        ("?max-keys=abc", "max-keys"),
        ("?list-type=2&max-keys=99999999999", "max-keys"),
        ("?uploads&max-uploads=1.5", "max-uploads"),
        ("/k?uploadId=a&part-number-marker=abc", "part-number-marker"),
        ("/k?partNumber=", "partNumber"),
    ):
        status, _, body = ask(lake, "GET", f"/lake{query}")
        value = query.rsplit("=", 1)[1].encode()
        assert status == 400 and b"<Code>InvalidArgument</Code>" in body, body
        assert (
            b"<ArgumentName>%s</ArgumentName><ArgumentValue>%s</ArgumentValue>"
            % (name.encode(), value)
            in body
        )
        assert b"not an integer or within integer range" in body


@pytest.mark.parametrize("name", ["x-amz-metadata-directive", "x-amz-tagging-directive"])
def test_an_unknown_directive_of_a_copy_is_refused(lake, name):
    status, _, body = ask(lake, "PUT", "/lake/copy", {"x-amz-copy-source": "lake/k", name: "MOVE"})
    assert (
        status == 400
        and f"<ArgumentName>{name}</ArgumentName><ArgumentValue>MOVE</ArgumentValue>".encode()
        in body
    ), body


def test_a_copy_names_what_its_source_lacks(lake):
    for source, code, place in (
        ("nowhere/k", b"NoSuchBucket", b"<BucketName>nowhere</BucketName>"),
        ("lake/gone", b"NoSuchKey", b"<Key>gone</Key>"),
    ):
        for headers in ({}, {"If-Match": '"x"'}):
            status, _, body = ask(
                lake, "PUT", "/lake/copy", {"x-amz-copy-source": source, **headers}
            )
            assert status == 404 and b"<Code>%s</Code>" % code in body and place in body, body


def test_a_continuation_token_that_no_page_gave_is_refused(lake):
    for token in ("", "abc", "YQ==", "!"):
        for place in ("/?", "/lake?list-type=2&"):
            target = f"{place}continuation-token={token}"
            status, _, body = ask(lake, "GET", target)
            assert status == 400 and b"<ArgumentName>continuation-token</ArgumentName>" in body, (
                target
            )


def test_configurations_have_no_second_page(lake):
    s3 = lake.client("s3")
    for configurations in (
        s3.list_bucket_metrics_configurations,
        s3.list_bucket_analytics_configurations,
        s3.list_bucket_inventory_configurations,
        s3.list_bucket_intelligent_tiering_configurations,
    ):
        assert refusal(configurations, Bucket="lake", ContinuationToken="abc") == (
            400,
            "InvalidArgument",
        )
        assert configurations(Bucket="lake")["IsTruncated"] is False


def test_an_argument_that_is_missing_is_named(lake):
    for method, target, name in (
        ("GET", "/lake/k?attributes", "x-amz-object-attributes"),
        ("PUT", "/lake/k?uploadId=a", "partNumber"),
    ):
        status, _, body = ask(lake, method, target, body="x" if method == "PUT" else None)
        assert (
            status == 400
            and f"<Code>InvalidArgument</Code><Message>{name} is missing</Message>".encode() in body
        ), body


def test_an_unknown_list_type_is_refused(lake):
    for kind in ("", "1", "3"):
        status, _, body = ask(lake, "GET", f"/lake?list-type={kind}")
        assert (
            status == 400
            and b"<ArgumentName>list-type</ArgumentName>" in body
            and f"<ArgumentValue>{kind}</ArgumentValue>".encode() in body
        ), body
    assert ask(lake, "GET", "/lake?list-type=2")[0] == 200
