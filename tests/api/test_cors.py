"""What pages of a browser may do: those of this machine call the services, other sites not, and nobody below /_freshet/."""
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
    status, headers = ask(freshet, "OPTIONS", "/", {**ORIGIN, "Access-Control-Request-Method": "POST",
                                                    "Access-Control-Request-Headers": "x-amz-target,authorization"})
    assert status == 200 and headers["content-length"] == "0"
    assert headers["access-control-allow-origin"] == HERE and headers["access-control-max-age"] == "172800"
    assert headers["access-control-allow-methods"] == "POST" and headers["access-control-allow-headers"] == "x-amz-target,authorization"


def test_answers_and_faults_may_be_read_by_the_page(freshet):
    target = {"X-Amz-Target": "Kinesis_20131202.ListStreams", "Content-Type": "application/x-amz-json-1.1"}
    for body, expected in ((b"{}", 200), (b"{", 400)):
        status, headers = ask(freshet, "POST", "/", {**ORIGIN, **target}, body)
        assert status == expected and headers["access-control-allow-origin"] == HERE
        assert "x-amzn-RequestId" in headers["access-control-expose-headers"]
    status, headers = ask(freshet, "POST", "/", target, b"{}")
    assert status == 200 and "access-control-allow-origin" not in headers
    assert ask(freshet, "GET", "/bucket/key", ORIGIN)[1]["access-control-allow-origin"] == HERE


def test_the_console_is_not_opened(freshet):
    for method, path in (("OPTIONS", "/_freshet/clock"), ("POST", "/_freshet/clock"), ("GET", "/_freshet/health"), ("GET", "/_freshet/metrics")):
        _, headers = ask(freshet, method, path, {**ORIGIN, "Access-Control-Request-Method": "POST"}, b"{}" if method == "POST" else None)
        assert not [name for name in headers if name.startswith("access-control")], path


def test_another_site_is_refused_unless_the_configuration_names_it(make_freshet):
    target = {"X-Amz-Target": "Kinesis_20131202.CreateStream", "Content-Type": "application/x-amz-json-1.1"}
    server = make_freshet(config="cors: {origins: ['https://console.example.org']}")
    for origin in ("https://example.org", "http://localhost.example.org", "http://127.0.0.1.example.org", "null"):
        for method in ("OPTIONS", "POST"):
            status, headers = ask(server, method, "/", {**target, "Origin": origin}, b'{"StreamName":"s","ShardCount":1}')
            assert status == 403 and "access-control-allow-origin" not in headers, origin
    assert server.client("kinesis").list_streams()["StreamNames"] == []
    for origin in ("https://console.example.org", "http://127.0.0.1:8080", "http://[::1]:8080"):
        status, headers = ask(server, "OPTIONS", "/", {"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert status == 200 and headers["access-control-allow-origin"] == origin
