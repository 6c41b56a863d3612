"""Bodies of requests: as large as their operation allows, and all together within a budget. The
server may use 512 MiB.
"""

import json
import socket

import pytest

from test_memory_cap import Capped

MIB = 1024 * 1024


@pytest.fixture
def capped(tmp_path):
    server = Capped(tmp_path)
    yield server
    server.close()


def still_answers(freshet):
    assert freshet.process.poll() is None, freshet.server_log()[-2000:]
    assert json.loads(freshet.get("/_freshet/health"))["status"] == "ok"
    freshet.client("kinesis").list_streams()


def half_sent(freshet, target, length, sent, headers=()):
    """A connection on which `sent` bytes of a body of `length` were sent; None when the server
    refused it earlier.
    """
    line = socket.create_connection(("127.0.0.1", freshet.port), timeout=60)
    head = [
        f"POST {'/' if target.startswith('X-Amz') else target} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {length}",
        *headers,
    ]
    head += (
        [target, "Content-Type: application/x-amz-json-1.1"] if target.startswith("X-Amz") else []
    )
    line.sendall("\r\n".join([*head, "", ""]).encode())
    piece = b" " * MIB
    try:
        for _ in range(sent // MIB):
            line.sendall(piece)
    except OSError:
        pass  # it answered and closed
    return line


def status_of(line):
    line.settimeout(60)
    try:
        answer = line.recv(65536)
    except ConnectionResetError:
        return None
    return int(answer.split()[1]) if answer else None


def test_bodies_that_never_end_do_not_take_the_memory(capped):
    lines = [
        half_sent(capped, "X-Amz-Target: Kinesis_20131202.PutRecords", 96 * MIB, 4 * MIB)
        for _ in range(16)
    ]
    assert {status_of(line) for line in lines} <= {413, None}, (
        "larger than any PutRecords that AWS takes"
    )
    still_answers(capped)
    lines += [
        half_sent(capped, "X-Amz-Target: Kinesis_20131202.PutRecords", 16 * MIB, 15 * MIB)
        for _ in range(16)
    ]
    still_answers(capped)
    code = "/2015-03-31/functions"
    lines += [half_sent(capped, code, 70 * MIB, 60 * MIB) for _ in range(4)]
    still_answers(capped)
    for line in lines:
        line.close()
    still_answers(capped)


def test_a_request_over_the_budget_is_answered_503(capped):
    lines = [
        half_sent(capped, "X-Amz-Target: Kinesis_20131202.PutRecords", 16 * MIB, 15 * MIB)
        for _ in range(16)
    ]
    answers = []
    for line in lines:
        line.settimeout(1)
        try:
            answers.append(line.recv(65536).decode(errors="replace"))
        except (TimeoutError, ConnectionResetError):
            continue
    refused = [answer for answer in answers if answer]
    assert refused, "none of 240 MiB was refused"
    for answer in refused:
        assert (
            answer.startswith("HTTP/1.1 503")
            and "retry-after: 1" in answer.lower()
            and "ServiceUnavailable" in answer
        )
    still_answers(capped)
    for line in lines:
        line.close()
    freed = half_sent(capped, "X-Amz-Target: Kinesis_20131202.PutRecords", 15 * MIB, 15 * MIB)
    assert status_of(freed) == 400, "blanks are no request, and there is room again to read them"


def test_a_body_is_as_large_as_its_operation_allows(capped):
    for target, allowed in (
        ("X-Amz-Target: Kinesis_20131202.ListStreams", 4),
        ("X-Amz-Target: AWSGlue.GetTables", 4),
        ("X-Amz-Target: Kinesis_20131202.PutRecord", 16),
        ("X-Amz-Target: Firehose_20150804.PutRecordBatch", 8),
        ("/2015-03-31/functions/f/invocations", 8),
    ):
        over = half_sent(capped, target, allowed * MIB + 1, 0)
        assert status_of(over) == 413, target
    chunked = socket.create_connection(("127.0.0.1", capped.port), timeout=60)
    chunked.sendall(
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: "
        b"chunked\r\nX-Amz-Target: AWSGlue.GetTables\r\n\r\n"
    )
    try:
        for _ in range(6):
            chunked.sendall(b"100000\r\n" + b" " * MIB + b"\r\n")
    except OSError:
        pass
    assert status_of(chunked) in (413, None)
    still_answers(capped)


def test_a_body_in_many_small_pieces_costs_what_its_bytes_cost(capped):
    line = socket.create_connection(("127.0.0.1", capped.port), timeout=60)
    line.sendall(
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: "
        b"chunked\r\nX-Amz-Target: Kinesis_20131202.PutRecords\r\n\r\n"
    )
    try:
        for _ in range(3 * MIB // 4096):
            line.sendall(b"1\r\n \r\n" * 4096)
    except OSError:
        pass
    still_answers(capped)
    line.close()
