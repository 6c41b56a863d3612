"""What pages in a browser may do: those of this machine may call the services, other sites may not,
and nobody may call paths below /_freshet/.
"""

import http.client

HERE = "http://localhost:3000"
ORIGIN = {"Origin": HERE}


def ask(freshet, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", freshet.port, timeout=30)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_a_preflight_is_answered_with_what_it_asks_for(freshet):
    status, headers = ask(
        freshet,
        "OPTIONS",
        "/",
        {
            **ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-amz-target,authorization",
        },
    )
    assert status == 200 and headers["content-length"] == "0"
    assert (
        headers["access-control-allow-origin"] == HERE
        and headers["access-control-max-age"] == "172800"
    )
    assert (
        headers["access-control-allow-methods"] == "POST"
        and headers["access-control-allow-headers"] == "x-amz-target,authorization"
    )


def test_answers_and_faults_may_be_read_by_the_page(freshet):
    target = {
        "X-Amz-Target": "Kinesis_20131202.ListStreams",
        "Content-Type": "application/x-amz-json-1.1",
    }
    for body, expected in ((b"{}", 200), (b"{", 400)):
        status, headers = ask(freshet, "POST", "/", {**ORIGIN, **target}, body)
        assert status == expected and headers["access-control-allow-origin"] == HERE
        assert "x-amzn-RequestId" in headers["access-control-expose-headers"]
    status, headers = ask(freshet, "POST", "/", target, b"{}")
    assert status == 200 and "access-control-allow-origin" not in headers
    assert ask(freshet, "GET", "/bucket/key", ORIGIN)[1]["access-control-allow-origin"] == HERE


def test_the_console_is_not_opened(freshet):
    for method, path in (
        ("OPTIONS", "/_freshet/clock"),
        ("POST", "/_freshet/clock"),
        ("GET", "/_freshet/health"),
        ("GET", "/_freshet/metrics"),
    ):
        _, headers = ask(
            freshet,
            method,
            path,
            {**ORIGIN, "Access-Control-Request-Method": "POST"},
            b"{}" if method == "POST" else None,
        )
        assert not [name for name in headers if name.startswith("access-control")], path


def test_another_site_is_refused_unless_the_configuration_names_it(make_freshet):
    target = {
        "X-Amz-Target": "Kinesis_20131202.CreateStream",
        "Content-Type": "application/x-amz-json-1.1",
    }
    server = make_freshet(config="cors: {origins: ['https://console.example.org']}")
    for origin in (
        "https://example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "null",
    ):
        for method in ("OPTIONS", "POST"):
            status, headers = ask(
                server,
                method,
                "/",
                {**target, "Origin": origin},
                b'{"StreamName":"s","ShardCount":1}',
            )
            assert status == 403 and "access-control-allow-origin" not in headers, origin
    assert server.client("kinesis").list_streams()["StreamNames"] == []
    for origin in ("https://console.example.org", "http://127.0.0.1:8080", "http://[::1]:8080"):
        status, headers = ask(
            server, "OPTIONS", "/", {"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert status == 200 and headers["access-control-allow-origin"] == origin


RULES = [
    {
        "AllowedOrigins": ["https://*.example.org"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-amz-*", "Content-Type"],
        "ExposeHeaders": ["ETag", "x-amz-request-id"],
        "MaxAgeSeconds": 600,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]},
]
PAGE = "https://app.example.org"


def preflight(origin, method, headers=None):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return {**asked, "Access-Control-Request-Headers": headers} if headers else asked


def test_the_rules_of_a_bucket_judge_its_pages(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="k", Body=b"x")
    assert ask(freshet, "OPTIONS", "/lake/k", preflight(PAGE, "GET"))[0] == 403, (
        "a bucket without rules is opened to none"
    )
    s3.put_bucket_cors(Bucket="lake", CORSConfiguration={"CORSRules": RULES})
    freshet.restart()
    assert s3.get_bucket_cors(Bucket="lake")["CORSRules"] == RULES
    status, headers = ask(
        freshet, "OPTIONS", "/lake/k", preflight(PAGE, "PUT", "X-Amz-Date,content-type")
    )
    assert (
        status == 200
        and headers["access-control-allow-origin"] == PAGE
        and headers["access-control-allow-methods"] == "GET, PUT"
    )
    assert (
        headers["access-control-allow-headers"] == "X-Amz-Date,content-type"
        and headers["access-control-max-age"] == "600"
    )
    assert (
        headers["access-control-expose-headers"] == "ETag, x-amz-request-id"
        and "Origin" in headers["vary"]
    )
    assert headers["access-control-allow-credentials"] == "true"
    for asked in (
        preflight(PAGE, "DELETE"),
        preflight(PAGE, "PUT", "authorization"),
        preflight("https://example.net", "GET"),
        preflight(HERE, "GET"),
    ):
        status, headers = ask(freshet, "OPTIONS", "/lake/k", asked)
        assert status == 403 and "access-control-allow-origin" not in headers, asked
    assert ask(freshet, "OPTIONS", "/lake/k", {"Origin": PAGE})[0] == 400
    status, headers = ask(freshet, "OPTIONS", "/lake", preflight("https://example.net", "HEAD"))
    assert (
        status == 200
        and headers["access-control-allow-origin"] == "*"
        and "access-control-allow-credentials" not in headers
    )
    s3.delete_bucket_cors(Bucket="lake")
    assert ask(freshet, "OPTIONS", "/lake/k", preflight(PAGE, "GET"))[0] == 403


def test_answers_of_a_bucket_carry_what_its_rules_grant(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="k", Body=b"x")
    s3.put_bucket_cors(Bucket="lake", CORSConfiguration={"CORSRules": RULES})
    for method, path, status in (
        ("GET", "/lake/k", 200),
        ("GET", "/lake/gone", 404),
        ("PUT", "/lake/k", 200),
    ):
        got, headers = ask(
            freshet, method, path, {"Origin": PAGE}, b"y" if method == "PUT" else None
        )
        assert (
            got == status
            and headers["access-control-allow-origin"] == PAGE
            and headers["access-control-expose-headers"] == "ETag, x-amz-request-id"
        )
    got, headers = ask(freshet, "GET", "/lake/k", {"Origin": "https://example.net"})
    assert got == 200 and "access-control-allow-origin" not in headers
    for method, path in (("PUT", "/lake/k"), ("DELETE", "/lake/k"), ("POST", "/lake?delete")):
        got, headers = ask(freshet, method, path, {"Origin": "https://example.net"}, b"z")
        assert got == 403 and "access-control-allow-origin" not in headers
    assert s3.get_object(Bucket="lake", Key="k")["Body"].read() == b"y"


def test_rules_that_are_refused(freshet):
    import botocore.exceptions
    import pytest

    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    good = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
    for change in (
        {"AllowedMethods": ["PATCH"]},
        {"AllowedOrigins": ["https://*.*"]},
        {"AllowedHeaders": ["*-*"]},
        {"ExposeHeaders": ["x-*"]},
        {"AllowedOrigins": []},
    ):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            s3.put_bucket_cors(Bucket="lake", CORSConfiguration={"CORSRules": [{**good, **change}]})
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400, change
