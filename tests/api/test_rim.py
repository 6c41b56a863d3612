"""What is common to all services: bad bytes, unknown names, health, start and stop."""

import json
import socket
import subprocess
import urllib.error
import urllib.request

import pytest


def call(freshet, target, body, **headers):
    request = urllib.request.Request(
        freshet.endpoint + "/",
        data=body,
        method="POST",
        headers={"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"StreamName": }',
        b'"x"',
        b'{"StreamName": "a"} x',
        b"\xff\xfe",
        b'{"StreamName": 5}',
        b'{"StreamName": ["a"]}',
        b'{"StreamName":"a","ShardCount":"one"}',
    ],
)
def test_broken_json_is_a_serialization_exception(freshet, body):
    status, answer = call(freshet, "Kinesis_20131202.CreateStream", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_wrong_base64_is_a_serialization_exception(freshet):
    status, answer = call(
        freshet,
        "Kinesis_20131202.PutRecord",
        b'{"StreamName":"a","PartitionKey":"k","Data":"@@@="}',
    )
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_unknown_operation_and_unknown_target(freshet):
    for target in ("Kinesis_20131202.FlyToTheMoon", "Nothing_1.CreateStream", ""):
        status, answer = call(freshet, target, b"{}")
        assert (status, answer["__type"]) == (400, "UnknownOperationException"), target


def test_an_operation_that_is_not_built_is_refused_and_counted(freshet):
    status, answer = call(freshet, "AWSGlue.CreateBlueprint", b"{}")
    assert status == 400 and "CreateBlueprint" in answer["message"]
    assert 'code="UnbuiltCreateBlueprint"' in freshet.get("/_freshet/metrics")


def test_every_violation_is_reported_in_the_words_of_aws(freshet):
    status, answer = call(
        freshet, "Kinesis_20131202.CreateStream", b'{"StreamName":"a b","ShardCount":0}'
    )
    assert answer["__type"] == "ValidationException"
    assert answer["message"] == (
        "2 validation errors detected: Value 'a b' at 'streamName' failed to satisfy "
        "constraint: Member must satisfy regular expression "
        "pattern: [a-zA-Z0-9_.-]+; Value '0' at 'shardCount' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )


def test_a_missing_member_is_null(freshet):
    status, answer = call(freshet, "Kinesis_20131202.CreateStream", b"{}")
    assert answer["message"] == (
        "1 validation error detected: Value null at 'streamName' failed to satisfy "
        "constraint: Member must not be null"
    )


def test_an_oversized_body_is_refused_before_it_is_read(freshet):
    with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: "
            b"Kinesis_20131202.PutRecord\r\nContent-Length: 101711872\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_health_and_metrics(freshet):
    assert json.loads(freshet.get("/_freshet/health"))["status"] == "ok"
    assert "process_resident_memory_bytes" in freshet.get("/_freshet/metrics")


def refusal(freshet, *arguments):
    result = subprocess.run(
        freshet.command("serve", *arguments), capture_output=True, text=True, timeout=30
    )
    assert result.returncode != 0
    return result.stderr


def test_a_second_server_a_busy_port_and_another_address_are_refused_with_a_sentence(
    freshet, tmp_path
):
    assert "another Freshet is running" in refusal(
        freshet, "--data", freshet.directory / "data", "--listen", "127.0.0.1:0"
    )
    assert f"127.0.0.1:{freshet.port} is in use" in refusal(
        freshet, "--data", tmp_path / "other", "--listen", f"127.0.0.1:{freshet.port}"
    )
    assert "refusing to listen on 0.0.0.0" in refusal(
        freshet, "--data", tmp_path / "other", "--listen", "0.0.0.0:4566"
    )
    assert "HOST:PORT" in refusal(freshet, "--data", tmp_path / "other", "--listen", "here")


def test_an_unknown_setting_is_named(freshet, tmp_path):
    config = tmp_path / "freshet.yaml"
    config.write_text("dta: somewhere\n")
    assert "there is no setting 'dta'" in refusal(freshet, "--config", config)


def test_sigterm_ends_the_server_with_0(freshet):
    assert freshet.terminate() == 0


def test_the_system_clock_is_not_moved_by_hand(make_freshet):
    server = make_freshet(clock="system")
    with pytest.raises(urllib.error.HTTPError) as error:
        server.advance(1)
    assert error.value.code == 409
