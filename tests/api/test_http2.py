"""HTTP/2 on the one port: prior knowledge and ALPN, many streams, windows both ways, the end of a
connection.
"""

import json
import os
import socket
import ssl
import subprocess
import threading

import pytest
from http2_wire import Http2Client

KINESIS = "Kinesis_20131202."


@pytest.fixture
def client(freshet):
    made = Http2Client(freshet.port)
    yield made
    made.close()


def text(answer):
    return answer[0], json.loads(answer[2] or b"{}")


def test_requests_and_faults(client):
    assert text(client.call(KINESIS + "CreateStream", {"StreamName": "s", "ShardCount": 1})) == (
        200,
        {},
    )
    status, headers, body = client.call(KINESIS + "ListStreams", {})
    assert status == 200 and json.loads(body)["StreamNames"] == ["s"]
    assert (
        headers["content-length"] == str(len(body))
        and headers["content-type"] == "application/x-amz-json-1.1"
    )
    assert not [name for name in headers if name != name.lower()]
    status, answer = text(client.call(KINESIS + "DescribeStream", {"StreamName": "none"}))
    assert (status, answer["__type"]) == (400, "ResourceNotFoundException")
    assert client.answer(client.begin("GET", "/_freshet/health"))[0] == 200


def test_many_streams_at_once_are_answered_each(client):
    client.call(KINESIS + "CreateStream", {"StreamName": "s", "ShardCount": 4})
    streams = [
        client.call(
            KINESIS + "PutRecord",
            {"StreamName": "s", "PartitionKey": f"k{i}", "Data": "eA=="},
            begin_only=True,
        )
        for i in range(200)
    ]
    answers = [text(client.answer(stream)) for stream in reversed(streams)]
    assert all(status == 200 for status, _ in answers)
    assert len({answer["SequenceNumber"] for _, answer in answers}) == 200


def test_large_bodies_go_through_the_windows_both_ways(client):
    body = os.urandom(20 * 1024 * 1024)
    assert client.answer(client.begin("PUT", "/bucket"))[0] == 200
    assert (
        client.answer(
            client.begin("PUT", "/bucket/key", [("content-length", str(len(body)))], body)
        )[0]
        == 200
    )
    status, headers, got = client.answer(client.begin("GET", "/bucket/key"))
    assert status == 200 and headers["content-length"] == str(len(body)) and got == body
    status, headers, got = client.answer(client.begin("HEAD", "/bucket/key"))
    assert status == 200 and headers["content-length"] == str(len(body)) and got == b""
    assert (
        client.answer(client.begin("GET", "/bucket/key", [("range", "bytes=5-9")]))[2] == body[5:10]
    )
    assert client.answer(client.begin("DELETE", "/bucket/key"))[0] == 204


def test_a_body_without_a_length_and_one_that_comes_late(client):
    client.answer(client.begin("PUT", "/bucket"))
    late = client.begin("PUT", "/bucket/late", [("content-length", "10")], b"01234", end=False)
    assert text(client.call(KINESIS + "ListStreams", {}))[0] == 200, (
        "the unfinished upload holds up others"
    )
    client.send_body(late, b"56789")
    assert client.answer(late)[0] == 200
    raw = b'{"StreamName":"s","ShardCount":1}'
    stream = client.begin(
        "POST",
        "/",
        [
            ("x-amz-target", KINESIS + "CreateStream"),
            ("content-type", "application/x-amz-json-1.1"),
        ],
        raw,
    )
    assert client.answer(stream)[0] == 200


def test_a_slow_reader_holds_its_own_stream_only(freshet):
    client = Http2Client(freshet.port, window=65_535)
    body = os.urandom(4 * 1024 * 1024)
    client.answer(client.begin("PUT", "/bucket"))
    client.answer(client.begin("PUT", "/bucket/key", [("content-length", str(len(body)))], body))
    slow = client.begin("GET", "/bucket/key")
    while len(client.answers[slow][2]) < 65_535:
        client.receive(acknowledge=False)
    for _ in range(5):
        assert text(client.call(KINESIS + "ListStreams", {}))[0] == 200
    assert slow not in client.ended
    client.h2.increment_flow_control_window(8 * 1024 * 1024, slow)
    client.flush()
    assert client.answer(slow)[2] == body


def test_ping_is_answered_and_expect_gets_100_continue(client):
    client.h2.ping(b"12345678")
    client.flush()
    client.until(lambda: client.pings == 1)
    client.answer(client.begin("PUT", "/bucket"))
    stream = client.begin(
        "PUT", "/bucket/key", [("content-length", "4"), ("expect", "100-continue")], end=False
    )
    client.receive()
    client.send_body(stream, b"data")
    assert client.answer(stream)[0] == 200


def test_an_answer_before_the_end_of_the_request_ends_it(client):
    stream = client.begin(
        "POST",
        "/",
        [("x-amz-target", KINESIS + "PutRecord"), ("content-length", "101711872")],
        b"x" * 1000,
        end=False,
    )
    assert client.answer(stream)[0] == 413
    assert text(client.call(KINESIS + "ListStreams", {}))[0] == 200


def test_too_many_header_bytes_are_refused_for_that_stream_alone(client):
    stream = client.begin(
        "GET", "/_freshet/health", [(f"x-filler-{i}", "y" * 4000) for i in range(20)]
    )
    assert client.answer(stream)[0] == 431
    assert client.answer(client.begin("GET", "/_freshet/health"))[0] == 200


def test_malformed_requests_reset_their_stream_or_end_the_connection(freshet):
    client = Http2Client(freshet.port)
    client.h2.config.validate_outbound_headers = client.h2.config.normalize_outbound_headers = False
    client.h2.send_headers(1, [(":method", "GET"), (":scheme", "http")], end_stream=True)
    client.answers[1] = [None, {}, b""]
    client.flush()
    client.answer(1)
    assert 1 in client.resets
    for raw in (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64,
        b"PRI * HTTP/2.0\r\n\r\nXX",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 8, 6, 0, 0, 0, 0, 1]) + b"x" * 8,
    ):
        with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as connection:
            connection.sendall(raw)
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass
    assert "ok" in freshet.get("/_freshet/health")


def test_a_preface_in_small_pieces_is_still_one(freshet):
    class Piecewise(socket.socket):
        def sendall(self, data):
            for byte in data[:40]:
                self.send(bytes([byte]))
            super().sendall(data[40:])

    def wrap(plain):
        slow = Piecewise(fileno=plain.detach())
        slow.settimeout(30)
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return slow

    client = Http2Client(freshet.port, wrap=wrap)
    assert client.answer(client.begin("GET", "/_freshet/health"))[0] == 200
    with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"PUT /bucket HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
            connection.send(bytes([byte]))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_http2_over_tls(freshet, tmp_path):
    authority = tmp_path / "authority.pem"
    authority.write_text(
        subprocess.run(
            freshet.command("cert", "--data", freshet.directory / "data"),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    context = ssl.create_default_context(cafile=str(authority))
    context.set_alpn_protocols(["h2"])
    client = Http2Client(
        freshet.port, wrap=lambda plain: context.wrap_socket(plain, server_hostname="localhost")
    )
    assert client.socket.selected_alpn_protocol() == "h2"
    client.answer(client.begin("PUT", "/bucket"))
    body = os.urandom(3 * 1024 * 1024)
    assert (
        client.answer(
            client.begin("PUT", "/bucket/key", [("content-length", str(len(body)))], body)
        )[0]
        == 200
    )
    assert client.answer(client.begin("GET", "/bucket/key"))[2] == body
    client.close()


def test_stopping_sends_goaway_and_lets_requests_in_progress_finish(freshet):
    client = Http2Client(freshet.port)
    client.answer(client.begin("PUT", "/bucket"))
    stream = client.begin("PUT", "/bucket/key", [("content-length", "8")], b"half", end=False)
    client.h2.ping(b"12345678")
    client.flush()
    client.until(lambda: client.pings == 1)
    stopped = []
    thread = threading.Thread(target=lambda: stopped.append(freshet.terminate()))
    thread.start()
    client.until(lambda: client.goaway is not None)
    assert client.goaway == 0
    # python-h2 sends nothing after a GOAWAY of its peer, though HTTP/2 lets requests in progress
    # continue.
    client.socket.sendall(bytes([0, 0, 4, 0, 1]) + stream.to_bytes(4, "big") + b"done")
    thread.join()
    assert stopped == [0]
    freshet.start()
    assert freshet.client("s3").get_object(Bucket="bucket", Key="key")["Body"].read() == b"halfdone"
