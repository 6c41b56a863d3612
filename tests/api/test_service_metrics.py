"""What applications, deliveries, functions, queries and the catalog measure, in Prometheus and in
CloudWatch.
"""

import contextlib
import io
import json
import os
import re
import resource
import select
import socket
import zipfile

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from test_cloudwatch import START, at, client
from test_kinesisanalytics import ARN, ROLE, Applications


def zipped(source):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("f.py", source)
    return memory.getvalue()


@pytest.fixture
def busy(freshet):
    """An application, two delivery streams (one fails), a function that fails once, and two
    queries; then a minute passes.
    """
    freshet.client("s3").create_bucket(Bucket="lake")
    firehose = freshet.client("firehose")
    for name, bucket in (("out", "lake"), ("lost", "nowhere")):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{bucket}",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 10},
            },
        )
        firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"12345"}] * 3)
    functions = freshet.client("lambda")
    functions.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="f.handler",
        Code={"ZipFile": zipped("def handler(event, context):\n    return 1 / event\n")},
    )
    for value in (1, 2, 0):
        functions.invoke(FunctionName="f", Payload=json.dumps(value).encode())
    athena = freshet.client("athena")
    for sql in ("SELECT 1", "SELECT nothing FROM nowhere"):
        query = athena.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": "s3://lake/results/"}
        )["QueryExecutionId"]
        freshet.until(
            lambda: (
                athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"][
                    "State"
                ]
                in ("SUCCEEDED", "FAILED")
            )
        )
    glue = freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(DatabaseName="d", TableInput={"Name": "t"})
    applications = Applications(freshet)
    applications.create()
    applications.start()
    applications.put("STREET,1", "STREET,2\nALLEY,3\n", "bad")
    freshet.advance(59_000)
    applications.wait(2)

    def deliveries():
        lines = freshet.get("/_freshet/metrics")
        return re.search(
            r'^freshet_delivery_records_delivered_total\{.*"out".*\} 3$', lines, re.M
        ) and re.search(r'^freshet_delivery_failing\{.*"lost".*\} 1$', lines, re.M)

    freshet.until(deliveries)
    return freshet


def value(cloudwatch, space, name, stat="Sum", **dimensions):
    query = {
        "Id": "q",
        "MetricStat": {
            "Stat": stat,
            "Period": 60,
            "Metric": {
                "Namespace": space,
                "MetricName": name,
                "Dimensions": [
                    {"Name": key, "Value": one} for key, one in sorted(dimensions.items())
                ],
            },
        },
    }
    (result,) = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=START, EndTime=at(7200)
    )["MetricDataResults"]
    return sum(result["Values"]) if stat == "Sum" else max(result["Values"], default=None)


def test_cloudwatch_has_them_by_the_names_of_aws(busy):
    cloudwatch = busy.client("cloudwatch")
    busy.until(
        lambda: (
            value(
                cloudwatch,
                "AWS/KinesisAnalytics",
                "Records",
                Application="app",
                Flow="Input",
                Id="1.1",
            )
            == 3
        ),
        advance_ms=60_000,
    )
    of = {"space": "AWS/KinesisAnalytics", "Application": "app"}
    busy.until(
        lambda: value(cloudwatch, name="Records", Flow="Output", Id="2.1", **of) == 2,
        advance_ms=60_000,
    )
    assert value(cloudwatch, name="Bytes", Flow="Input", Id="1.1", **of) > 20
    assert (
        value(cloudwatch, name="MillisBehindLatest", stat="Maximum", Flow="Input", Id="1.1", **of)
        == 0
    )

    of = {"space": "AWS/Firehose", "DeliveryStreamName": "out"}
    assert (
        value(cloudwatch, name="IncomingRecords", **of)
        == value(cloudwatch, name="DeliveryToS3.Records", **of)
        == 3
    )
    assert (
        value(cloudwatch, name="IncomingBytes", **of)
        == value(cloudwatch, name="DeliveryToS3.Bytes", **of)
        == 15
    )
    assert value(cloudwatch, name="DeliveryToS3.Success", stat="Average", **of) == 1
    of["DeliveryStreamName"] = "lost"
    assert value(cloudwatch, name="DeliveryToS3.Success", stat="Average", **of) == 0
    assert value(cloudwatch, name="DeliveryToS3.DataFreshness", stat="Maximum", **of) >= 59

    of = {"space": "AWS/Lambda", "FunctionName": "f"}
    assert [
        value(cloudwatch, name=name, **of) for name in ("Invocations", "Errors", "Throttles")
    ] == [3, 1, 0]
    assert value(cloudwatch, name="Duration", stat="SampleCount", **of) == 3

    of = {"space": "AWS/Athena", "WorkGroup": "primary", "QueryType": "DML"}
    for state in ("SUCCEEDED", "FAILED"):
        assert (
            value(cloudwatch, name="TotalExecutionTime", stat="SampleCount", QueryState=state, **of)
            == 1
        )
        assert (
            value(cloudwatch, name="ProcessedBytes", stat="SampleCount", QueryState=state, **of)
            == 1
        )
    spaces = {
        one["Namespace"]
        for page in cloudwatch.get_paginator("list_metrics").paginate()
        for one in page["Metrics"]
    }
    assert {
        "AWS/KinesisAnalytics",
        "AWS/Firehose",
        "AWS/Lambda",
        "AWS/Athena",
        "AWS/Kinesis",
    } <= spaces


def signed_call(freshet, payload):
    """Invokes f over a raw socket: a thousand boto3 clients would need a thousand threads."""
    request = AWSRequest(
        "POST",
        f"{freshet.endpoint}/2015-03-31/functions/f/invocations",
        data=payload,
        headers={"Host": f"127.0.0.1:{freshet.port}"},
    )
    SigV4Auth(Credentials("test", "test"), "lambda", "us-east-1").add_auth(request)
    lines = [
        "POST /2015-03-31/functions/f/invocations HTTP/1.1",
        *(f"{name}: {text}" for name, text in request.headers.items()),
        f"Content-Length: {len(payload)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + payload


def test_calls_that_were_throttled_are_counted_apart(freshet):
    """16 calls run and 1000 wait; further calls are refused, and count neither as invocations nor
    as errors.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    freshet.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="f.handler",
        Timeout=900,
        Code={
            "ZipFile": zipped(
                "import threading\ndef handler(event, context):\n    threading.Event().wait()\n"
            )
        },
    )
    with contextlib.ExitStack() as stack:
        callers = [
            stack.enter_context(socket.create_connection(("127.0.0.1", freshet.port)))
            for _ in range(16 + 1000 + 5)
        ]
        for caller in callers:
            caller.sendall(signed_call(freshet, b"{}"))
        poll = select.poll()
        for caller in callers:
            poll.register(caller, select.POLLIN)
        refused = freshet.until(lambda: len(poll.poll(0)) == 5 and poll.poll(0))
        for caller, _ in refused:
            answer = socket.socket(fileno=os.dup(caller)).recv(4096)
            assert answer.startswith(b"HTTP/1.1 429 ") and b"TooManyRequestsException" in answer
        assert re.search(
            r"^freshet_function_throttles_total\{.*\} 5$", freshet.get("/_freshet/metrics"), re.M
        )
        cloudwatch, of = freshet.client("cloudwatch"), {"space": "AWS/Lambda", "FunctionName": "f"}
        freshet.until(lambda: value(cloudwatch, name="Throttles", **of) == 5, advance_ms=60_000)
        assert [value(cloudwatch, name=name, **of) for name in ("Invocations", "Errors")] == [0, 0]


def test_an_event_that_was_throttled_keeps_its_attempts(freshet, tmp_path):
    """Its function is called once there is a free process, however often there was none."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    client = freshet.client("lambda")
    client.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="f.handler",
        Timeout=900,
        Code={
            "ZipFile": zipped(
                "import os, time\ndef handler(event, context):\n    while not "
                "os.path.exists(event['until']): time.sleep(0.1)\n    open(event['done'], "
                "'w')\n"
            )
        },
    )
    gate, done = tmp_path / "gate", tmp_path / "done"
    body = json.dumps({"until": str(gate), "done": os.devnull}).encode()
    with contextlib.ExitStack() as stack:
        callers = [
            stack.enter_context(socket.create_connection(("127.0.0.1", freshet.port)))
            for _ in range(16 + 1000 + 1)
        ]
        for caller in callers:
            caller.sendall(signed_call(freshet, body))
        poll = select.poll()
        for caller in callers:
            poll.register(caller, select.POLLIN)
        freshet.until(lambda: len(poll.poll(0)) == 1)  # all places are taken: one was refused
        assert (
            client.invoke(
                FunctionName="f",
                InvocationType="Event",
                Payload=json.dumps({"until": os.devnull, "done": str(done)}),
            )["StatusCode"]
            == 202
        )
        for tries in range(2, 6):
            freshet.until(
                lambda: (
                    f"}} {tries}"
                    in re.search(
                        r"^freshet_function_throttles_total.*$",
                        freshet.get("/_freshet/metrics"),
                        re.M,
                    )[0]
                )
            )
            freshet.advance(60_000)
        assert not done.exists()
        gate.touch()
    freshet.until(done.exists, advance_ms=60_000)


def test_prometheus_has_them_at_once(busy):
    lines = busy.get("/_freshet/metrics")
    found = {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in lines.splitlines()
        if line and not line.startswith("#")
    }

    def of(family, **labels):
        return sum(
            one
            for name, one in found.items()
            if name.startswith(family + "{")
            and all(f'{key}="{text}"' in name for key, text in labels.items())
        )

    assert of("freshet_application_records_in_total", application="app") == 3
    assert of("freshet_application_rows_out_total", application="app") == 2
    assert of("freshet_application_error_rows_total", application="app") == 1
    assert (
        of("freshet_delivery_records_in_total", delivery_stream="out")
        == of("freshet_delivery_records_delivered_total", delivery_stream="out")
        == 3
    )
    assert (
        of("freshet_delivery_failing", delivery_stream="lost") == 1
        and of("freshet_delivery_failures_total", delivery_stream="lost") >= 1
    )
    assert (
        of("freshet_function_calls_total", function="f") == 3
        and of("freshet_function_failures_total", function="f") == 1
    )
    assert of("freshet_query_executions_total", work_group="primary", state="SUCCEEDED") == 1
    assert of("freshet_query_executions_total", work_group="primary", state="FAILED") == 1
    assert of("freshet_catalog_tables") == 1
    for line in lines.splitlines():
        assert re.fullmatch(r"#.*|[a-z_]+(\{.*\})? \S+", line), line
    assert len(re.findall("^# TYPE (\\S+)", lines, re.M)) == len(
        set(re.findall("^# TYPE (\\S+)", lines, re.M))
    )
