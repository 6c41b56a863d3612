"""A server with 512 MiB of address space survives inputs that once cost gigabytes."""

import base64
import concurrent.futures
import importlib.util
import io
import json
import pathlib
import random
import socket
import sys
import urllib.parse
import urllib.request
import zipfile

import pytest

# By its path: another folder's conftest may have the name already.
SPEC = importlib.util.spec_from_file_location(
    "server_of_tests", pathlib.Path(__file__).resolve().parent.parent / "conftest.py"
)
SERVER = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(SERVER)


CAP_BYTES = 512 << 20
ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"


class Capped(SERVER.Freshet):
    def command(self, *arguments):
        return ["prlimit", f"--as={CAP_BYTES}", *super().command(*arguments)]

    def resident_bytes(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024


@pytest.fixture
def capped(tmp_path):
    server = Capped(tmp_path)
    yield server
    assert server.process.poll() is None, server.server_log()[-3000:]
    server.close()


class Application:
    """A stream of one shard that feeds an application with a column A, and its output."""

    def __init__(self, server, type, format="CSV", output="error_stream", path=None):
        self.server, self.kinesis, self.client = (
            server,
            server.client("kinesis"),
            server.client("kinesisanalytics"),
        )
        for name in ("in", "out"):
            self.kinesis.create_stream(StreamName=name, ShardCount=1)
        mapping = {
            "JSON": {"JSONMappingParameters": {"RecordRowPath": "$"}},
            "CSV": {
                "CSVMappingParameters": {"RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}
            },
        }[format]
        column = {"Name": "A", "SqlType": type, **({"Mapping": path} if path else {})}
        self.client.create_application(
            ApplicationName="app",
            ApplicationCode=(
                f"CREATE STREAM D (A {type}); CREATE PUMP P AS INSERT INTO D SELECT STREAM A "
                'FROM "SOURCE_SQL_STREAM_001";'
            ),
            Inputs=[
                {
                    "NamePrefix": "SOURCE_SQL_STREAM",
                    "KinesisStreamsInput": {
                        "ResourceARN": ARN.format("kinesis", "stream/in"),
                        "RoleARN": ROLE,
                    },
                    "InputSchema": {
                        "RecordFormat": {"RecordFormatType": format, "MappingParameters": mapping},
                        "RecordColumns": [column],
                    },
                }
            ],
            Outputs=[
                {
                    "Name": output,
                    "KinesisStreamsOutput": {
                        "ResourceARN": ARN.format("kinesis", "stream/out"),
                        "RoleARN": ROLE,
                    },
                    "DestinationSchema": {"RecordFormatType": "JSON"},
                }
            ],
        )
        self.client.start_application(
            ApplicationName="app",
            InputConfigurations=[
                {
                    "Id": "1.1",
                    "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
                }
            ],
        )
        self.iterator = self.kinesis.get_shard_iterator(
            StreamName="out", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def put(self, *data):
        for one in data:
            self.kinesis.put_record(StreamName="in", Data=one, PartitionKey="k")

    def rows(self):
        answer = self.kinesis.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        return [json.loads(record["Data"]) for record in answer["Records"]]

    def rows_until(self, count):
        rows = []

        def enough():
            rows.extend(self.rows())
            return len(rows) >= count

        self.server.until(enough, tries=6000, advance_ms=200)
        return rows


def test_one_letter_lines_into_an_integer_column(capped):
    application = Application(capped, "INTEGER")
    application.put(*[b"x\n" * 500_000] * 3, b"y\n")
    told = left_out = 0
    while told + left_out < 1_500_001:
        for row in application.rows_until(1):
            if row["ERROR_NAME"] == "Rows left out":
                left_out += int(row["MESSAGE"].split()[0])
                assert row["MESSAGE"].endswith("column A: 'x' is not a value of INTEGER")
            else:
                told += 1
    assert told + left_out == 1_500_001
    assert "rows that failed are not in error_stream one by one" in capped.server_log()
    assert capped.resident_bytes() < 200 << 20


def test_one_letter_lines_that_fit(capped):
    application = Application(capped, "VARCHAR(4)", output="D")
    application.put(*[b"x\n" * 100_000] * 3)
    assert sum(row["A"] == "x" for row in application.rows_until(300_000)) == 300_000


@pytest.mark.parametrize(
    "payload",
    [
        b"{\n" * 500_000,
        b'{"A":' * 200_000,
        b"[" * 1_000_000,
        b'"' * 1_000_000,
        b"{}" * 150_000,
        b"\\" * 1_000_000,
        b'{"A":"' + b"x" * 1_000_000 + b'"}',
        b'{"B":[' + b"{}," * 150_000 + b"{}]}",
    ],
    ids=[
        "never closed",
        "deep",
        "brackets",
        "quotes",
        "empty documents",
        "backslashes",
        "a long text",
        "many elements",
    ],
)
def test_json_that_is_wrong_or_nearly_empty(capped, payload):
    application = Application(capped, "VARCHAR(65535)", format="JSON", output="D", path="$.A")
    application.put(*[payload] * 3, b'{"A":"last"}')
    rows = []
    while not rows or rows[-1]["A"] != "last":
        rows = application.rows_until(1)


def test_blanks_of_a_wide_column(capped):
    application = Application(capped, "CHAR(65535)", format="JSON", path="$.A")
    application.put(b'{"A":""}\n' * 100_000)
    [row] = application.rows_until(1)
    assert row["MESSAGE"].startswith("the record makes more than")


class Queries:
    """Athena on a capped server; the worker is a process of its own with the same cap."""

    def __init__(self, server):
        self.server, self.s3, self.athena = server, server.client("s3"), server.client("athena")
        self.s3.create_bucket(Bucket="out")

    def run(self, sql):
        query = self.athena.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": "s3://out/"}
        )["QueryExecutionId"]

        def ended():
            found = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            return found if found["Status"]["State"] not in ("QUEUED", "RUNNING") else None

        return self.server.until(ended, tries=6000)


@pytest.mark.parametrize(
    "before, behind",
    [
        ("greatest(", ", 1)"),
        ("least(", ", 1)"),
        ("nullif(", ", 7)"),
        ("CASE ", " WHEN 1 THEN 2 WHEN 3 THEN 4 WHEN 5 THEN 6 ELSE 1 END"),
        ("ARRAY[", "][1]"),
        ("transform(ARRAY[", "], x -> x)[1]"),
        ("array_max(ARRAY[", ", 1])"),
        ("CAST(date_diff('day', now(), now() + interval '1' day * ", ") AS integer)"),
        ("CAST(to_unixtime(date_trunc('month', from_unixtime(", "))) AS integer)"),
        ("if(contains(ARRAY[1], ", "), 1, 2)"),
    ],
)
def test_calls_within_calls_do_not_double(capped, before, behind):
    queries = Queries(capped)
    execution = queries.run("SELECT " + before * 22 + "3" + behind * 22)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert queries.run("SELECT 1")["Status"]["State"] == "SUCCEEDED"
    assert capped.resident_bytes() < 256 << 20


def test_a_result_is_not_held_by_the_server(capped):
    queries = Queries(capped)
    before = capped.resident_bytes()
    execution = queries.run(
        "SELECT rpad('', 1000, 'x'), y FROM UNNEST(sequence(1, 400)) AS a(x) CROSS JOIN "
        "UNNEST(sequence(1, 400)) AS b(y)"
    )
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    location = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://out/")
    assert queries.s3.head_object(Bucket="out", Key=location)["ContentLength"] > 160_000_000
    assert capped.resident_bytes() - before < 96 << 20
    assert not list((capped.directory / "data" / "query-spill").glob("result-*"))


def create_function(server, source, **files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
        for name, content in files.items():
            archive.writestr(name, content)
    server.client("s3").create_bucket(Bucket="code")
    server.client("s3").put_object(Bucket="code", Key="f.zip", Body=buffer.getvalue())
    client = server.client("lambda")
    client.create_function(
        FunctionName="f",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=ROLE,
        Handler="app.handler",
        Timeout=300,
        Code={"S3Bucket": "code", "S3Key": "f.zip"},
    )
    return client


@pytest.mark.parametrize(
    "piece",
    [r"('x' * 99 + '\n') * 1000", "'x' * 1_000_000", r"'\n' * 10_000"],
    ids=["lines", "no line end", "empty lines"],
)
def test_what_a_function_prints(capped, piece):
    client = create_function(
        capped,
        f"""
import sys
def handler(event, context):
    piece, left = {piece}, 200_000_000
    while left > 0:
        sys.stdout.write(piece)
        left -= len(piece)
""",
    )
    for _ in range(3):
        answer = client.invoke(FunctionName="f", LogType="Tail", Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()
        assert b"Freshet dropped" in base64.b64decode(answer["LogResult"])
    assert capped.resident_bytes() < 200 << 20


def test_code_that_clients_do_not_read(capped):
    client = create_function(
        capped, "def handler(event, context): return 1", blob=random.Random(7).randbytes(8_000_000)
    )
    before = capped.resident_bytes()
    link = urllib.parse.urlsplit(client.get_function(FunctionName="f")["Code"]["Location"])
    request = f"GET {link.path}?{link.query} HTTP/1.1\r\nHost: {link.netloc}\r\n\r\n".encode()
    clients, statuses = [], []
    for _ in range(60):
        clients.append(socket.create_connection((link.hostname, link.port)))
        clients[-1].sendall(request)
        statuses.append(int(clients[-1].recv(1024, socket.MSG_PEEK).split()[1]))
    assert sorted(statuses) == [200] * 8 + [503] * 52
    assert capped.resident_bytes() - before < 128 << 20
    for one in clients:
        one.close()

    def read():  # one that has gone holds nothing
        with socket.create_connection((link.hostname, link.port)) as one:
            one.sendall(request)
            return one.recv(1024).split()[1] == b"200"

    capped.until(read)


def test_large_code_that_is_sent_and_unpacked_at_once(capped):
    client = create_function(
        capped, "def handler(event, context): return 1", blob=random.Random(7).randbytes(20_000_000)
    )
    for name in ("g", "h"):
        client.create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Role=ROLE,
            Handler="app.handler",
            Timeout=300,
            Code={"S3Bucket": "code", "S3Key": "f.zip"},
        )
    link = client.get_function(FunctionName="f")["Code"]["Location"]

    def download():
        with urllib.request.urlopen(link, timeout=60) as answer:
            return len(answer.read())

    def call(name):
        return client.invoke(FunctionName=name)["Payload"].read()

    with concurrent.futures.ThreadPoolExecutor() as pool:
        downloads = [pool.submit(download) for _ in range(3)]
        calls = [pool.submit(call, name) for name in "fgh"]
        assert [one.result() > 20_000_000 for one in downloads] == [True] * 3
        assert [one.result() for one in calls] == [b"1"] * 3
