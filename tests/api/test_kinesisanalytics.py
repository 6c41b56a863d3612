"""Kinesis Data Analytics for SQL through boto3: applications, windows, functions before them,
exactly once.
"""

import io
import json
import pathlib
import sys
import zipfile

import botocore.exceptions
import pytest
from aws_kinesis_agg import aggregator

ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
TOP = """CREATE OR REPLACE STREAM "TOP" ("PLACE" VARCHAR(32), "CRIMES" BIGINT,
 "WINDOW_END" TIMESTAMP);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "TOP"
SELECT STREAM ITEM, ITEM_COUNT, ROWTIME FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "Place" FROM "SOURCE_SQL_STREAM_001"), 'Place', 2, 60));"""
SCHEMA = {
    "RecordFormat": {
        "RecordFormatType": "CSV",
        "MappingParameters": {
            "CSVMappingParameters": {"RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}
        },
    },
    "RecordColumns": [
        {"Name": "Place", "SqlType": "VARCHAR(32)"},
        {"Name": "N", "SqlType": "INTEGER"},
    ],
}


class Applications:
    def __init__(self, freshet, shards=2):
        self.freshet = freshet
        self.connect()
        for name, count in (("in", shards), ("out", 1)):
            self.kinesis.create_stream(StreamName=name, ShardCount=count)

    def connect(self):
        self.kinesis, self.client = (
            self.freshet.client("kinesis"),
            self.freshet.client("kinesisanalytics"),
        )

    def create(self, code=TOP, name="app", outputs=(("TOP", "JSON"),), **input):
        inputs = [
            {
                "NamePrefix": "SOURCE_SQL_STREAM",
                "KinesisStreamsInput": {
                    "ResourceARN": ARN.format("kinesis", "stream/in"),
                    "RoleARN": ROLE,
                },
                "InputSchema": SCHEMA,
                **input,
            }
        ]
        return self.client.create_application(
            ApplicationName=name,
            ApplicationCode=code,
            Inputs=inputs,
            Outputs=[
                {
                    "Name": stream,
                    "KinesisStreamsOutput": {
                        "ResourceARN": ARN.format("kinesis", "stream/out"),
                        "RoleARN": ROLE,
                    },
                    "DestinationSchema": {"RecordFormatType": form},
                }
                for stream, form in outputs
            ],
        )

    def describe(self, name="app"):
        return self.client.describe_application(ApplicationName=name)["ApplicationDetail"]

    def start(self, position="TRIM_HORIZON", name="app"):
        self.client.start_application(
            ApplicationName=name,
            InputConfigurations=[
                {
                    "Id": self.describe(name)["InputDescriptions"][0]["InputId"],
                    "InputStartingPositionConfiguration": {"InputStartingPosition": position},
                }
            ],
        )

    def put(self, *rows):
        self.kinesis.put_records(
            StreamName="in",
            Records=[{"Data": row.encode(), "PartitionKey": str(i)} for i, row in enumerate(rows)],
        )

    def out(self):
        iterator = self.kinesis.get_shard_iterator(
            StreamName="out", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return [
            record["Data"].decode()
            for record in self.kinesis.get_records(ShardIterator=iterator)["Records"]
        ]

    def wait(self, count, advance_ms=200):
        return self.freshet.until(
            lambda: len(self.out()) >= count and self.out(), advance_ms=advance_ms
        )


@pytest.fixture
def applications(freshet):
    return Applications(freshet)


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def test_top_k_of_tumbling_windows_reaches_the_output_stream(applications):
    applications.create()
    applications.start()
    applications.put("STREET,1", "STREET,2\nALLEY,3\n", "ALLEY,4", "STREET,5", "HOME,6")
    applications.freshet.advance(59_000)
    assert applications.out() == []
    rows = [json.loads(row) for row in applications.wait(2)]
    assert rows == [
        {"PLACE": "STREET", "CRIMES": 3, "WINDOW_END": "2026-01-01 00:01:00.000"},
        {"PLACE": "ALLEY", "CRIMES": 2, "WINDOW_END": "2026-01-01 00:01:00.000"},
    ]
    applications.put("NEXT,1")
    assert json.loads(applications.wait(3, advance_ms=1000)[2]) == {
        "PLACE": "NEXT",
        "CRIMES": 1,
        "WINDOW_END": "2026-01-01 00:02:00.000",
    }


def test_an_application_is_described_changed_and_removed(applications):
    summary = applications.create()["ApplicationSummary"]
    assert summary == {
        "ApplicationName": "app",
        "ApplicationARN": ARN.format("kinesisanalytics", "application/app"),
        "ApplicationStatus": "READY",
    }
    detail = applications.describe()
    assert detail["ApplicationVersionId"] == 1 and detail["ApplicationCode"] == TOP
    assert detail["InputDescriptions"][0]["InAppStreamNames"] == ["SOURCE_SQL_STREAM_001"]
    assert detail["InputDescriptions"][0]["InputSchema"]["RecordColumns"] == SCHEMA["RecordColumns"]
    output = detail["OutputDescriptions"][0]["OutputId"]
    client = applications.client
    client.delete_application_output(
        ApplicationName="app", CurrentApplicationVersionId=1, OutputId=output
    )
    assert (
        refused(
            client.delete_application_output,
            ApplicationName="app",
            CurrentApplicationVersionId=1,
            OutputId=output,
        )["Code"]
        == "ConcurrentModificationException"
    )
    client.add_application_output(
        ApplicationName="app",
        CurrentApplicationVersionId=2,
        Output={
            "Name": "TOP",
            "KinesisStreamsOutput": {
                "ResourceARN": ARN.format("kinesis", "stream/out"),
                "RoleARN": ROLE,
            },
            "DestinationSchema": {"RecordFormatType": "CSV"},
        },
    )
    client.update_application(
        ApplicationName="app",
        CurrentApplicationVersionId=3,
        ApplicationUpdate={"ApplicationCodeUpdate": TOP.replace(", 60", ", 10")},
    )
    assert applications.describe()["ApplicationVersionId"] == 4
    assert [
        one["ApplicationName"] for one in client.list_applications()["ApplicationSummaries"]
    ] == ["app"]
    applications.start()
    assert applications.describe()["ApplicationStatus"] == "RUNNING"
    assert (
        refused(
            client.start_application,
            ApplicationName="app",
            InputConfigurations=[
                {
                    "Id": "1.1",
                    "InputStartingPositionConfiguration": {"InputStartingPosition": "NOW"},
                }
            ],
        )["Code"]
        == "ResourceInUseException"
    )
    applications.put("STREET,1")
    assert applications.wait(1) == ["STREET,1,2026-01-01 00:00:10.000\n"]
    client.stop_application(ApplicationName="app")
    assert applications.describe()["ApplicationStatus"] == "READY"
    client.delete_application(ApplicationName="app", CreateTimestamp=detail["CreateTimestamp"])
    assert (
        refused(client.describe_application, ApplicationName="app")["Code"]
        == "ResourceNotFoundException"
    )


def test_wrong_code_is_refused_with_line_and_column(applications):
    error = refused(
        applications.create,
        code=(
            "CREATE STREAM D (A INTEGER);\nCREATE PUMP P AS INSERT INTO D SELECT STREAM X FROM "
            "SOURCE_SQL_STREAM_001;"
        ),
    )
    assert error["Code"] == "CodeValidationException"
    assert error["Message"].startswith("line 2, column 46: column 'X' not found")
    assert (
        refused(applications.create, outputs=[(f"S{i}", "CSV") for i in range(4)])["Code"]
        == "LimitExceededException"
    )
    applications.create(outputs=[("NOT_MADE", "CSV")])
    assert refused(applications.start)["Code"] == "InvalidApplicationConfigurationException"


@pytest.mark.parametrize(
    "code, message",
    [
        (
            "CREATE OR REPLACE PUMP p AS INSERT INTO nowhere SELECT STREAM x FROM y",
            "stream 'NOWHERE' not found",
        ),
        (
            (
                "CREATE OR REPLACE PUMP p AS INSERT INTO nowhere SELECT STREAM x FROM "
                "SOURCE_SQL_STREAM_001"
            ),
            "stream 'NOWHERE' not found",
        ),
        (
            "CREATE STREAM D (x INTEGER); CREATE PUMP p AS INSERT INTO D SELECT STREAM x FROM y",
            "stream 'Y' not found",
        ),
        ("CREATE STREAM D (x INTEGER); CREATE PUMP p AS INSERT INTO D SELEKT x", "line 1, column"),
        ("CREATE STREAM D (x INTEGER); CREATE STREAM D (y INTEGER)", "is made twice"),
        (
            (
                "CREATE STREAM D (x INTEGER); CREATE STREAM E (y INTEGER); CREATE PUMP p AS "
                "INSERT INTO E SELECT STREAM z FROM D"
            ),
            "column 'Z' not found",
        ),
    ],
)
def test_code_without_an_input_is_judged_as_far_as_it_can_be(applications, code, message):
    client = applications.client
    error = refused(client.create_application, ApplicationName="app", ApplicationCode=code)
    assert error["Code"] == "CodeValidationException" and message in error["Message"]
    client.create_application(ApplicationName="app", ApplicationCode=TOP)
    error = refused(
        client.update_application,
        ApplicationName="app",
        CurrentApplicationVersionId=1,
        ApplicationUpdate={"ApplicationCodeUpdate": code},
    )
    assert error["Code"] == "CodeValidationException" and message in error["Message"]
    assert applications.describe()["ApplicationCode"] == TOP


def test_snapshots_are_files_and_a_damaged_one_is_reported(applications):
    freshet = applications.freshet
    applications.create()
    applications.start()
    files = freshet.directory / "data" / "analytics" / "1"

    def names():
        return sorted(path.name for path in files.iterdir()) if files.exists() else []

    applications.put("STREET,1")
    freshet.until(lambda: names() == ["snapshot-1"], advance_ms=1000)
    applications.put("STREET,2")
    freshet.until(lambda: names() == ["snapshot-2"], advance_ms=1000)
    applications.put("STREET,3")
    freshet.until(lambda: freshet.topic("application:app")["rows_in"] == 3, advance_ms=100)
    freshet.restart()
    applications.connect()
    assert names() == ["snapshot-3"], "one more at the end"
    assert json.loads(applications.wait(1, advance_ms=5000)[0])["CRIMES"] == 3
    freshet.kill9()
    name = names()[-1]
    (files / name).write_bytes((files / name).read_bytes()[:-1])
    freshet.start()
    applications.connect()
    told = freshet.until(lambda: applications.describe().get("ApplicationDescription"))
    assert name in told and "is cut" in told
    applications.client.stop_application(ApplicationName="app")
    applications.start("NOW")
    applications.put("ALLEY,1")
    assert json.loads(applications.wait(2, advance_ms=5000)[-1])["PLACE"] == "ALLEY"
    applications.client.delete_application(
        ApplicationName="app", CreateTimestamp=applications.describe()["CreateTimestamp"]
    )
    assert not files.exists()


def test_rows_that_do_not_fit_go_to_error_stream(applications):
    applications.create(outputs=[("error_stream", "JSON")])
    applications.start()
    applications.put("STREET,1", "STREET,many", "too few")
    rows = [json.loads(row) for row in applications.wait(2)]
    assert sorted(row["MESSAGE"] for row in rows) == [
        "column N: 'many' is not a value of INTEGER",
        "the row has 1 of 2 columns",
    ]
    assert sorted(bytes.fromhex(row["DATA_ROW"]) for row in rows) == [b"STREET,many", b"too few"]


def test_a_killed_server_continues_without_losing_or_repeating_a_row(applications):
    applications.create()
    applications.start()
    expected = {}
    for window in range(6):
        for part in range(2):
            applications.put(*[f"P{window}{i % 3},{i}" for i in range(7)])
            applications.freshet.advance(20_000)
            if (window + part) % 2:
                applications.freshet.kill9()
                applications.freshet.restart()
                applications.connect()
        applications.freshet.advance(20_000)

    def of_the_last_window():
        return [row for row in applications.out() if json.loads(row)["PLACE"].startswith("P5")]

    applications.freshet.until(lambda: len(of_the_last_window()) >= 2, advance_ms=60_000)
    rows, counts = [json.loads(row) for row in applications.out()], {}
    for row in rows:
        counts[row["PLACE"]] = counts.get(row["PLACE"], 0) + row["CRIMES"]
    assert len({(row["PLACE"], row["WINDOW_END"]) for row in rows}) == len(rows)
    for window in range(6):
        assert counts.get(f"P{window}0") == 6, (window, rows)


def zipped_preprocessor():
    import aws_kinesis_agg
    import google.protobuf

    buffer = io.BytesIO()
    example = pathlib.Path(__file__).parents[2] / "examples" / "chicago-crimes" / "preprocess.py"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(example, "preprocess.py")
        for package, name in (
            (aws_kinesis_agg, "aws_kinesis_agg"),
            (google.protobuf, "google/protobuf"),
        ):
            root = pathlib.Path(package.__file__).parent
            for path in root.rglob("*.py"):
                archive.write(path, f"{name}/{path.relative_to(root)}")
    return buffer.getvalue()


def make_function(freshet, source=None):
    buffer = io.BytesIO()
    if source:
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("preprocess.py", source)
    freshet.client("lambda").create_function(
        FunctionName="pre",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=ROLE,
        Handler="preprocess.lambda_handler",
        Timeout=60,
        MemorySize=512,
        Code={"ZipFile": buffer.getvalue() if source else zipped_preprocessor()},
    )
    return {
        "InputLambdaProcessor": {
            "ResourceARN": ARN.format("lambda", "function:pre"),
            "RoleARN": ROLE,
        }
    }


def aggregate(rows):
    collected = aggregator.RecordAggregator()
    for row in rows:
        assert collected.add_user_record("key", row.encode()) is None
    return collected.clear_and_get().get_contents()[2]


ADVICE = "the records are KPL aggregates; add a function that opens them"


def test_aggregates_without_a_function_are_reported_everywhere(applications):
    freshet = applications.freshet
    applications.create(outputs=[("error_stream", "JSON")])
    applications.start()
    for _ in range(3):
        applications.kinesis.put_record(
            StreamName="in", PartitionKey="k", Data=aggregate(["STREET,1\n", "ALLEY,2\n"])
        )
    freshet.advance(1000)  # within a second
    assert (
        freshet.until(lambda: applications.describe().get("ApplicationDescription"))
        == f"[{ADVICE}]"
    )
    rows = [json.loads(row) for row in applications.wait(3)]
    assert [row["MESSAGE"] for row in rows] == [ADVICE] * 3, (
        "one row of error_stream a record, none of its lines"
    )
    [line] = map(
        json.loads, freshet.until(lambda: freshet.log_messages("/aws/kinesis-analytics/app"))
    )
    assert (
        line["message"] == ADVICE
        and line["errorCode"] == "Input.KplAggregates"
        and line["inputId"] == "1.1"
    )
    assert line["applicationARN"] == ARN.format("kinesisanalytics", "application/app")
    assert ADVICE in freshet.server_log()
    health = json.loads(freshet.get("/_freshet/health"))
    assert health["status"] == "degraded" and health["troubles"][0] == {
        "part": "application",
        "account": "000000000000",
        "region": "us-east-1",
        "name": "app",
        "reason": ADVICE,
    }
    (node,) = [node for node in freshet.topic("overview")["nodes"] if node["kind"] == "application"]
    assert node["trouble"] == ADVICE and freshet.topic("application:app")["error"] == ADVICE
    applications.put("STREET,1")
    freshet.until(lambda: not applications.describe().get("ApplicationDescription"), advance_ms=100)
    assert json.loads(freshet.get("/_freshet/health")) == {"status": "ok"}


def test_the_articles_function_takes_aggregates_apart(applications):
    applications.create(InputProcessingConfiguration=make_function(applications.freshet))
    applications.start()
    for _ in range(3):
        applications.kinesis.put_record(
            StreamName="in",
            PartitionKey="k",
            Data=aggregate([f"STREET,{i}" for i in range(50)] + ["ALLEY,1"]),
        )
    applications.freshet.advance(61_000)
    rows = [json.loads(row) for row in applications.wait(2)]
    assert [(row["PLACE"], row["CRIMES"]) for row in rows] == [("STREET", 150), ("ALLEY", 3)]


def test_a_function_that_omits_records_is_asked_again_and_the_stream_waits(applications):
    source = """
import base64, boto3
def lambda_handler(event, context):
    s3 = boto3.client('s3')
    s3.put_object(Bucket='calls', Key=str(s3.list_objects_v2(Bucket='calls')['KeyCount']), Body=b'')
    if s3.list_objects_v2(Bucket='calls')['KeyCount'] < 3: return {'records': []}
    record = event['records'][0]
    assert record['kinesisStreamRecordMetadata']['partitionKey'] == '0', event
    assert event['streamArn'].endswith('stream/in')
    assert event['applicationArn'].endswith('application/app')
    out = []
    for record in event['records']:
        row = base64.b64decode(record['data']).decode()
        result = 'ProcessingFailed' if row.startswith('BAD') else 'Ok'
        result = 'Dropped' if row.startswith('DROP') else result
        out.append({'recordId': record['recordId'], 'result': result, 'data': record['data']})
    return {'records': out}
"""
    applications.freshet.client("s3").create_bucket(Bucket="calls")
    applications.create(
        outputs=[("TOP", "JSON"), ("error_stream", "JSON")],
        InputProcessingConfiguration=make_function(applications.freshet, source),
    )
    applications.start()
    applications.put("STREET,1")
    applications.freshet.advance(1000)
    applications.put("STREET,2\nALLEY,1", "DROP,1", "BAD,1")
    rows = [json.loads(row) for row in applications.wait(3, advance_ms=2000)]
    assert [row["MESSAGE"] for row in rows if "MESSAGE" in row] == [
        "the function answered ProcessingFailed"
    ]
    assert sorted((row["PLACE"], row["CRIMES"]) for row in rows if "PLACE" in row) == [
        ("ALLEY", 1),
        ("STREET", 2),
    ]


def test_the_schema_of_a_stream_is_discovered(applications):
    arn = ARN.format("kinesis", "stream/in")
    position = {"InputStartingPosition": "TRIM_HORIZON"}
    assert (
        refused(
            applications.client.discover_input_schema,
            ResourceARN=arn,
            RoleARN=ROLE,
            InputStartingPositionConfiguration=position,
        )["Code"]
        == "UnableToDetectSchemaException"
    )
    applications.put(
        '2022-09-16 21:30:00,"KEDVALE, AVE",BURGLARY,false,30',
        "2022-09-17 21:30:00,ASHLAND,ROBBERY,true,28",
    )
    found = applications.client.discover_input_schema(
        ResourceARN=arn, RoleARN=ROLE, InputStartingPositionConfiguration=position
    )
    columns = [(one["Name"], one["SqlType"]) for one in found["InputSchema"]["RecordColumns"]]
    assert columns == [
        ("COL_0", "VARCHAR(32)"),
        ("COL_1", "VARCHAR(16)"),
        ("COL_2", "VARCHAR(8)"),
        ("COL_3", "BOOLEAN"),
        ("COL_4", "INTEGER"),
    ]
    assert (
        len(found["RawInputRecords"]) == 2
        and sorted(found["ParsedInputRecords"])[0][1] == "KEDVALE, AVE"
    )


def test_rows_go_to_a_delivery_stream_and_into_the_lake(applications):
    s3, firehose = applications.freshet.client("s3"), applications.freshet.client("firehose")
    s3.create_bucket(Bucket="lake")
    firehose.create_delivery_stream(
        DeliveryStreamName="deliver",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        },
    )
    applications.create(outputs=())
    applications.client.add_application_output(
        ApplicationName="app",
        CurrentApplicationVersionId=1,
        Output={
            "Name": "TOP",
            "KinesisFirehoseOutput": {
                "ResourceARN": ARN.format("firehose", "deliverystream/deliver"),
                "RoleARN": ROLE,
            },
            "DestinationSchema": {"RecordFormatType": "CSV"},
        },
    )
    applications.start()
    applications.put("STREET,1", "STREET,2")
    keys = applications.freshet.until(
        lambda: s3.list_objects_v2(Bucket="lake").get("Contents"), advance_ms=5000
    )
    assert (
        s3.get_object(Bucket="lake", Key=keys[0]["Key"])["Body"].read()
        == b"STREET,2,2026-01-01 00:01:00.000\n"
    )
