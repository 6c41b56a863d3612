"""What a browser may do from another page: call the services, and nothing below /_freshet/."""
import http.client

ORIGIN = {"Origin": "https://example.org"}


def ask(freshet, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", freshet.port, timeout=30)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_a_preflight_is_answered_with_what_it_asks_for(freshet):
    status, headers = ask(freshet, "OPTIONS", "/", {**ORIGIN, "Access-Control-Request-Method": "POST",
                                                    "Access-Control-Request-Headers": "x-amz-target,authorization"})
    assert status == 200 and headers["content-length"] == "0"
    assert headers["access-control-allow-origin"] == "*" and headers["access-control-max-age"] == "172800"
    assert headers["access-control-allow-methods"] == "POST" and headers["access-control-allow-headers"] == "x-amz-target,authorization"


def test_answers_and_faults_may_be_read_by_the_page(freshet):
    target = {"X-Amz-Target": "Kinesis_20131202.ListStreams", "Content-Type": "application/x-amz-json-1.1"}
    for body, expected in ((b"{}", 200), (b"{", 400)):
        status, headers = ask(freshet, "POST", "/", {**ORIGIN, **target}, body)
        assert status == expected and headers["access-control-allow-origin"] == "*"
        assert "x-amzn-RequestId" in headers["access-control-expose-headers"]
    status, headers = ask(freshet, "POST", "/", target, b"{}")
    assert status == 200 and "access-control-allow-origin" not in headers
    assert ask(freshet, "GET", "/bucket/key", ORIGIN)[1]["access-control-allow-origin"] == "*"


def test_the_console_is_not_opened(freshet):
    for method, path in (("OPTIONS", "/_freshet/clock"), ("POST", "/_freshet/clock"), ("GET", "/_freshet/health"), ("GET", "/_freshet/metrics")):
        _, headers = ask(freshet, method, path, {**ORIGIN, "Access-Control-Request-Method": "POST"}, b"{}" if method == "POST" else None)
        assert not [name for name in headers if name.startswith("access-control")], path
