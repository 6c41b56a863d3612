"""The functions of examples/chicago-crimes, invoked as AWS invokes them; partitions.py against a
real catalog.
"""

import base64
import importlib.util
import pathlib

from aws_kinesis_agg import aggregator

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "chicago-crimes"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def event_record(number, data):
    return {
        "recordId": str(number),
        "data": base64.b64encode(data).decode(),
        "kinesisStreamRecordMetadata": {
            "sequenceNumber": "1",
            "partitionKey": "k",
            "shardId": "shardId-000000000000",
            "approximateArrivalTimestamp": 1,
        },
    }


def test_the_preprocessor_takes_aggregates_apart():
    aggregate = aggregator.RecordAggregator()
    for i in range(3):
        aggregate.add_user_record("k", f"{i},row".encode())
    broken = {**event_record(3, b""), "data": "@"}
    event = {
        "records": [
            event_record(0, aggregate.clear_and_get().get_contents()[2]),
            event_record(1, b"plain"),
            event_record(2, b""),
            broken,
        ]
    }
    answer = load("preprocess").lambda_handler(event, None)["records"]
    assert [(r["recordId"], r["result"]) for r in answer] == [
        ("0", "Ok"),
        ("1", "Ok"),
        ("2", "Dropped"),
        ("3", "ProcessingFailed"),
    ]
    assert base64.b64decode(answer[0]["data"]) == b"0,row\n1,row\n2,row\n"
    assert base64.b64decode(answer[1]["data"]) == b"plain\n"


def test_the_hourly_function_registers_what_delivery_made(freshet, monkeypatch):
    for name, value in freshet.environment().items():
        monkeypatch.setenv(name, value)
    s3, glue = freshet.client("s3"), freshet.client("glue")
    s3.create_bucket(Bucket="lake")
    glue.create_database(DatabaseInput={"Name": "crimes"})
    glue.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "top",
            "StorageDescriptor": {
                "Location": "s3://lake/top/",
                "Columns": [{"Name": "a", "Type": "string"}],
            },
            "PartitionKeys": [
                {"Name": n, "Type": "string"} for n in ("year", "month", "day", "hour")
            ],
        },
    )
    for hour in range(3):
        s3.put_object(
            Bucket="lake", Key=f"top/year=2026/month=01/day=02/hour={hour:02}/object", Body=b"x\n"
        )
    function = load("partitions")
    assert function.lambda_handler({"database": "crimes", "table": "top"}, None) == {
        "found": 3,
        "created": 3,
    }
    assert function.lambda_handler({"database": "crimes", "table": "top"}, None) == {
        "found": 3,
        "created": 0,
    }
    partitions = glue.get_partitions(DatabaseName="crimes", TableName="top")["Partitions"]
    assert (
        partitions[0]["StorageDescriptor"]["Location"]
        == "s3://lake/top/year=2026/month=01/day=02/hour=00/"
    )
