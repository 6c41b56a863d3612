"""Which Host headers are accepted: a browser that another site sends here names that site, which is
not one of the server's names.
"""

import http.client
import json
import socket

import pytest

PATHS = [
    "/",
    "/lake",
    "/lake/key",
    "/_freshet/",
    "/_freshet/health",
    "/_freshet/metrics",
    "/_freshet/api/streams",
    "/2015-03-31/functions/",
]


def answer_to(freshet, lines, body=b""):
    """(status, headers, body) of a request that is written as raw bytes."""
    with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as line:
        line.sendall("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body)
        answer = http.client.HTTPResponse(line, method=lines[0].split()[0])
        answer.begin()
        return answer.status, dict(answer.getheaders()), answer.read()


def status_of(freshet, path, *headers, method="GET", body=b""):
    return answer_to(freshet, [f"{method} {path} HTTP/1.1", *headers], body)[0]


@pytest.mark.parametrize(
    "headers",
    [[], ["Host: 127.0.0.1", "Host: 127.0.0.1"], ["Host: 127.0.0.1", "Host: evil.example.com"]],
    ids=["none", "two alike", "two"],
)
def test_a_request_has_one_host(freshet, headers):
    for path in PATHS:
        assert status_of(freshet, path, *headers) == 400, path


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "127.0.0.1.example.com",
        "localhost.example.com:80",
        "s3.localhost.example.com",
        "freshet",
        ".",
    ],
)
def test_a_name_that_is_not_the_servers_is_refused_on_every_path(freshet, host):
    for path in PATHS:
        assert status_of(freshet, path, f"Host: {host}") == 403, path
    assert (
        status_of(
            freshet,
            "/",
            f"Host: {host}",
            "X-Amz-Target: Kinesis_20131202.ListStreams",
            "Content-Type: application/x-amz-json-1.1",
            method="POST",
            body=b"{}",
        )
        == 403
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "[::1]:4566",
        "127.0.0.1:4566",
        "LOCALHOST:1",
        "s3.localhost",
        "10.0.0.1",
        "kinesis.us-east-1.amazonaws.com",
    ],
)
def test_addresses_and_names_of_this_machine_are_the_servers(freshet, host):
    assert status_of(freshet, "/_freshet/health", f"Host: {host}") == 200


def test_a_bucket_is_a_name_below_s3_localhost(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="a/b", Body=b"x")
    for host in ("lake.s3.localhost", f"lake.s3.localhost:{freshet.port}"):
        assert answer_to(freshet, ["GET /a/b HTTP/1.1", f"Host: {host}"])[2] == b"x"


def test_the_configuration_adds_names(make_freshet):
    freshet = make_freshet(config="hosts: [freshet, host.docker.internal]\n")
    assert status_of(freshet, "/_freshet/health", "Host: freshet:4566") == 200
    assert status_of(freshet, "/_freshet/health", "Host: Host.Docker.Internal") == 200
    assert status_of(freshet, "/_freshet/health", "Host: other") == 403


def test_a_get_changes_nothing_of_the_query_protocol_unless_it_is_signed(freshet):
    create = (
        "/?Action=CreateRole&Version=2010-05-08&RoleName=made"
        "&AssumeRolePolicyDocument=%7B%22Statement%22%3A%5B%5D%7D"
    )
    host = "Host: 127.0.0.1"
    assert status_of(freshet, create, host) == 403
    assert (
        status_of(
            freshet,
            create + "&X-Amz-Credential=a/20260101/us-east-1/iam/aws4_request&X-Amz-Signature=0",
            host,
        )
        == 403
    )
    assert status_of(freshet, create, host, method="HEAD") == 403
    assert freshet.client("iam").list_roles()["Roles"] == []
    assert status_of(freshet, "/?Action=ListRoles&Version=2010-05-08", host) == 200
    assert status_of(freshet, "/?Action=GetCallerIdentity&Version=2011-06-15", host) == 200
    signed = (
        "Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, "
        "SignedHeaders=host, Signature=0"
    )
    assert status_of(freshet, create, host, signed) == 200
    assert [role["RoleName"] for role in freshet.client("iam").list_roles()["Roles"]] == ["made"]


def test_a_page_of_another_site_does_not_move_the_clock(freshet):
    host, body = f"Host: 127.0.0.1:{freshet.port}", b'{"advance_ms": 1000}'
    for origin in ("http://evil.example.com", "null", "http://127.0.0.1:1"):
        assert (
            status_of(
                freshet, "/_freshet/clock", host, f"Origin: {origin}", method="POST", body=body
            )
            == 403
        )
    own = answer_to(
        freshet,
        ["POST /_freshet/clock HTTP/1.1", host, f"Origin: http://127.0.0.1:{freshet.port}"],
        body,
    )
    assert (own[0], "now_ms" in json.loads(own[2])) == (200, True)


def test_an_object_has_no_rights_of_the_page_that_it_is_beside(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(
        Bucket="lake", Key="page.html", Body=b"<script>1</script>", ContentType="text/html"
    )
    for lines in (
        ["GET /lake/page.html HTTP/1.1"],
        ["HEAD /lake/page.html HTTP/1.1"],
        ["GET /lake/none HTTP/1.1"],
        ["GET /lake HTTP/1.1"],
        ["GET /lake/page.html HTTP/1.1", "Range: bytes=0-3"],
    ):
        status, headers, _ = answer_to(freshet, [*lines, "Host: 127.0.0.1"])
        assert (headers.get("Content-Security-Policy"), headers.get("X-Content-Type-Options")) == (
            "sandbox",
            "nosniff",
        ), (lines, status)
