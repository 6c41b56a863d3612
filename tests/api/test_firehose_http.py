"""Firehose's HTTP endpoint destination, against a real receiver."""

import base64
import contextlib
import gzip
import http.server
import json
import ssl
import subprocess
import threading
import time

import pytest
from test_firehose import ROLE, code, lake  # noqa: F401
from test_firehose_stages import failures, objects, processing, put, transformed
from test_lambda import Functions

ACCEPT = object()


class Receiver:
    """Answers each request as the next of `script` says, the last one for ever."""

    def __init__(self, script, certificate):
        self.requests, self.script = [], list(script)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_port}/in/put?kind=x"

    def answer(self, handler):
        raw = handler.rfile.read(int(handler.headers["Content-Length"]))
        zipped = handler.headers.get("Content-Encoding") == "gzip"
        body = json.loads(gzip.decompress(raw) if zipped else raw)
        self.requests.append((handler.path, dict(handler.headers), body))
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        status, answer = 200, {"requestId": body["requestId"], "timestamp": body["timestamp"]}
        kind = "application/json"
        if isinstance(step, int):
            status, answer = step, {"requestId": body["requestId"], "errorMessage": "no"}
        elif step is not ACCEPT:
            answer, kind = step
        text = json.dumps(answer).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def records(self):
        return [
            [base64.b64decode(record["data"]) for record in body["records"]]
            for _, _, body in self.requests
        ]


@pytest.fixture
def receive(lake, tmp_path, monkeypatch):  # noqa: F811
    certificate = tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", certificate, "-out", tmp_path / "public.pem"],
        check=True,
        capture_output=True,
    )
    with certificate.open("ab") as file:
        file.write((tmp_path / "public.pem").read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
    lake.freshet.terminate()
    lake.freshet.restart()
    with contextlib.ExitStack() as stack:

        def make(*script):
            receiver = Receiver(script, certificate)
            stack.callback(receiver.server.server_close)
            stack.callback(receiver.server.shutdown)
            return receiver

        yield make


def create(lake, url, retry_s=300, **config):  # noqa: F811
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="out",
        HttpEndpointDestinationConfiguration={
            "EndpointConfiguration": {"Url": url, "Name": "mine", "AccessKey": "secret"},
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
            "RetryOptions": {"DurationInSeconds": retry_s},
            "S3Configuration": {
                "RoleARN": ROLE,
                "BucketARN": "arn:aws:s3:::lake",
                "Prefix": "copy/",
                "ErrorOutputPrefix": "err/!{firehose:error-output-type}/",
            },
            **config,
        },
    )


def test_records_are_posted_as_the_contract_says(lake, receive):  # noqa: F811
    receiver = receive(ACCEPT)
    attributes = [{"AttributeName": "team", "AttributeValue": 'a"b'}]
    create(
        lake,
        receiver.url,
        RequestConfiguration={"ContentEncoding": "GZIP", "CommonAttributes": attributes},
        S3BackupMode="AllData",
    )
    put(lake, b"one", b"\xff\x00")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: objects(lake, "copy/"))
    [(path, headers, body)] = receiver.requests
    assert path == "/in/put?kind=x"
    lower = {name.lower(): value for name, value in headers.items()}
    assert lower["content-type"] == "application/json"
    assert lower["content-encoding"] == "gzip"
    assert lower["x-amz-firehose-protocol-version"] == "1.0"
    assert lower["x-amz-firehose-request-id"] == body["requestId"]
    assert lower["x-amz-firehose-source-arn"].endswith(":deliverystream/out")
    assert lower["x-amz-firehose-access-key"] == "secret"
    assert json.loads(lower["x-amz-firehose-common-attributes"]) == {
        "commonAttributes": {"team": 'a"b'}
    }
    assert body["timestamp"] == 1767225660000
    assert receiver.records() == [[b"one", b"\xff\x00"]]
    assert objects(lake, "copy/2026/01/01/00/out-1-") == [b"one\xff\x00"]
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    [shown] = described["DeliveryStreamDescription"]["Destinations"]
    shown = shown["HttpEndpointDestinationDescription"]
    assert shown["EndpointConfiguration"] == {"Url": receiver.url, "Name": "mine"}
    assert shown["RequestConfiguration"] == {
        "ContentEncoding": "GZIP",
        "CommonAttributes": attributes,
    }
    assert shown["S3BackupMode"] == "AllData"
    assert shown["S3DestinationDescription"]["BucketARN"] == "arn:aws:s3:::lake"


def test_a_request_that_fails_is_sent_again_under_its_id(lake, receive):  # noqa: F811
    receiver = receive(
        500,
        ({"requestId": "other", "timestamp": 1}, "application/json"),
        ({"requestId": "other", "timestamp": 1}, "text/plain"),
        503,
        ACCEPT,
    )
    create(lake, receiver.url)
    put(lake, b"one")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: len(receiver.requests) == 5, advance_ms=1_000)
    assert len({body["requestId"] for _, _, body in receiver.requests}) == 1
    put(lake, b"two")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: len(receiver.requests) == 6, advance_ms=1_000)
    assert receiver.records()[-1] == [b"two"]
    assert lake.keys() == []


@pytest.mark.parametrize(
    ("status", "attempts"), [(413, 1), (500, 4)], ids=["too large is final", "others are retried"]
)
def test_what_the_endpoint_does_not_take_is_in_the_error_output(  # noqa: F811
    lake,  # noqa: F811
    receive,
    status,
    attempts,
):
    receiver = receive(status)
    create(lake, receiver.url, retry_s=10)
    put(lake, b"one", b"two")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: failures(lake, "http-endpoint-failed"), advance_ms=1_000)
    lines = failures(lake, "http-endpoint-failed")
    assert [base64.b64decode(line["rawData"]) for line in lines] == [b"one", b"two"]
    assert {line["errorCode"] for line in lines} == {"HttpEndpoint.DestinationException"}
    assert {line["attemptsMade"] for line in lines} == {len(receiver.requests)}
    assert abs(len(receiver.requests) - attempts) <= (attempts > 1)
    assert len({line["dataId"] for line in lines}) == 2
    assert lines[0]["arrivalTimestamp"] == 1767225600000
    assert objects(lake, "copy/") == []


def test_an_endpoint_that_is_down_gets_its_records_after_a_restart(lake, receive):  # noqa: F811
    receiver = receive(500)
    create(lake, receiver.url, retry_s=7200)
    put(lake, b"one")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: receiver.requests)
    lake.freshet.kill9()
    receiver.script[:] = [ACCEPT]
    seen = len(receiver.requests)
    lake.freshet.restart()
    lake.freshet.until(lambda: len(receiver.requests) > seen, advance_ms=1_000)
    lake.freshet.advance(120_000)
    assert len(receiver.requests) == seen + 1, "it is delivered once"
    assert len({body["requestId"] for _, _, body in receiver.requests}) == 1


def test_an_endpoint_that_hangs_does_not_hold_up_a_stop(lake, receive):  # noqa: F811
    receiver = receive(ACCEPT)
    hangs, answer = threading.Event(), receiver.answer

    def hang(handler):
        hangs.wait(60)
        answer(handler)

    receiver.answer = hang
    create(lake, receiver.url)
    put(lake, b"one")
    lake.freshet.advance(60_000)
    begun = time.monotonic()
    lake.freshet.terminate()
    assert time.monotonic() - begun < 20
    hangs.set()
    lake.freshet.restart()
    lake.freshet.until(lambda: [b"one"] in receiver.records(), advance_ms=1_000)
    assert len({body["requestId"] for _, _, body in receiver.requests}) == 1


def test_a_function_transforms_what_is_sent(lake, receive):  # noqa: F811
    receiver = receive(ACCEPT)
    Functions(lake.freshet).create(
        "import base64\n"
        "def handler(event, context):\n"
        "    return {'records': [{'recordId': r['recordId'], 'result': 'Ok',\n"
        "        'data': base64.b64encode(base64.b64decode(r['data']).upper()).decode()}\n"
        "        for r in event['records']]}\n"
    )
    config = processing(transformed(), ("AppendDelimiterToRecord", {}))
    create(lake, receiver.url, ProcessingConfiguration=config["ProcessingConfiguration"])
    put(lake, b"one", b"two")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: receiver.requests)
    assert receiver.records() == [[b"ONE\n", b"TWO\n"]]


def test_an_update_changes_what_it_names(lake, receive):  # noqa: F811
    first, second = receive(ACCEPT), receive(ACCEPT)
    create(lake, first.url)
    call = {
        "DeliveryStreamName": "out",
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
    }
    assert (
        code(lake.firehose.update_destination, **call, ExtendedS3DestinationUpdate={})
        == "InvalidArgumentException"
    )
    lake.firehose.update_destination(
        **call, HttpEndpointDestinationUpdate={"EndpointConfiguration": {"Url": second.url}}
    )
    put(lake, b"one")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: second.requests)
    assert second.records() == [[b"one"]] and first.requests == []


@pytest.mark.parametrize("url", ["https://", "ftp://h/", "http://h:99999/"])
def test_an_address_that_is_none_is_refused(lake, url):  # noqa: F811
    with pytest.raises(lake.firehose.exceptions.ClientError) as error:
        create(lake, url)
    assert error.value.response["Error"]["Code"] in (
        "InvalidArgumentException",
        "ValidationException",
    )
