"""Lambda and its logs through boto3 and the AWS CLI: real processes, warm, bounded, durable."""

import base64
import concurrent.futures
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile

import botocore.exceptions
import pytest

ROLE = "arn:aws:iam::000000000000:role/any"


def zipped(source, **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
        for name, text in more.items():
            archive.writestr(name.replace("__", "/") + ".py", text)
    return buffer.getvalue()


@pytest.fixture
def functions(freshet):
    return Functions(freshet)


class Functions:
    def __init__(self, freshet):
        self.freshet, self.client, self.logs = (
            freshet,
            freshet.client("lambda"),
            freshet.client("logs"),
        )

    def create(self, source, name="f", **settings):
        settings = {"Timeout": 30, **settings}
        return self.client.create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": zipped(source)},
            **settings,
        )

    def call(self, event=None, name="f", **options):
        answer = self.client.invoke(
            FunctionName=name, Payload=json.dumps(event if event is not None else {}), **options
        )
        return json.loads(answer["Payload"].read() or b"null"), answer

    def lines(self, name="f"):
        return self.freshet.log_messages(f"/aws/lambda/{name}")


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_a_function_is_made_called_changed_and_removed(functions):
    made = functions.create(
        "def handler(event, context):\n    return {'got': event, 'name': context.function_name}",
        Environment={"Variables": {"PLACE": "STREET"}},
        MemorySize=256,
        Description="echo",
    )
    assert (
        made["FunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:f"
        and made["State"] == "Active"
    )
    answer, raw = functions.call({"a": [1, None, "ü"]})
    assert (
        answer == {"got": {"a": [1, None, "ü"]}, "name": "f"}
        and raw["StatusCode"] == 200
        and "FunctionError" not in raw
    )
    assert functions.call({}, name=made["FunctionArn"])[0]["name"] == "f"
    functions.client.update_function_code(
        FunctionName="f",
        ZipFile=zipped("import os\ndef handler(event, context):\n    return os.environ['PLACE']"),
    )
    assert functions.call()[0] == "STREET"
    functions.client.update_function_configuration(
        FunctionName="f", Environment={"Variables": {"PLACE": "ALLEY"}}, Timeout=7
    )
    assert functions.call()[0] == "ALLEY"
    assert functions.client.get_function_configuration(FunctionName="f")["Timeout"] == 7
    assert functions.client.get_function(FunctionName="f")["Configuration"]["MemorySize"] == 256
    assert [one["FunctionName"] for one in functions.client.list_functions()["Functions"]] == ["f"]
    assert functions.client.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
    functions.client.delete_function(FunctionName="f")
    assert code(functions.client.invoke, FunctionName="f") == "ResourceNotFoundException"


def test_bad_input_is_refused_in_lambdas_words(functions):
    client = functions.client
    base = {"FunctionName": "g", "Role": ROLE, "Handler": "app.handler"}
    assert (
        code(
            client.create_function,
            **base,
            Runtime=f"python3.{sys.version_info.minor}",
            Code={"ZipFile": b"no zip"},
        )
        == "InvalidParameterValueException"
    )
    assert (
        code(client.create_function, **base, Runtime="nodejs20.x", Code={"ZipFile": zipped("")})
        == "InvalidParameterValueException"
    )
    assert (
        code(
            client.create_function,
            **base,
            Runtime=f"python3.{sys.version_info.minor}",
            Code={"S3Bucket": "none", "S3Key": "x"},
        )
        == "InvalidParameterValueException"
    )
    functions.create("def handler(e, c): pass")
    assert (
        code(
            client.create_function,
            **{**base, "FunctionName": "f"},
            Runtime=f"python3.{sys.version_info.minor}",
            Code={"ZipFile": zipped("")},
        )
        == "ResourceConflictException"
    )
    assert (
        code(client.update_function_code, FunctionName="f", ZipFile=zipped(""), RevisionId="old")
        == "PreconditionFailedException"
    )


def test_one_process_serves_many_calls_and_several_serve_at_once(functions):
    functions.create(
        "import os, time\ncount = 0\ndef handler(event, context):\n    global count\n    "
        "count += 1\n"
        "    time.sleep(event.get('sleep', 0))\n    return [os.getpid(), count]"
    )
    first, second = functions.call()[0], functions.call()[0]
    assert first[0] == second[0] and second[1] == first[1] + 1
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        pids = {
            answer[0][0] for answer in pool.map(lambda _: functions.call({"sleep": 2}), range(4))
        }
    assert len(pids) == 4


@pytest.mark.parametrize(
    "source, kind, message",
    [
        ("def handler(e, c): raise ValueError('bad row')", "ValueError", "bad row"),
        ("import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError", "exit status 3"),
        (
            "import time\ndef handler(e, c): time.sleep(60)",
            None,
            "Task timed out after 1.00 seconds",
        ),
        ("def handler(e, c): return {1, 2}", "Runtime.MarshalError", "Unable to marshal response"),
        ("def other(e, c): pass", "Runtime.HandlerNotFound", "handler"),
        (
            "import nothing_of_that_name\ndef handler(e, c): pass",
            "Runtime.ImportModuleError",
            "nothing_of_that_name",
        ),
    ],
)
def test_a_function_that_misbehaves_fails_alone(functions, source, kind, message):
    functions.create(source, Timeout=1)
    answer, raw = functions.call(LogType="Tail")
    assert raw["FunctionError"] == "Unhandled" and message in json.dumps(answer)
    if kind:
        assert answer["errorType"] == kind
    assert b"REPORT RequestId" in base64.b64decode(raw["LogResult"])
    functions.create("def handler(e, c): return 'well'", name="other")
    assert functions.call(name="other")[0] == "well"


def test_a_function_that_eats_memory_is_ended(functions):
    functions.create(
        "def handler(e, c):\n    hold = []\n    while True: hold.append(bytearray(16 << 20))",
        MemorySize=128,
        Timeout=20,
    )
    answer, raw = functions.call()
    assert raw["FunctionError"] == "Unhandled" and answer["errorType"] in (
        "Runtime.OutOfMemory",
        "Runtime.ExitError",
        "MemoryError",
    )


def test_a_handler_reaches_freshet_with_boto3_unchanged(functions):
    functions.freshet.client("s3").create_bucket(Bucket="from-handler")
    functions.create(
        "import boto3, pathlib\ndef handler(event, context):\n    "
        "pathlib.Path('/tmp/x').write_text('tmp')\n"
        "    boto3.client('s3').put_object(Bucket='from-handler', Key='k', "
        "Body=pathlib.Path('/tmp/x').read_bytes())\n    return 'put'"
    )
    assert functions.call()[0] == "put"
    assert (
        functions.freshet.client("s3").get_object(Bucket="from-handler", Key="k")["Body"].read()
        == b"tmp"
    )


def test_lines_are_kept_and_the_cli_shows_them(functions):
    functions.create("def handler(event, context):\n    print('hello', event)\n    return 1")
    functions.call({"n": 1})
    lines = functions.freshet.until(
        lambda: (found := functions.lines()) and any("REPORT" in line for line in found) and found
    )
    assert lines[0].startswith("INIT_START") or lines[0].startswith("START RequestId")
    assert any(line.startswith("hello {'n': 1}") for line in lines)
    group = functions.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"][0]
    assert group["logGroupName"] == "/aws/lambda/f" and group["storedBytes"] > 0
    stream = functions.logs.describe_log_streams(
        logGroupName="/aws/lambda/f", orderBy="LastEventTime", descending=True
    )["logStreams"][0]
    page = functions.logs.get_log_events(
        logGroupName="/aws/lambda/f",
        logStreamName=stream["logStreamName"],
        startFromHead=True,
        limit=1,
    )
    rest = functions.logs.get_log_events(
        logGroupName="/aws/lambda/f",
        logStreamName=stream["logStreamName"],
        startFromHead=True,
        nextToken=page["nextForwardToken"],
    )
    assert [event["message"] for event in page["events"] + rest["events"]] == lines
    assert (
        len(
            functions.logs.filter_log_events(logGroupName="/aws/lambda/f", filterPattern="hello")[
                "events"
            ]
        )
        == 1
    )
    assert (
        code(functions.logs.get_log_events, logGroupName="/aws/lambda/none", logStreamName="x")
        == "ResourceNotFoundException"
    )
    aws = pathlib.Path(sys.executable).parent / "aws"
    # What `aws logs tail` of the CLI's second version sends; PyPI has the first, which lacks that
    # command.
    shown = subprocess.run(
        [
            aws,
            "logs",
            "filter-log-events",
            "--log-group-name",
            "/aws/lambda/f",
            "--interleaved",
            "--start-time",
            "0",
            "--output",
            "text",
            "--endpoint-url",
            functions.freshet.endpoint,
        ],
        capture_output=True,
        text=True,
        env=functions.freshet.environment(),
        timeout=60,
    )
    assert "hello {'n': 1}" in shown.stdout, shown.stderr


def test_an_event_is_called_later_and_again_when_it_fails(functions):
    functions.freshet.client("s3").create_bucket(Bucket="calls")
    functions.create(
        "import boto3, uuid\ndef handler(event, context):\n    "
        "boto3.client('s3').put_object(Bucket='calls', Key=str(uuid.uuid4()), Body=b'')\n"
        "    if event['fail']: raise RuntimeError('again')"
    )
    s3 = functions.freshet.client("s3")
    calls = lambda: s3.list_objects_v2(Bucket="calls")["KeyCount"]
    assert (
        functions.client.invoke(
            FunctionName="f", InvocationType="Event", Payload=b'{"fail": false}'
        )["StatusCode"]
        == 202
    )
    functions.freshet.until(lambda: calls() == 1)
    functions.client.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"fail": true}')
    functions.freshet.until(lambda: calls() == 2)
    functions.freshet.until(lambda: calls() == 4, advance_ms=30_000)
    for _ in range(5):
        functions.freshet.advance(600_000)
    assert calls() == 4


def test_functions_and_waiting_events_survive_kill_9(functions):
    functions.freshet.client("s3").create_bucket(Bucket="calls")
    functions.create(
        "import boto3\ndef handler(event, context):\n    "
        "boto3.client('s3').put_object(Bucket='calls', Key=event['key'], Body=b'')"
    )
    functions.client.add_permission(
        FunctionName="f",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn="arn:aws:events:us-east-1:000000000000:rule/r",
    )
    functions.client.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"key": "after"}')
    functions.freshet.kill9()
    functions.freshet.restart()
    s3 = functions.freshet.client("s3")
    functions.freshet.until(
        lambda: s3.list_objects_v2(Bucket="calls")["KeyCount"] == 1, advance_ms=1000
    )
    again = functions.freshet.client("lambda")
    statement = json.loads(again.get_policy(FunctionName="f")["Policy"])["Statement"][0]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"} and statement["Condition"][
        "ArnLike"
    ]["AWS:SourceArn"].endswith("rule/r")
    again.remove_permission(FunctionName="f", StatementId="s")
    assert code(again.get_policy, FunctionName="f") == "ResourceNotFoundException"


LOUD = """
import os, sys
def handler(event, context):
    piece = b"x" * 99 + b"\\n"
    for _ in range(event["mb"] * 100):
        os.write(1, piece * 100)
    return "done"
"""


def test_what_a_call_prints_is_bounded_and_the_rest_is_counted(functions):
    functions.create(LOUD)
    answer, raw = functions.call({"mb": 60}, LogType="Tail")
    assert answer == "done" and "FunctionError" not in raw
    tail = base64.b64decode(raw["LogResult"]).decode()
    dropped = int(tail.split("Freshet dropped ")[1].split(" bytes")[0])
    assert tail.splitlines()[-2].startswith("END RequestId") and 50e6 < dropped < 58e6
    functions.freshet.until(
        lambda: functions.freshet.log_messages("/aws/lambda/f", filterPattern="REPORT")
    )
    pages = functions.logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/f")
    lines = [event["message"] for page in pages for event in page["events"]]
    kept = sum(len(line) for line in lines if line.startswith("x"))
    assert 3e6 < kept <= 4 << 20 and abs(kept + dropped - 60e6) < 200
    answer, raw = functions.call({"mb": 0}, LogType="Tail")  # the next call has a bound of its own
    assert answer == "done" and b"dropped" not in base64.b64decode(raw["LogResult"])


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef handler(e, c):\n    while True: os.write(1, b'x' * 65536)",
        "import os\ndef handler(e, c):\n    while True: os.write(2, b'\\n')",
        "def handler(e, c):\n    while True: print('row')",
    ],
)
def test_the_deadline_holds_however_much_a_function_prints(functions, source):
    functions.create(source, Timeout=2)
    began = time.monotonic()
    answer, raw = functions.call(LogType="Tail")
    took = time.monotonic() - began
    assert (
        "Task timed out after 2.00 seconds" in answer["errorMessage"] and took < 2 + 10 + 1
    )  # the start may take its 10 s
    report = base64.b64decode(raw["LogResult"]).decode()
    assert float(report.split("Duration: ")[1].split(" ms")[0]) < 2700


def test_a_thread_that_prints_on_holds_up_no_answer(functions):
    functions.create(
        "import os, threading\ndef loud():\n    while True: os.write(1, b'x' * 99 + b'\\n')\n"
        "def handler(e, c):\n    threading.Thread(target=loud, daemon=True).start()\n    "
        "return 'answered'"
    )
    assert functions.call()[0] == "answered"


def test_lines_of_a_running_call_are_in_the_log(make_freshet):
    functions = Functions(make_freshet(clock="system"))
    functions.create(
        "import time\ndef handler(event, context):\n    print('begun')\n    "
        "time.sleep(event['sleep'])"
    )
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(functions.call, {"sleep": 8})
        functions.freshet.until(lambda: any("begun" in line for line in functions.lines()))
        assert not call.done()
        call.result()


CUT_OFF = """
import os, socket
def handler(event, context):
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    wire = socket.create_connection((host, int(port)))
    path = "/2018-06-01/runtime/invocation/" + context.aws_request_id + "/response"
    head = "POST " + path + " HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1000\\r\\n\\r\\n"
    wire.sendall((head + "[1, 2").encode())
    wire.close()
    if event["then"] == "exit": os._exit(3)
    if event["then"] == "next":
        wire = socket.create_connection((host, int(port)))
        wire.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        wire.recv(1)
    return "whole"
"""


def test_an_answer_that_is_cut_off_is_reported_as_such(functions):
    functions.create(CUT_OFF, Timeout=20)
    assert functions.call({"then": "answer"})[0] == "whole"
    assert functions.call({"then": "exit"})[0]["errorType"] == "Runtime.ExitError"
    answer, raw = functions.call({"then": "next"})
    assert (
        raw["FunctionError"] == "Unhandled" and answer["errorType"] == "Runtime.TruncatedResponse"
    )
    functions.create("def handler(e, c): return 'x' * (7 << 20)", name="large")
    assert functions.call(name="large")[0]["errorType"] == "Function.ResponseSizeTooLarge"


def test_pages_of_log_streams_continue_after_a_name(functions):
    functions.create("import os\ndef handler(e, c): os._exit(0)")
    for count in range(1, 8):  # each call has a process, and a stream, of its own
        functions.call()
        functions.freshet.until(
            lambda: (
                functions.freshet.log_messages("/aws/lambda/f")
                and len(
                    functions.logs.describe_log_streams(logGroupName="/aws/lambda/f")["logStreams"]
                )
                == count
            )
        )
    for order in (
        {},
        {"descending": True},
        {"orderBy": "LastEventTime"},
        {"orderBy": "LastEventTime", "descending": True},
    ):
        whole = functions.logs.describe_log_streams(logGroupName="/aws/lambda/f", **order)[
            "logStreams"
        ]
        paged, token = [], {}
        while True:
            page = functions.logs.describe_log_streams(
                logGroupName="/aws/lambda/f", limit=3, **order, **token
            )
            paged += page["logStreams"]
            assert len(page["logStreams"]) <= 3
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        assert paged == whole and len(whole) == 7


@pytest.mark.parametrize(
    "payload", [b"notjson", b"{", b"[1,]", b"\x87", b'"\xff"', b"{} {}", b"'a'", b"NaN"]
)
def test_a_payload_that_is_not_json_is_refused(functions, payload):
    functions.create("def handler(event, context): return event")
    for more in ({}, {"InvocationType": "Event"}):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            functions.client.invoke(FunctionName="f", Payload=payload, **more)
        assert error.value.response["Error"]["Code"] == "InvalidRequestContentException"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert error.value.response["Error"]["Message"].startswith(
            "Could not parse request body into json: Could not parse payload into json"
        )


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"1", b'"text"', b" [1, 2] ", '{"ü": "€"}'.encode()]
)
def test_any_json_is_a_payload(functions, payload):
    functions.create("def handler(event, context): return event")
    answer = json.loads(
        functions.client.invoke(FunctionName="f", Payload=payload)["Payload"].read()
    )
    assert answer == (json.loads(payload) if payload else {})


def test_the_code_can_be_had_by_its_link(functions):
    functions.create("def handler(event, context): return 1")
    code_of = lambda: functions.client.get_function(FunctionName="f")["Code"]
    assert code_of()["RepositoryType"] == "S3"
    link = code_of()["Location"]
    with urllib.request.urlopen(link, timeout=30) as answer:
        content = answer.read()
        assert answer.headers["Content-Type"] == "application/zip"
    assert (
        base64.b64encode(hashlib.sha256(content).digest()).decode()
        == functions.client.get_function_configuration(FunctionName="f")["CodeSha256"]
    )
    assert (
        zipfile.ZipFile(io.BytesIO(content)).read("app.py")
        == b"def handler(event, context): return 1"
    )

    def refused(url):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(url, timeout=30)
        return error.value.code

    assert refused(link[:-1] + ("0" if link[-1] != "0" else "1")) == 403
    assert (
        refused(link.replace("/f/", "/g/")) == 403
        and refused(link.split("?")[0]) == 403
        and refused(link.replace("until=1", "until=2")) == 403
    )
    functions.client.update_function_code(
        FunctionName="f", ZipFile=zipped("def handler(event, context): return 2")
    )
    assert refused(link) == 404
    link = code_of()["Location"]
    functions.freshet.advance(601_000)
    assert refused(link) == 404


def test_a_log_group_of_its_own(functions):
    made = functions.create(
        (
            "import os\ndef handler(e, c):\n    print('here')\n    return "
            "[os.environ['AWS_LAMBDA_LOG_GROUP_NAME'], c.log_group_name]"
        ),
        LoggingConfig={"LogFormat": "Text", "LogGroup": "/shared/group"},
    )
    assert made["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/shared/group"}
    assert functions.call()[0] == ["/shared/group", "/shared/group"]
    functions.freshet.until(lambda: "here\n" in functions.freshet.log_messages("/shared/group"))
    functions.client.update_function_configuration(
        FunctionName="f", LoggingConfig={"LogGroup": "other"}
    )
    functions.freshet.restart()
    assert functions.client.get_function_configuration(FunctionName="f")["LoggingConfig"] == {
        "LogFormat": "Text",
        "LogGroup": "other",
    }
    assert functions.call()[0][0] == "other"
    assert functions.lines() == []


def test_configurations_say_what_aws_says(functions):
    functions.create("def handler(e, c): pass")
    found = functions.client.get_function(FunctionName="f")["Configuration"]
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}
    assert found["SnapStart"] == {"ApplyOn": "None", "OptimizationStatus": "Off"}
    assert found["RuntimeVersionConfig"]["RuntimeVersionArn"].startswith(
        "arn:aws:lambda:us-east-1::runtime:"
    )
    assert found["TracingConfig"] == {"Mode": "PassThrough"} and found["EphemeralStorage"] == {
        "Size": 512
    }
    assert (
        found["Architectures"] == ["x86_64"]
        and found["PackageType"] == "Zip"
        and found["Version"] == "$LATEST"
    )


DEFAULTS = [
    {"TracingConfig": {"Mode": "PassThrough"}},
    {"EphemeralStorage": {"Size": 512}},
    {"SnapStart": {"ApplyOn": "None"}},
    {"KMSKeyArn": ""},
    {"LoggingConfig": {"LogFormat": "Text"}},
    {"Layers": []},
    {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}},
    {"DeadLetterConfig": {"TargetArn": ""}},
]
KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
UNBUILT = [
    {"TracingConfig": {"Mode": "Active"}},
    {"EphemeralStorage": {"Size": 1024}},
    {"SnapStart": {"ApplyOn": "PublishedVersions"}},
    {"KMSKeyArn": KEY},
    {"LoggingConfig": {"LogFormat": "JSON"}},
    {"LoggingConfig": {"ApplicationLogLevel": "DEBUG"}},
    {"LoggingConfig": {"SystemLogLevel": "WARN"}},
    {"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:l:1"]},
    {"VpcConfig": {"SecurityGroupIds": ["sg-1"]}},
    {"VpcConfig": {"SubnetIds": ["subnet-1"]}},
    {"VpcConfig": {"Ipv6AllowedForDualStack": True}},
    {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:000000000000:q"}},
]


@pytest.mark.parametrize("member", DEFAULTS, ids=str)
def test_a_member_with_the_default_value_is_accepted(functions, member):
    functions.create("def handler(e, c): return 1", **member)
    functions.client.update_function_configuration(FunctionName="f", **member)
    assert functions.call()[0] == 1


@pytest.mark.parametrize("member", UNBUILT, ids=str)
def test_a_member_that_is_not_built_is_refused(functions, member):
    assert (
        code(functions.create, source="def handler(e, c): pass", **member)
        == "InvalidParameterValueException"
    )
    assert functions.client.list_functions()["Functions"] == []
    functions.create("def handler(e, c): pass")
    assert (
        code(functions.client.update_function_configuration, FunctionName="f", **member)
        == "InvalidParameterValueException"
    )


@pytest.mark.parametrize(
    "member",
    [
        {"Publish": True},
        {"Architectures": ["arm64"]},
        {"S3ObjectVersion": "1", "S3Bucket": "bucket", "S3Key": "k"},
        {"ImageUri": "i"},
        {"SourceKMSKeyArn": KEY},
        {"S3Bucket": "bucket", "S3Key": "k", "ZipFile": zipped("")},
    ],
    ids="-".join,
)
def test_code_that_is_not_built_is_refused(functions, member):
    functions.create("def handler(e, c): return 'first'")
    revision = lambda: functions.client.get_function_configuration(FunctionName="f")["RevisionId"]
    before = revision()
    more = (
        {}
        if member.get("S3Bucket") or "ImageUri" in member
        else {"ZipFile": zipped("def handler(e, c): return 'second'")}
    )
    assert (
        code(functions.client.update_function_code, FunctionName="f", **more, **member)
        == "InvalidParameterValueException"
    )
    assert revision() == before and functions.call()[0] == "first"


def test_a_file_does_not_grow_past_the_ephemeral_storage(functions):
    functions.create("""
import errno, os, tempfile
def handler(event, context):
    with tempfile.TemporaryFile() as file:
        file.truncate(512 << 20)
        try:
            file.truncate((512 << 20) + 1)
        except OSError as error:
            return [os.fstat(file.fileno()).st_size >> 20, errno.errorcode[error.errno]]
""")
    assert functions.call()[0] == [512, "EFBIG"]
