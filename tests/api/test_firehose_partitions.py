"""Firehose's dynamic partitioning: keys by jq and by functions, and what has none."""

import base64
import json

import pytest
from test_firehose import code, lake  # noqa: F401
from test_firehose_stages import failures, objects, processing, put, transformed
from test_lambda import Functions

LARGE = {"SizeInMBs": 64, "IntervalInSeconds": 60}
ON = {"DynamicPartitioningConfiguration": {"Enabled": True}, "BufferingHints": LARGE}
BY_QUERY = "c=!{partitionKeyFromQuery:c}/y=!{partitionKeyFromQuery:y}/"


def by_query(query, *more, prefix=BY_QUERY, **config):
    extraction = {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6"}
    processors = [*more, ("MetadataExtraction", extraction), ("AppendDelimiterToRecord", {})]
    return {**processing(*processors), **ON, "Prefix": prefix, **config}


def test_records_go_by_the_keys_of_a_query(lake):  # noqa: F811
    lake.create(
        **by_query(
            '{c: .customer, y: (.at | strftime("%Y"))}',
            ("RecordDeAggregation", {"SubRecordType": "JSON"}),
        )
    )
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    assert shown["ExtendedS3DestinationDescription"]["DynamicPartitioningConfiguration"] == {
        "Enabled": True,
        "RetryOptions": {"DurationInSeconds": 300},
    }
    rows = [
        {"customer": "a", "at": 1535365800, "n": 1},
        {"customer": "b c", "at": 1535365800, "n": 2},
        {"customer": "a", "at": 0, "n": 3},
        {"customer": "a", "at": 1535365800, "n": 4},
    ]
    text = [json.dumps(row).encode() for row in rows]
    put(lake, text[0] + text[1], text[2], text[3], b'{"at": 1}', b"no json")
    lake.freshet.restart()
    lake.freshet.advance(60_000)
    keys = lake.wait_for_keys(4)
    assert len(keys) == 4
    assert objects(lake, "c=a/y=2018/out-1-2026-01-01-00-00-00-") == [
        text[0] + b"\n" + text[3] + b"\n"
    ]
    assert objects(lake, "c=b c/y=2018/") == [text[1] + b"\n"]
    assert objects(lake, "c=a/y=1970/") == [text[2] + b"\n"]
    lines = failures(lake, "processing-failed")
    assert {line["errorCode"]: base64.b64decode(line["rawData"]) for line in lines} == {
        "DynamicPartitioning.MetadataExtractionFailed": b'{"at": 1}',
        "RecordDeAggregation.MalformedData": b"no json",
    }


def test_records_go_by_the_keys_of_a_function(lake):  # noqa: F811
    Functions(lake.freshet).create(
        "import base64, json\n"
        "def handler(event, context):\n"
        "    return {'records': [\n"
        "        {'recordId': r['recordId'], 'result': 'Ok', 'data': r['data'],\n"
        "         'metadata': {'partitionKeys': {} if b'none' in base64.b64decode(r['data']) else\n"
        "                      {'k': base64.b64decode(r['data'])[:1].decode(), 'n': 7}}}\n"
        "        for r in event['records']]}\n"
    )
    lake.create(
        **processing(transformed()),
        **ON,
        Prefix="k=!{partitionKeyFromLambda:k}/n=!{partitionKeyFromLambda:n}/"
        "!{timestamp:yyyy}/!{firehose:random-string}/",
    )
    put(lake, b"a1", b"b1", b"a2", b"none")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)
    assert objects(lake, "k=a/n=7/2026/") == [b"a1a2"]
    assert objects(lake, "k=b/n=7/2026/") == [b"b1"]
    [line] = failures(lake, "processing-failed")
    assert base64.b64decode(line["rawData"]) == b"none"


def test_more_partitions_than_may_be_active_go_to_the_error_output(lake):  # noqa: F811
    lake.create(**by_query("{c: .c, y: 1}"))
    for i in range(0, 520, 130):
        put(lake, *(json.dumps({"c": n}).encode() for n in range(i, i + 130)))
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: failures(lake, "activePartitionExceeded"))
    lines = failures(lake, "activePartitionExceeded")
    assert [json.loads(base64.b64decode(line["rawData"]))["c"] for line in lines] == [
        *range(500, 520)
    ]
    names = {
        key["Key"].rsplit("/", 1)[0]
        for page in lake.s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="c=")
        for key in page["Contents"]
    }
    assert names == {f"c={n}/y=1" for n in range(500)}


def test_a_query_that_never_ends_costs_its_record(lake):  # noqa: F811
    lake.create(**by_query("{c: .c, y: (if .c == 1 then last(range(1e15)) else 2 end)}"))
    put(lake, *(json.dumps({"c": n}).encode() for n in range(3)))
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)
    assert objects(lake, "c=0/") and objects(lake, "c=2/")
    [line] = failures(lake, "processing-failed")
    assert json.loads(base64.b64decode(line["rawData"])) == {"c": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"BufferingHints": {"SizeInMBs": 63, "IntervalInSeconds": 60}},
            "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.",
        ),
        (
            {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 59}},
            "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic "
            "Partitioning is enabled.",
        ),
        ({"Prefix": "x/!{timestamp:yyyy}/"}, "at least one partitionKeyFromQuery"),
        ({"Prefix": "!{partitionKeyFromLambda:c}/"}, "type Lambda"),
        ({"ErrorOutputPrefix": "!{partitionKeyFromQuery:c}/"}, "ErrorOutputPrefix"),
        ({"DynamicPartitioningConfiguration": {"Enabled": False}}, "Dynamic Partitioning"),
    ],
    ids=str,
)
def test_what_partitioning_cannot_do_is_refused(lake, change, message):  # noqa: F811
    with pytest.raises(lake.firehose.exceptions.InvalidArgumentException) as error:
        lake.create(**{**by_query("{c: .c, y: 1}"), **change})
    assert message in error.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "query", ["{c: .c", "{c: .c // 1}", "{c: env.HOME}", 'import "a" as a; {}']
)
def test_a_query_that_jq_refuses_is_refused(lake, query):  # noqa: F811
    assert code(lake.create, **by_query(query)) == "InvalidArgumentException"


def test_partitioning_is_chosen_at_creation(lake):  # noqa: F811
    lake.create(**by_query("{c: .c, y: 1}"))
    lake.create("plain")
    call = {
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
    }
    off = {"DynamicPartitioningConfiguration": {"Enabled": False}}
    for name, update in (("out", off), ("plain", ON)):
        assert (
            code(
                lake.firehose.update_destination,
                DeliveryStreamName=name,
                ExtendedS3DestinationUpdate=update,
                **call,
            )
            == "InvalidArgumentException"
        )
    lake.firehose.update_destination(
        DeliveryStreamName="out",
        ExtendedS3DestinationUpdate={"Prefix": "new=!{partitionKeyFromQuery:c}/"},
        **call,
    )
    put(lake, b'{"c":"x"}')
    lake.freshet.advance(60_000)
    [key] = lake.wait_for_keys(1)
    assert key.startswith("new=x/out-2-")


def test_objects_register_their_partitions(lake):  # noqa: F811
    glue = lake.freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "db"})
    keys = [{"Name": name, "Type": "string"} for name in ("year", "month")]
    columns = [{"Name": "line", "Type": "string"}]
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "rows",
            "PartitionKeys": keys,
            "StorageDescriptor": {"Columns": columns, "Location": "s3://lake/rows"},
        },
    )
    lake.create(
        Prefix="rows/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
        ErrorOutputPrefix="err/!{firehose:error-output-type}/",
    )
    lake.firehose.tag_delivery_stream(
        DeliveryStreamName="out",
        Tags=[{"Key": "freshet:register-partitions", "Value": "db.rows"}],
    )
    for _ in range(2):
        put(lake, b"row\n")
        lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    [partition] = glue.get_partitions(DatabaseName="db", TableName="rows")["Partitions"]
    assert partition["Values"] == ["2026", "01"]
    storage = partition["StorageDescriptor"]
    assert storage["Location"] == "s3://lake/rows/year=2026/month=01/"
    assert storage["Columns"] == columns
    glue.delete_table(DatabaseName="db", Name="rows")
    put(lake, b"row\n")
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)


def test_streams_of_one_table_lose_no_partition(lake):  # noqa: F811
    """Their cuts are due at the same time, and some of their partitions are the same."""
    glue = lake.freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "rows",
            "PartitionKeys": [{"Name": "c", "Type": "string"}],
            "StorageDescriptor": {"Columns": [], "Location": "s3://lake/rows"},
        },
    )
    names = ["one", "two", "three"]
    for name in names:
        config = by_query("{c: .c}", prefix="rows/c=!{partitionKeyFromQuery:c}/")
        lake.create(name, **config)
        lake.firehose.tag_delivery_stream(
            DeliveryStreamName=name,
            Tags=[{"Key": "freshet:register-partitions", "Value": "db.rows"}],
        )
    wanted = set()
    for round in range(3):
        for i, name in enumerate(names):
            keys = [f"{round}-{n}" for n in range(10 * i, 10 * i + 20)]  # half are the next one's
            wanted.update(keys)
            records = [{"Data": json.dumps({"c": key}).encode()} for key in keys]
            lake.firehose.put_record_batch(DeliveryStreamName=name, Records=records)
        lake.freshet.advance(60_000)
        lake.freshet.until(lambda count=60 * (round + 1): len(lake.keys()) == count)
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName="db", TableName="rows")
    found = [one["Values"][0] for page in pages for one in page["Partitions"]]
    assert len(found) == len(set(found)) and set(found) == wanted
