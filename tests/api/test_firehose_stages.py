"""Firehose's processors: decompression, de-aggregation, functions, and what they refuse."""

import base64
import gzip
import json

import pytest
from aws_kinesis_agg import aggregator
from test_firehose import ROLE, code, lake  # noqa: F401
from test_lambda import Functions

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
ERRORS = "err/!{firehose:error-output-type}/"


def processing(*processors):
    return {
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": type,
                    "Parameters": [
                        {"ParameterName": name, "ParameterValue": value}
                        for name, value in parameters.items()
                    ],
                }
                for type, parameters in processors
            ],
        },
        "ErrorOutputPrefix": ERRORS,
    }


def transformed(function="f", **more):
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    return ("Lambda", {"LambdaArn": arn, "RoleArn": ROLE, **more})


def put(lake, *records):  # noqa: F811
    answer = lake.firehose.put_record_batch(
        DeliveryStreamName="out", Records=[{"Data": record} for record in records]
    )
    assert answer["FailedPutCount"] == 0


def objects(lake, prefix, bucket="lake"):  # noqa: F811
    found = lake.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [lake.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in found]


def failures(lake, type):  # noqa: F811
    return [
        json.loads(line) for body in objects(lake, f"err/{type}/") for line in body.splitlines()
    ]


def test_json_values_are_taken_apart_and_delimited_again(lake):  # noqa: F811
    lake.create(
        **processing(
            ("RecordDeAggregation", {"SubRecordType": "JSON"}), ("AppendDelimiterToRecord", {})
        )
    )
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    assert [
        one["Type"]
        for one in shown["ExtendedS3DestinationDescription"]["ProcessingConfiguration"][
            "Processors"
        ]
    ] == ["RecordDeAggregation", "AppendDelimiterToRecord"]
    put(lake, b'{"a":1}{"a":"}{"}\n\n[{"b":1},{"b":2}] 7', b'{"cut":', b"{}" * 501)
    lake.freshet.restart()
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    assert objects(lake, "2026/") == [b'{"a":1}\n{"a":"}{"}\n[{"b":1},{"b":2}]\n7\n']
    lines = failures(lake, "processing-failed")
    assert {base64.b64decode(line["rawData"]) for line in lines} == {b'{"cut":', b"{}" * 501}


def test_delimited_records_are_taken_apart(lake):  # noqa: F811
    lake.create(
        **processing(
            (
                "RecordDeAggregation",
                {"SubRecordType": "DELIMITED", "Delimiter": base64.b64encode(b"||").decode()},
            ),
            ("AppendDelimiterToRecord", {}),
        )
    )
    put(lake, b"a||b|c||||d||", b"e")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert lake.content() == b"a\nb|c\nd\ne\n"


def test_cloudwatch_logs_are_decompressed_and_their_messages_extracted(lake):  # noqa: F811
    lake.create(
        **processing(
            ("Decompression", {"CompressionFormat": "GZIP"}),
            ("CloudWatchLogProcessing", {"DataMessageExtraction": "true"}),
        )
    )

    def payload(type, *messages):
        events = [{"id": "1", "timestamp": 1, "message": message} for message in messages]
        return gzip.compress(json.dumps({"messageType": type, "logEvents": events}).encode(), 6)

    other = gzip.compress(b'{"no":"payload"}')
    put(
        lake,
        payload("DATA_MESSAGE", "one", "two"),
        payload("CONTROL_MESSAGE", "checking"),
        payload("DATA_MESSAGE", "three")[:40] + payload("DATA_MESSAGE", "lost"),
        b"plain text",
        other,
        payload("DATA_MESSAGE", "four"),
    )
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)
    assert objects(lake, "2026/") == [b"one\ntwo\nfour\n"]
    [raw] = objects(lake, "err/decompression-failed/")
    assert raw.endswith(b"plain text") and raw.startswith(b"\x1f\x8b")
    [line] = failures(lake, "processing-failed")
    assert base64.b64decode(line["rawData"]) == other


TRANSFORM = """
import base64, json
def handler(event, context):
    print(json.dumps(event))
    records = []
    for record in event["records"]:
        data = base64.b64decode(record["data"])
        result = {b"drop": "Dropped", b"fail": "ProcessingFailed"}.get(data, "Ok")
        records.append({"recordId": record["recordId"], "result": result,
                        "data": base64.b64encode(data.upper() + b"\\n").decode()})
    return {"records": records[::-1]}
"""


def test_a_function_transforms_drops_and_fails_records(lake):  # noqa: F811
    functions = Functions(lake.freshet)
    functions.create(TRANSFORM)
    lake.s3.create_bucket(Bucket="raw")
    lake.create(
        **processing(transformed(NumberOfRetries="1")),
        S3BackupMode="Enabled",
        S3BackupConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::raw",
            "Prefix": "source/",
            "CompressionFormat": "GZIP",
        },
    )
    put(lake, b"a", b"drop", b"fail", b"b")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    assert objects(lake, "2026/") == [b"A\nB\n"]
    [line] = failures(lake, "processing-failed")
    assert list(line) == [
        "rawData",
        "errorCode",
        "errorMessage",
        "attemptsMade",
        "arrivalTimestamp",
        "attemptEndingTimestamp",
        "lambdaARN",
    ]
    assert base64.b64decode(line["rawData"]) == b"fail" and line["attemptsMade"] == 1
    assert line["errorCode"] == "Lambda.ProcessingFailedStatus"
    assert line["errorMessage"] == "ProcessingFailed status set for record"
    assert line["arrivalTimestamp"] == 1767225600000
    [raw] = objects(lake, "source/2026/01/01/00/out-1-", bucket="raw")
    assert gzip.decompress(raw) == b"adropfailb"
    [event] = [json.loads(text) for text in functions.lines() if text.startswith("{")]
    assert event["deliveryStreamArn"].endswith(":deliverystream/out")
    assert event["region"] == "us-east-1" and "sourceKinesisStreamArn" not in event
    assert len({record["recordId"] for record in event["records"]}) == 4
    assert set(event["records"][0]) == {"recordId", "approximateArrivalTimestamp", "data"}
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    shown = shown["ExtendedS3DestinationDescription"]
    assert shown["S3BackupMode"] == "Enabled"
    assert shown["S3BackupDescription"]["BucketARN"] == "arn:aws:s3:::raw"
    assert (
        code(
            lake.firehose.update_destination,
            DeliveryStreamName="out",
            CurrentDeliveryStreamVersionId="1",
            DestinationId="destinationId-000000000001",
            ExtendedS3DestinationUpdate={"S3BackupMode": "Disabled"},
        )
        == "InvalidArgumentException"
    )


def test_a_function_sees_where_a_kinesis_record_came_from(lake):  # noqa: F811
    functions = Functions(lake.freshet)
    functions.create(TRANSFORM)
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    lake.create(source=STREAM, **processing(transformed()))
    single = kinesis.put_record(StreamName="s", Data=b"single", PartitionKey="k1")
    aggregate = aggregator.RecordAggregator()
    for i in range(2):
        aggregate.add_user_record(f"key {i}", b"sub %d" % i)
    key, _, data = aggregate.clear_and_get().get_contents()
    whole = kinesis.put_record(StreamName="s", Data=data, PartitionKey=key)
    lake.wait_for_keys(1, advance_ms=10_000)
    assert lake.content() == b"SINGLE\nSUB 0\nSUB 1\n"
    [event] = [json.loads(text) for text in functions.lines() if text.startswith("{")]
    assert event["sourceKinesisStreamArn"] == STREAM
    places = [record["kinesisRecordMetadata"] for record in event["records"]]
    assert [place["partitionKey"] for place in places] == ["k1", "key 0", "key 1"]
    assert [place["sequenceNumber"] for place in places] == [
        single["SequenceNumber"],
        whole["SequenceNumber"],
        whole["SequenceNumber"],
    ]
    assert [place["subsequenceNumber"] for place in places] == ["0", "0", "1"]
    assert {place["shardId"] for place in places} == {"shardId-000000000000"}


@pytest.mark.parametrize(
    ("handler", "expected", "attempts"),
    [
        ("raise ValueError('no')", "Lambda.FunctionError", 3),
        ("return 'text'", "Lambda.JsonProcessingException", 1),
        ("return {'records': event['records'][1:]}", "Lambda.JsonProcessingException", 1),
        (
            "return {'records': [dict(r, result='Ok') for r in event['records'][1:]]}",
            "Lambda.MissingRecordId",
            1,
        ),
        (
            "return {'records': [dict(r, result='Ok') for r in event['records']] * 2}",
            "Lambda.DuplicatedRecordId",
            1,
        ),
        (
            "return {'records': [dict(r, result='Ok', data='*') for r in event['records']]}",
            "Lambda.JsonProcessingException",
            1,
        ),
        ("return {'records': [{}]}", "Lambda.MissingRecordId", 1),
    ],
)
def test_what_a_function_answers_wrongly_is_in_the_error_output(  # noqa: F811
    lake,  # noqa: F811
    handler,
    expected,
    attempts,
):
    Functions(lake.freshet).create(f"def handler(event, context):\n    {handler}\n")
    lake.create(**processing(transformed(NumberOfRetries="2")))
    put(lake, b"a", b"b")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    lines = failures(lake, "processing-failed")
    assert [base64.b64decode(line["rawData"]) for line in lines] == [b"a", b"b"]
    assert {(line["errorCode"], line["attemptsMade"]) for line in lines} == {(expected, attempts)}
    assert objects(lake, "2026/") == []


def test_a_function_that_is_not_there_is_in_the_error_output(lake):  # noqa: F811
    lake.create(**processing(transformed("gone", NumberOfRetries="0")))
    put(lake, b"a")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    [line] = failures(lake, "processing-failed")
    assert line["errorCode"] == "Lambda.ResourceNotFound"
    assert line["lambdaARN"].endswith(":function:gone")


def test_a_stop_during_a_call_fails_no_record(lake):  # noqa: F811
    """Until a file is there the function takes longer than the server lives."""
    functions, file = Functions(lake.freshet), lake.freshet.directory / "restarted"
    functions.create(
        TRANSFORM.replace(
            "    records = []\n",
            f"    import os, time\n    time.sleep(0 if os.path.exists({str(file)!r}) else 20)\n"
            "    records = []\n",
        )
    )
    lake.create(**processing(transformed(NumberOfRetries="0")))
    put(lake, b"a")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: "invocationId" in "".join(functions.lines()))
    lake.freshet.terminate()
    file.touch()
    lake.freshet.restart()
    lake.wait_for_keys(1, advance_ms=60_000)
    assert lake.content() == b"A\n", failures(lake, "processing-failed")


@pytest.mark.parametrize(
    "processor",
    [
        ("Lambda", {}),
        ("Lambda", {"LambdaArn": "f"}),
        transformed(BufferSizeInMBs="4"),
        transformed(NumberOfRetries="-1"),
        transformed(Delimiter="x"),
        ("RecordDeAggregation", {}),
        ("RecordDeAggregation", {"SubRecordType": "XML"}),
        ("RecordDeAggregation", {"SubRecordType": "DELIMITED"}),
        ("RecordDeAggregation", {"SubRecordType": "JSON", "Delimiter": "Cg=="}),
        ("Decompression", {"CompressionFormat": "ZSTD"}),
        ("CloudWatchLogProcessing", {"DataMessageExtraction": "true"}),
        ("AppendDelimiterToRecord", {"Delimiter": "|"}),
        (
            "MetadataExtraction",
            {"MetadataExtractionQuery": "{a: .a}", "JsonParsingEngine": "JQ-1.6"},
        ),
    ],
    ids=str,
)
def test_a_processor_that_cannot_work_is_refused(lake, processor):  # noqa: F811
    assert code(lake.create, **processing(processor)) == "InvalidArgumentException"
    assert lake.firehose.list_delivery_streams()["DeliveryStreamNames"] == []
