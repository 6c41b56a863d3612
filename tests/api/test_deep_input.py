"""Every parser of user input gets nesting and chains up to its body limit, in a server with small
stacks: it answers or returns an error, and the server keeps running.
"""

import json
import struct
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions
import pytest

import conftest
from application_input import csv_input

STACK_BYTES = 512 * 1024  # of the main thread and of every other
ROLE = "arn:aws:iam::000000000000:role/any"


class SmallStacks(conftest.Freshet):
    def command(self, *arguments):
        return ["prlimit", f"--stack={STACK_BYTES}", *super().command(*arguments)]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    server = SmallStacks(tmp_path_factory.mktemp("small"))
    server.client("s3").create_bucket(Bucket="deep")
    yield server
    server.close()


@pytest.fixture
def alive(small):
    yield small
    assert small.process.poll() is None, small.server_log()[-3000:]
    assert small.get("/_freshet/health")


def refused_or_done(call, **arguments):
    """None, or the error: never a lost connection."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (*range(400, 500), 501), (
            error
        )
        return error


def post(server, target, body, content_type="application/x-amz-json-1.1"):
    """Bytes that no client would send."""
    request = urllib.request.Request(
        server.endpoint + "/", body, {"Content-Type": content_type, "X-Amz-Target": target}
    )
    try:
        return urllib.request.urlopen(request, timeout=60).status
    except urllib.error.HTTPError as error:
        assert error.code < 500, error
        return error.code


def query(server, sql):
    athena = server.client("athena")
    started = refused_or_done(
        athena.start_query_execution,
        QueryString=sql,
        ResultConfiguration={"OutputLocation": "s3://deep/r/"},
    )
    if started:
        return str(started)
    newest = athena.list_query_executions(MaxResults=1)["QueryExecutionIds"][0]

    def ended():
        found = athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["Status"]
        return found if found["State"] not in ("QUEUED", "RUNNING") else None

    status = server.until(ended, tries=4000)
    return status.get("StateChangeReason", status["State"])


STATEMENT = 262_000
DEEP = "too deeply nested"


@pytest.mark.parametrize(
    "before, middle, behind, says",
    [
        ("(", "1", ")", DEEP),
        ("abs(", "1", ")", DEEP),
        ("NOT ", "true", "", DEEP),
        ("- ", "1", "", DEEP),
        ("CAST(", "1", " AS integer)", DEEP),
        ("(SELECT ", "1", ")", DEEP),
        ("CASE WHEN true THEN ", "1", " END", DEEP),
        ("ARRAY[", "1", "]", DEEP),
        ("ROW(", "1", ")", DEEP),
        ("transform(ARRAY[1], x -> ", "x", ")", DEEP),
    ],
)
def test_athena_nesting(alive, before, middle, behind, says):
    times = STATEMENT // len(before + behind)
    assert says in query(alive, "SELECT " + before * times + middle + behind * times)


@pytest.mark.parametrize(
    "first, more, last, says",
    [
        ("SELECT 1 WHERE 1 = 1", " OR 1 = 2", "", "SUCCEEDED"),
        ("SELECT 1 WHERE 1 IN (1", ", 1", ")", "SUCCEEDED"),
        ("SELECT 'a'", "||'a'", "", "SUCCEEDED"),
        ("SELECT ARRAY[1]", "[1]", "", DEEP),
        ("SELECT ROW(1)", ".a", "", DEEP),
        ("SELECT 1", "+1", "", "SUCCEEDED"),
        ("SELECT 1", "+1-1*2%3", "", "SUCCEEDED"),
        ("SELECT DECIMAL '1'", "+DECIMAL '1'", "", "not supported"),
        ("SELECT 1", " IS NULL", "", DEEP),
        ("SELECT 1 FROM (VALUES 1)", ", (VALUES 1)", "", DEEP),
        ("SELECT 1 FROM (VALUES 1)", " JOIN (VALUES 1) ON true", "", DEEP),
        ("SELECT 1", " EXCEPT SELECT 1 UNION ALL SELECT 2", "", DEEP),
        ("SELECT 1", " UNION SELECT 1", "", "more than 2000 parts"),
        ("SELECT a", ".a", "", ""),
        ("SELECT 1 GROUP BY CUBE (1", ", 1", ")", "grouping sets"),
        ("WITH a AS (SELECT 1)", ", a AS (SELECT 1)", " SELECT 1", "SUCCEEDED"),
        ("SELECT ARRAY[1", "[1", "", DEEP),
    ],
)
def test_athena_chains(alive, first, more, last, says):
    size = 24_000 if says == "SUCCEEDED" else STATEMENT  # the engine's time does not matter here
    assert says in query(alive, first + more * (size // len(more)) + last)


def test_athena_ddl_and_types(alive):
    for type in (
        "array<" * 20_000 + "int" + ">" * 20_000,
        "struct<a:" * 9_000 + "int" + ">" * 9_000,
        "map<int," * 9_000 + "int" + ">" * 9_000,
        "array<" * 60_000,
    ):
        query(alive, f"CREATE EXTERNAL TABLE deep (a {type}) LOCATION 's3://deep/deep/'")
    query(
        alive,
        "CREATE EXTERNAL TABLE wide ("
        + ", ".join(f"c{i} int" for i in range(20_000))
        + ") LOCATION 's3://deep/wide/'",
    )
    query(alive, "ALTER TABLE t ADD " + "PARTITION (a='1') " * 10_000)
    query(alive, "SELECT CAST(NULL AS " + "array(" * 30_000 + "integer" + ")" * 30_000 + ")")
    assert query(alive, "SELECT 1") == "SUCCEEDED"


def application(server, expression, name="deep"):
    return refused_or_done(
        server.client("kinesisanalytics").create_application,
        ApplicationName=name,
        ApplicationCode=(
            "CREATE STREAM D (A INTEGER); CREATE PUMP P AS INSERT INTO D SELECT STREAM "
            f'{expression} FROM "S_001";'
        ),
        Inputs=[
            csv_input(
                "arn:aws:kinesis:us-east-1:000000000000:stream/in",
                ROLE,
                {"A": "INTEGER"},
                prefix="S",
            )
        ],
    )


CODE = 102_000


@pytest.mark.parametrize(
    "text",
    [
        "A" + "+A" * (CODE // 2),
        "A" + "*A" * (CODE // 2),
        "CHAR_LENGTH('a'" + "||'a'" * (CODE // 6) + ")",
        "CASE WHEN A=1" + " OR A=1" * (CODE // 8) + " THEN 1 END",
        "CASE WHEN A IN (1" + ",1" * (CODE // 3) + ") THEN 1 END",
        "(" * (CODE // 2) + "A" + ")" * (CODE // 2),
        "ABS(" * (CODE // 5) + "A" + ")" * (CODE // 5),
        "CASE A WHEN 1 THEN " * (CODE // 23) + "A" + " END" * (CODE // 23),
        "NOT " * (CODE // 4) + "TRUE",
        "-" * CODE + "A",
        "A" + ".A" * (CODE // 2),
    ],
)
def test_streaming_code(alive, text):
    application(alive, text)
    refused_or_done(
        alive.client("kinesisanalytics").delete_application,
        ApplicationName="deep",
        CreateTimestamp=0,
    )


def test_json_cbor_and_xml_bodies(alive):
    deep = 100_000
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        body = opened * deep + "1" + closed * deep
        for target in (
            "Kinesis_20131202.PutRecord",
            "AWSGlue.CreateTable",
            "DynamoDB_20120810.PutItem",
            "AmazonAthena.StartQueryExecution",
            "AWSEvents.PutRule",
        ):
            assert post(alive, target, body.encode()) == 400
            assert post(alive, target, (opened * deep).encode()) == 400
    for body in (
        b"\x81" * deep,
        b"\xa1\x61a" * deep,
        b"\xd9\xd9\xf7" * deep,
        b"\x9f" * deep,
        b"\xbf\x61a" * deep,
    ):
        assert post(alive, "Kinesis_20131202.PutRecord", body, "application/x-amz-cbor-1.1") == 400
    for body in (
        "<a>" * deep,
        "<a>" * deep + "</a>" * deep,
        "<Delete>" + "<Object>" * deep,
        "<Delete>" + "<Object><Key>k</Key></Object>" * 5_000 + "</Delete>",
    ):
        request = urllib.request.Request(
            alive.endpoint + "/deep?delete", body.encode(), method="POST"
        )
        try:
            urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            assert error.code < 500


def attribute(depth):
    value = {"S": "x"}
    for _ in range(depth):
        value = {"L": [value]}
    return value


def test_dynamodb_items_and_expressions(alive):
    dynamodb = alive.client("dynamodb")
    refused_or_done(
        dynamodb.create_table,
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for depth in (10, 31, 33):
        refused_or_done(
            dynamodb.put_item, TableName="t", Item={"k": {"S": "1"}, "v": attribute(depth)}
        )
    deep = (
        '{"TableName":"t","Item":{"k":{"S":"1"},"v":'
        + '{"L":[' * 50_000
        + '{"S":"x"}'
        + "]}" * 50_000
        + "}}"
    )
    assert (
        post(alive, "DynamoDB_20120810.PutItem", deep.encode(), "application/x-amz-json-1.0") == 400
    )
    for expression in (
        "(" * 100_000 + "k = :v" + ")" * 100_000,
        "NOT " * 100_000 + "k = :v",
        "k = :v" + " OR k = :v" * 50_000,
        "k IN (:v" + ",:v" * 50_000 + ")",
        "a" + ".a" * 50_000 + " = :v",
        "a" + "[0]" * 50_000 + " = :v",
        "size(" * 50_000 + "k" + ")" * 50_000 + " = :v",
        "(" * 50_000,
        "(" * 1300 + "k = :v" + ")" * 1300,
        "k = :v" + " AND k = :v" * 300,
        "NOT " * 900 + "k = :v",
    ):
        refused_or_done(
            dynamodb.scan,
            TableName="t",
            FilterExpression=expression,
            ExpressionAttributeValues={":v": {"S": "1"}},
        )
        refused_or_done(
            dynamodb.put_item,
            TableName="t",
            Item={"k": {"S": "1"}},
            ConditionExpression=expression,
            ExpressionAttributeValues={":v": {"S": "1"}},
        )
    for expression in (
        "SET a = " + "(" * 50_000,
        "SET a = a" + " + :v" * 50_000,
        "SET a = " + "if_not_exists(a, " * 20_000 + ":v" + ")" * 20_000,
        "SET a" + ".a" * 50_000 + " = :v",
        "SET a = :v" + ", a = :v" * 50_000,
        "SET a = " + "list_append(:v, " * 230 + ":v" + ")" * 230,
    ):
        refused_or_done(
            dynamodb.update_item,
            TableName="t",
            Key={"k": {"S": "1"}},
            UpdateExpression=expression,
            ExpressionAttributeValues={":v": {"N": "1"}},
        )
    refused_or_done(dynamodb.scan, TableName="t", ProjectionExpression="a" + ".a" * 50_000)


def test_glue_expressions_and_types(alive):
    glue = alive.client("glue")
    refused_or_done(glue.create_database, DatabaseInput={"Name": "d"})
    storage = {
        "Columns": [{"Name": "a", "Type": "int"}],
        "Location": "s3://deep/t/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "x",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    }
    refused_or_done(
        glue.create_table,
        DatabaseName="d",
        TableInput={
            "Name": "t",
            "StorageDescriptor": storage,
            "PartitionKeys": [{"Name": "p", "Type": "string"}],
        },
    )
    refused_or_done(
        glue.create_partition,
        DatabaseName="d",
        TableName="t",
        PartitionInput={"Values": ["1"], "StorageDescriptor": storage},
    )
    for expression in (
        "(" * 1_000 + "p = '1'" + ")" * 1_000,
        "NOT " * 500 + "p = '1'",
        "p = '1'" + " OR p = '1'" * 170,
        "p = '1'" + " AND p = '1'" * 170,
        "p IN ('1'" + ",'1'" * 480 + ")",
        "(" * 2_000,
        "NOT (" * 400 + "p = '1'" + ")" * 400,
    ):
        refused_or_done(glue.get_partitions, DatabaseName="d", TableName="t", Expression=expression)
        assert (
            post(
                alive,
                "AWSGlue.GetPartitions",
                json.dumps(
                    {"DatabaseName": "d", "TableName": "t", "Expression": expression * 30}
                ).encode(),
            )
            < 500
        )
    for type in (
        "array<" * 10_000 + "int" + ">" * 10_000,
        "struct<a:" * 10_000,
        "map<int," * 10_000,
    ):
        refused_or_done(
            glue.create_table,
            DatabaseName="d",
            TableInput={
                "Name": "deep",
                "StorageDescriptor": {**storage, "Columns": [{"Name": "a", "Type": type}]},
            },
        )
        query(alive, "SELECT * FROM d.deep")
        refused_or_done(glue.delete_table, DatabaseName="d", Name="deep")


def nested_json(depth):
    return "[" * depth + "]" * depth


def test_policies_patterns_and_schedules(alive):
    iam, events = alive.client("iam"), alive.client("events")
    for depth in (2_000, 40_000):  # deeper than Python's own client goes
        for document in (
            nested_json(depth),
            '{"Version":"2012-10-17","Statement":' + nested_json(depth) + "}",
            '{"a":' * depth + "1" + "}" * depth,
        ):
            for action, parameter in (
                ("CreateRole", "AssumeRolePolicyDocument"),
                ("CreatePolicy", "PolicyDocument"),
            ):
                form = urllib.parse.urlencode(
                    {
                        "Action": action,
                        "Version": "2010-05-08",
                        "RoleName": "r",
                        "PolicyName": "p",
                        parameter: document,
                    }
                )
                assert post(alive, "", form.encode(), "application/x-www-form-urlencoded") >= 400
    for document in (
        nested_json(300),
        '{"Version":"2012-10-17","Statement":' + nested_json(300) + "}",
        '{"a":' * 300 + "1" + "}" * 300,
    ):
        refused_or_done(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document)
        refused_or_done(iam.create_policy, PolicyName="p", PolicyDocument=document)
        refused_or_done(alive.client("s3").put_bucket_policy, Bucket="deep", Policy=document)
    for pattern in (
        '{"a":' * 600 + "[1]" + "}" * 600,
        '{"a":[' * 400 + "1" + "]}" * 400,
        nested_json(900),
    ):
        refused_or_done(events.put_rule, Name="r", EventPattern=pattern)
    for schedule in (
        "cron(" + "*," * 120 + " * * * ? *)",
        "cron(" * 50,
        "rate(" * 50,
        "cron(0/" + "0/" * 100 + " * * * ? *)",
    ):
        refused_or_done(events.put_rule, Name="r", ScheduleExpression=schedule)
        refused_or_done(
            alive.client("glue").create_crawler,
            Name="c",
            Role="r",
            Targets={
                "S3Targets": [
                    {
                        "Path": "s3://deep/",
                        "Exclusions": ["{" * 1_000, "[" * 1_000, "**" * 500 + "x"],
                    }
                ]
            },
            Schedule=schedule[:250],
        )


def test_firehose_prefixes_and_quicksight(alive):
    firehose = alive.client("firehose")
    for prefix in (
        "!{timestamp:" * 80,
        "!{" * 500,
        "!{timestamp:yyyy}" * 50,
        "!{partitionKeyFromQuery:" * 40 + "a" + "}" * 40,
    ):
        refused_or_done(
            firehose.create_delivery_stream,
            DeliveryStreamName="f",
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": "arn:aws:s3:::deep",
                "Prefix": prefix[:1024],
                "ErrorOutputPrefix": "e/!{firehose:error-output-type}/",
            },
        )
        refused_or_done(firehose.delete_delivery_stream, DeliveryStreamName="f")
    definition = '{"Definition":' + '{"Sheets":[' * 50_000 + "]}" * 50_000 + "}"
    for path in ("dashboards/d", "analyses/a", "data-sets/s"):
        request = urllib.request.Request(
            f"{alive.endpoint}/accounts/000000000000/{path}",
            definition.encode(),
            {
                "Content-Type": "application/json",
                "Authorization": (
                    "AWS4-HMAC-SHA256 "
                    "Credential=test/20260101/us-east-1/quicksight/aws4_request, "
                    "SignedHeaders=host, Signature=0"
                ),
            },
            method="POST",
        )
        try:
            urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            assert error.code < 500


def test_records(alive):
    """JSON rows, JSON paths, aggregates of the KPL: through an application, discovery and a
    crawler.
    """
    kinesis, client = alive.client("kinesis"), alive.client("kinesisanalytics")
    kinesis.create_stream(StreamName="deep", ShardCount=1)
    depth = 100_000
    inner = struct.pack("BB", 0x1A, 0x00) * 1_000
    records = [
        b"[" * depth,
        b'{"a":' * depth + b"1" + b"}" * depth,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"\xf3\x89\x9a\xc2" + inner + b"\0" * 16,
        b"\xf3\x89\x9a\xc2" + b"\x1a\xff\xff\xff\xff\x0f" * 1_000 + b"\0" * 16,
        b'"' * depth,
    ]
    for data in records:
        kinesis.put_record(StreamName="deep", Data=data, PartitionKey="k")
        key = f"rows/{len(data)}"
        alive.client("s3").put_object(Bucket="deep", Key=key, Body=data)
        refused_or_done(
            client.discover_input_schema,
            S3Configuration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::deep", "FileKey": key},
        )
    for path in ("$" + ".a" * 60, "$" + "[0:]" * 60, "$" + "[" * 200):
        refused_or_done(
            client.create_application,
            ApplicationName="paths",
            ApplicationCode=(
                "CREATE STREAM D (A INTEGER); CREATE PUMP P AS INSERT INTO D SELECT STREAM A "
                'FROM "S_001";'
            ),
            Inputs=[
                {
                    "NamePrefix": "S",
                    "KinesisStreamsInput": {
                        "ResourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/deep",
                        "RoleARN": ROLE,
                    },
                    "InputSchema": {
                        "RecordFormat": {
                            "RecordFormatType": "JSON",
                            "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}},
                        },
                        "RecordColumns": [{"Name": "A", "SqlType": "INTEGER", "Mapping": path}],
                    },
                }
            ],
        )
        if not refused_or_done(
            client.start_application,
            ApplicationName="paths",
            InputConfigurations=[
                {
                    "Id": "1.1",
                    "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
                }
            ],
        ):
            alive.advance(5_000)
            break
    refused_or_done(
        alive.client("glue").create_crawler,
        Name="deep",
        Role="r",
        DatabaseName="d",
        Targets={"S3Targets": [{"Path": "s3://deep/rows/"}]},
    )
    refused_or_done(alive.client("glue").start_crawler, Name="deep")
    alive.advance(5_000)
    query(
        alive,
        (
            "CREATE EXTERNAL TABLE jsons (a string) ROW FORMAT SERDE "
            "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://deep/rows/'"
        ),
    )
    query(alive, "SELECT * FROM jsons")
    query(
        alive,
        "SELECT json_parse('" + "[" * 100_000 + "'), json_extract('1', '$" + ".a" * 10_000 + "')",
    )
    assert query(alive, "SELECT 1") == "SUCCEEDED"


def test_a_pipeline_file(alive, tmp_path):
    import subprocess

    for text in (
        "a: " * 2_000,
        "- " * 20_000,
        "[" * 20_000,
        "{a: " * 20_000,
        "&a [*a, *a]\n" * 500,
        "a: &a [1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
        "  " * 10_000 + "a: 1",
    ):
        path = tmp_path / "pipeline.yaml"
        path.write_text(text)
        done = subprocess.run(
            [str(conftest.PROGRAM), "apply", str(path), "--endpoint", alive.endpoint],
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: __import__("resource").setrlimit(
                __import__("resource").RLIMIT_STACK, (STACK_BYTES, STACK_BYTES)
            ),
        )
        assert done.returncode not in (-11, -6, 139, 134), (text[:20], done.stderr[-500:])
