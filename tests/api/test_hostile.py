"""Slow and hostile connections, at a small scale: they are bounded, and honest clients are still
served.
"""

import json
import re
import resource
import socket
import threading

import pytest
from http2_wire import Http2Client

ENHANCE_YOUR_CALM = 11


def connect(freshet):
    return socket.create_connection(("127.0.0.1", freshet.port), timeout=30)


def honest(freshet):
    return json.loads(freshet.get("/_freshet/health"))["status"] == "ok"


def resident_bytes(freshet):
    return int(
        float(
            re.search(
                r"^process_resident_memory_bytes (\S+)", freshet.get("/_freshet/metrics"), re.M
            )[1]
        )
    )


def frame(kind, flags, stream, payload=b""):
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


def flood(client, data, pieces=200):
    """Sends `data` repeatedly until the server ends the connection. Returns the error that the
    server named.
    """
    try:
        for _ in range(pieces):
            client.socket.sendall(data)
    except OSError:
        pass
    client.until(lambda: client.closed)
    return client.goaway


def test_idle_and_slow_connections_cost_little_and_hold_up_nobody(freshet):
    before = resident_bytes(freshet)
    held = [connect(freshet) for _ in range(1500)]
    for number, connection in enumerate(held):
        connection.send(
            (
                b"",
                b"P",
                b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
                b"PRI * HTTP/2.0\r\n\r\nSM",
                b"\x16\x03\x01",
            )[number % 5]
        )
    assert honest(freshet)
    grown = resident_bytes(freshet) - before
    assert grown < len(held) * 40 * 1024, f"{grown // len(held)} bytes a connection"
    for connection in held:
        connection.close()
    assert honest(freshet)


def test_slow_readers_hold_what_they_asked_for_once(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x" * (16 * 1024 * 1024))
    before = resident_bytes(freshet)
    clients = [Http2Client(freshet.port, window=65_535) for _ in range(4)]
    for client in clients:
        for _ in range(50):
            client.begin("GET", "/bucket/k")
        while sum(len(answer[2]) for answer in client.answers.values()) < 65_535:
            client.receive(acknowledge=False)
    assert honest(freshet)
    assert resident_bytes(freshet) - before < 200 * 2 * 1024 * 1024
    for client in clients:
        client.close()


def test_rapid_reset_ends_its_connection(freshet):
    client = Http2Client(freshet.port)
    stream = client.begin("GET", "/_freshet/health")
    client.answer(stream)
    block = client.h2.encoder.encode(
        [
            (":method", "GET"),
            (":path", "/bucket/k"),
            (":scheme", "http"),
            (":authority", "localhost"),
        ]
    )
    number, sent = stream, 0
    try:
        for _ in range(100):
            burst = b""
            for _ in range(50):
                number += 2
                burst += frame(1, 5, number, block) + frame(3, 0, number, b"\x00\x00\x00\x08")
                sent += 1
            client.socket.sendall(burst)
    except OSError:
        pass
    client.h2 = _Deaf(client)
    client.until(lambda: client.closed)
    assert client.goaway == ENHANCE_YOUR_CALM
    assert honest(freshet)


class _Deaf:
    """Reads GOAWAY frames only: python-h2 does not know the streams that the test made by hand."""

    def __init__(self, client):
        self.client, self.data = client, b""

    def receive_data(self, data):
        self.data += data
        while len(self.data) >= 9 and len(self.data) >= 9 + int.from_bytes(self.data[:3], "big"):
            size = int.from_bytes(self.data[:3], "big")
            if self.data[3] == 7:
                self.client.goaway = int.from_bytes(self.data[13:17], "big")
            self.data = self.data[9 + size :]
        return []

    def data_to_send(self):
        return b""


@pytest.mark.parametrize(
    "name, data",
    [
        ("pings", frame(6, 0, 0, b"x" * 8) * 100),
        ("settings", frame(4, 0, 0) * 100),
        ("priorities", frame(2, 0, 9, b"\x00\x00\x00\x00\x10") * 100),
    ],
)
def test_floods_of_control_frames_end_their_connection(freshet, name, data):
    client = Http2Client(freshet.port)
    client.answer(client.begin("GET", "/_freshet/health"))
    client.h2 = _Deaf(client)
    assert flood(client, data) == ENHANCE_YOUR_CALM
    assert honest(freshet)


def test_a_header_that_never_ends_is_bounded(freshet):
    client = Http2Client(freshet.port)
    client.answer(client.begin("GET", "/_freshet/health"))
    client.h2 = _Deaf(client)
    before = resident_bytes(freshet)
    client.socket.sendall(frame(1, 0, 3, b"\x82"))
    flood(client, frame(9, 0, 3, b"\x00\x01a" + b"\x7f\x80\x01" + b"b" * 255) * 50)
    assert client.closed and resident_bytes(freshet) - before < 16 * 1024 * 1024


def test_a_bomb_of_compressed_headers_is_refused(freshet):
    client = Http2Client(freshet.port)
    big = ("x-bomb", "y" * 3000)
    assert client.answer(client.begin("GET", "/_freshet/health", [big]))[0] == 200
    assert client.answer(client.begin("GET", "/_freshet/health", [big] * 3000))[0] == 431
    assert honest(freshet)


# --- all of it at once, at full size

IDLE = 10_000


class Attacker(threading.Thread):
    """Repeats one attack until it is stopped; the server may treat it as it likes."""

    def __init__(self, attack):
        super().__init__(daemon=True)
        self.attack, self.stopping, self.rounds = attack, False, 0

    def run(self):
        while not self.stopping:
            try:
                self.attack(self)
                self.rounds += 1
            except OSError:
                pass


def slow_headers(freshet, attacker):
    """A hundred connections send a header each, byte by byte."""
    connections = [connect(freshet) for _ in range(100)]
    for byte in b"POST / HTTP/1.1\r\nX-Slow: " + b"y" * 40:
        for connection in connections:
            connection.send(bytes([byte]))
        if attacker.stopping:
            break
    for connection in connections:
        connection.close()


def slow_reader(freshet, attacker):
    """Requests much and reads little."""
    with connect(freshet) as connection:
        connection.sendall(b"GET /bucket/large HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        for _ in range(20):
            connection.recv(1000)


def rapid_reset(freshet, attacker):
    client = Http2Client(freshet.port)
    client.answer(client.begin("GET", "/_freshet/health"))
    block = client.h2.encoder.encode(
        [
            (":method", "GET"),
            (":path", "/bucket/large"),
            (":scheme", "http"),
            (":authority", "localhost"),
        ]
    )
    for number in range(3, 2003, 2):
        client.socket.sendall(frame(1, 5, number, block) + frame(3, 0, number, b"\x00\x00\x00\x08"))
    client.socket.close()


def half_requests(freshet, attacker):
    """A body that is announced and never sent; a connection that breaks in the middle of one."""
    with connect(freshet) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: "
            b"Kinesis_20131202.PutRecord\r\nContent-Length: 1000\r\n\r\n{"
        )


def test_honest_clients_are_served_beside_ten_thousand_hostile_connections(freshet):
    """bench/streams measures how long they wait; here each of their calls must be answered
    correctly.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < IDLE + 2000:
        pytest.skip(f"this machine does not let a user open {IDLE} connections")
    s3, kinesis = freshet.client("s3"), freshet.client("kinesis")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="large", Body=b"x" * (4 << 20))
    kinesis.create_stream(StreamName="s", ShardCount=1)
    before = resident_bytes(freshet)
    idle = [connect(freshet) for _ in range(IDLE)]
    for number, connection in enumerate(idle):
        if number % 2:
            connection.send(b"GET / HT")
    attackers = [
        Attacker(lambda attacker, attack=attack: attack(freshet, attacker))
        for attack in (slow_headers, slow_reader, rapid_reset, half_requests)
    ]
    for attacker in attackers:
        attacker.start()
    honest_clients = [freshet.client("kinesis") for _ in range(3)]
    put = [[], [], []]

    def be_honest(which):
        for number in range(100):
            put[which].append(
                honest_clients[which].put_record(
                    StreamName="s", Data=b"%d %d" % (which, number), PartitionKey="k"
                )["SequenceNumber"]
            )

    threads = [threading.Thread(target=be_honest, args=(which,)) for which in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    freshet.until(lambda: all(attacker.rounds for attacker in attackers))
    for attacker in attackers:
        attacker.stopping = True
    for attacker in attackers:
        attacker.join(timeout=60)
    assert [len(one) for one in put] == [100] * 3, "an honest call was refused"
    iterator = freshet.client("kinesis").get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert sorted(record["SequenceNumber"] for record in found) == sorted(sum(put, []))
    assert resident_bytes(freshet) - before < IDLE * 40 * 1024
    for connection in idle:
        connection.close()
    assert honest(freshet)


def test_connections_do_not_take_the_files_from_the_log(make_freshet, tmp_path):
    """More connections than the server may have open files: the earlier clients are still served,
    with new files.
    """
    server = make_freshet()
    plain = server.command
    server.command = lambda *arguments: ["prlimit", "--nofile=600:600", *plain(*arguments)]
    server.restart()
    s3 = server.client("s3")
    s3.create_bucket(Bucket="bucket")
    held = [connect(server) for _ in range(1000)]
    for connection in held:
        connection.settimeout(0.5)
    for number in range(5):
        s3.put_object(Bucket="bucket", Key=str(number), Body=b"x" * 400_000)  # in a file of its own
        assert len(s3.get_object(Bucket="bucket", Key=str(number))["Body"].read()) == 400_000
    for connection in held:
        connection.close()

    def is_free():
        try:
            return honest(server)
        except OSError:
            return False

    server.until(is_free)
