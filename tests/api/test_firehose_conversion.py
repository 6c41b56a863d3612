"""Firehose's format conversion through boto3: what the objects hold is read by pyarrow and DuckDB,
never by Freshet.
"""

import base64
import collections
import datetime
import decimal
import io
import json
import math

import pyarrow.parquet
import pytest
from aws_kinesis_agg import aggregator
from duckdb_library import DuckDB
from test_firehose import ROLE, code, lake  # noqa: F401
from test_firehose_partitions import by_query
from test_firehose_stages import ERRORS, failures, put, transformed
from test_lambda import Functions

ACCOUNT = "000000000000"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
FAILED = "format-conversion-failed"
PREFIX = "rows/!{timestamp:yyyy}/"
LARGE = {"SizeInMBs": 64, "IntervalInSeconds": 60}


def table(lake, columns, name="t", serde=PARQUET, **parameters):  # noqa: F811
    glue = lake.freshet.client("glue")
    if name == "t":
        glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(
        DatabaseName="d",
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": column, "Type": type} for column, type in columns.items()],
                "Location": f"s3://lake/{name}/",
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
            },
        },
    )


def conversion(input=None, output=None, **schema):
    return {
        "DataFormatConversionConfiguration": {
            "Enabled": True,
            "SchemaConfiguration": {
                "RoleARN": ROLE,
                "DatabaseName": "d",
                "TableName": "t",
                **schema,
            },
            "InputFormatConfiguration": {"Deserializer": input or {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": output or {"ParquetSerDe": {}}},
        }
    }


def create(lake, input=None, output=None, source=None, **config):  # noqa: F811
    config = {"BufferingHints": LARGE, "Prefix": PREFIX, "ErrorOutputPrefix": ERRORS, **config}
    lake.create(source=source, **conversion(input, output), **config)


def bodies(lake, prefix="rows/"):  # noqa: F811
    found = lake.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    assert all(item["Key"].endswith(".parquet") for item in found)
    return [lake.s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read() for item in found]


def rows(lake, prefix="rows/"):  # noqa: F811
    return [
        row
        for body in bodies(lake, prefix)
        for row in pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()
    ]


def deliver(lake, *records, objects=1):  # noqa: F811
    put(lake, *(one if isinstance(one, bytes) else json.dumps(one).encode() for one in records))
    lake.freshet.advance(60_000)
    lake.wait_for_keys(objects)


def reasons(lake):  # noqa: F811
    return {
        base64.b64decode(line["rawData"]): line["lastErrorCode"].removeprefix(
            "DataFormatConversion."
        )
        for line in failures(lake, FAILED)
    }


def test_documents_become_rows_of_the_tables_columns(lake, tmp_path):  # noqa: F811
    table(
        lake,
        {
            "id": "bigint",
            "name": "string",
            "price": "decimal(10,2)",
            "at": "timestamp",
            "day": "date",
            "ok": "boolean",
            "ratio": "double",
            "small": "smallint",
            "tags": "array<string>",
            "by": "map<string,int>",
            "place": "struct<city:string,spots:array<struct<x:double,y:double>>>",
        },
    )
    create(lake)
    first = {
        "id": 9007199254740993,
        "NAME": "ä\n",
        "price": 12.5,
        "at": "2026-01-31T23:59:59.123456Z",
        "day": "2026-01-31",
        "ok": True,
        "ratio": 0.1,
        "small": -5,
        "tags": ["a", None, "c"],
        "by": {"x": 1, "y": None},
        "place": {"City": "Rome", "spots": [{"x": 1, "y": 2.5}, {"x": None}, None]},
        "other": {"of": ["no", "column"]},
    }
    deliver(lake, first, {"id": 2, "place": None, "tags": [], "by": {}}, {})
    [body] = bodies(lake)
    read = pyarrow.parquet.read_table(io.BytesIO(body))
    one, two, three = read.to_pylist()
    assert one == {
        "id": 9007199254740993,
        "name": "ä\n",
        "price": decimal.Decimal("12.50"),
        "at": datetime.datetime(2026, 1, 31, 23, 59, 59, 123456),
        "day": datetime.date(2026, 1, 31),
        "ok": True,
        "ratio": 0.1,
        "small": -5,
        "tags": ["a", None, "c"],
        "by": [("x", 1), ("y", None)],
        "place": {"city": "Rome", "spots": [{"x": 1, "y": 2.5}, {"x": None, "y": None}, None]},
    }
    assert two["id"] == 2 and two["place"] is None and two["tags"] == [] and two["by"] == []
    assert set(three.values()) == {None} and list(three) == read.column_names
    metadata = pyarrow.parquet.ParquetFile(io.BytesIO(body)).metadata
    assert metadata.row_group(0).column(0).compression == "SNAPPY"
    path = tmp_path / "one.parquet"
    path.write_bytes(body)
    sql = f"""SELECT place.spots[1].y, price, "by"['x'] FROM '{path}' WHERE id > 9e15"""
    assert DuckDB().rows(sql) == [("2.5", "12.50", "1")]
    key = next(key for key in lake.keys() if key.startswith("rows/"))
    head = lake.s3.head_object(Bucket="lake", Key=key)
    assert head["ContentType"] == "application/octet-stream" and key.startswith("rows/2026/out-1-")


def test_what_does_not_convert_is_a_failure_and_the_rest_is_delivered(lake):  # noqa: F811
    table(lake, {"id": "int", "tags": "array<int>"})
    create(lake)
    bad = {
        b'{"id": "x"}': "MalformedData",
        b'{"id": 2147483648}': "MalformedData",
        b'{"id": 1.5}': "MalformedData",
        b'{"id": 3, "tags": 7}': "MalformedData",
        b'{"id": 4, "tags": [1, "b"]}': "MalformedData",
        b"[1, 2]": "MalformedData",
        b"17": "MalformedData",
        b'{"id": 5': "ParseError",
        b'{"id": 6, "other": tru}': "ParseError",
        b'{"id": 07}': "ParseError",
        b'{"id": 8} trailing': "ParseError",
        b"no json": "ParseError",
        b"": "ParseError",
        b" \n": "ParseError",
        b'{"id": 9, "x": "\xff"}': "ParseError",
    }
    good = [b'{"id": 1, "tags": [1]}', b'{"id": 10}\n', b'{\n "id": 11\n}']
    records = [record for pair in zip(list(bad)[:3], good, strict=True) for record in pair]
    deliver(lake, *records, *list(bad)[3:], objects=2)
    assert [row["id"] for row in rows(lake)] == [1, 10, 11]
    assert reasons(lake) == bad
    line = next(line for line in failures(lake, FAILED) if line["rawData"] == "eyJpZCI6ICJ4In0=")
    assert line == {
        "attemptsMade": 1,
        "arrivalTimestamp": 1767225600000,
        "lastErrorCode": "DataFormatConversion.MalformedData",
        "lastErrorMessage": 'Data does not match the schema. Column id: not of the type int: "x"',
        "attemptEndingTimestamp": 1767225660000,
        "rawData": "eyJpZCI6ICJ4In0=",
        "sequenceNumber": None,
        "subSequenceNumber": None,
        "dataCatalogTable": {
            "catalogId": ACCOUNT,
            "databaseName": "d",
            "tableName": "t",
            "region": "us-east-1",
            "versionId": "LATEST",
            "catalogArn": f"arn:aws:glue:us-east-1:{ACCOUNT}:catalog",
        },
    }


def test_records_that_all_fail_give_no_file(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    deliver(lake, b"a", b"b")
    assert rows(lake) == [] and reasons(lake) == {b"a": "ParseError", b"b": "ParseError"}


def test_documents_that_follow_one_another_are_rows_of_their_own(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake)
    deliver(lake, b'{"id":1,"s":"}{"}{"id":2}\n{"id":"x"} {"id":3}', b'{"id":4}', objects=2)
    assert [(row["id"], row["s"]) for row in rows(lake)] == [
        (1, "}{"),
        (2, None),
        (3, None),
        (4, None),
    ]
    # The part that failed: the other rows of the record are delivered.
    assert reasons(lake) == {b'{"id":"x"}': "MalformedData"}


def test_openx_makes_values_of_other_kinds_where_nothing_is_lost(lake):  # noqa: F811
    table(
        lake,
        {"s": "string", "i": "int", "d": "double", "b": "boolean", "n": "decimal(5,2)"},
    )
    create(lake)
    deliver(
        lake,
        b'{"s": 1.10, "i": "7", "d": "0.5", "b": "TRUE", "n": "1.20"}',
        b'{"s": {"a": [1, 2]}, "i": 3.0, "d": 1e2, "n": 1e2}',
        b'{"s": [1,{"b":null}], "i": 1e2, "d": "NaN", "n": 123.450}',
        b'{"s": true, "i": "", "n": 12345.6}',
        b'{"n": 1.005}',
        b'{"d": 1e999}',
        objects=2,
    )
    read = rows(lake)
    assert [row["s"] for row in read] == ["1.10", '{"a": [1, 2]}', '[1,{"b":null}]']
    assert [row["i"] for row in read] == [7, 3, 100]
    assert read[0]["d"] == 0.5 and read[1]["d"] == 100 and math.isnan(read[2]["d"])
    assert [row["b"] for row in read] == [True, None, None]
    assert [str(row["n"]) for row in read] == ["1.20", "100.00", "123.45"]
    assert set(reasons(lake).values()) == {"MalformedData"} and len(reasons(lake)) == 3


def test_hive_takes_no_value_of_another_kind(lake):  # noqa: F811
    table(lake, {"i": "int", "b": "boolean", "s": "string", "a": "array<int>"})
    create(lake, {"HiveJsonSerDe": {}})
    bad = [b'{"i": "7"}', b'{"b": "true"}', b'{"s": {}}', b'{"a": "1"}', b'{"i": ""}']
    deliver(lake, b'{"i": 7, "b": false, "s": 1, "a": [1]}', *bad, objects=2)
    assert rows(lake) == [{"i": 7, "b": False, "s": "1", "a": [1]}]
    assert set(reasons(lake)) == set(bad)
    messages = [line["lastErrorMessage"] for line in failures(lake, FAILED)]
    assert any("Start of Array expected" in message for message in messages)


@pytest.mark.parametrize(
    ("input", "texts"),
    [
        (
            {"OpenXJsonSerDe": {}},
            [
                "2026-01-31T23:59:59Z",
                "2026-1-31 23:59:59",
                1769903999,
                "1769903999000",
                1769903999000,
                "1769903999.000",
            ],
        ),
        ({"HiveJsonSerDe": {}}, ["2026-01-31 23:59:59", "2026-1-31 23:59:59.000"]),
        (
            {
                "HiveJsonSerDe": {
                    "TimestampFormats": [
                        "millis",
                        "dd/MMM/yyyy:HH:mm:ss Z",
                        "yyyy.MM.dd'x'HH-mm-ss",
                        "yyyyMMdd'x'HHmmss",
                    ]
                }
            },
            [
                1769903999000,
                "31/Jan/2026:23:59:59 +0000",
                "01/Feb/2026:00:59:59 +0100",
                "2026.01.31x23-59-59",
                "20260131x235959",
                "2026-01-31 23:59:59",
            ],
        ),
    ],
)
def test_timestamps_in_the_forms_of_their_deserializer(lake, input, texts):  # noqa: F811
    table(lake, {"at": "timestamp"})
    create(lake, input)
    deliver(lake, *({"at": text} for text in texts), {"at": "soon"}, {"at": True}, objects=2)
    read = [row["at"] for row in rows(lake)]
    assert read == [datetime.datetime(2026, 1, 31, 23, 59, 59)] * len(texts)
    assert len(reasons(lake)) == 2


def test_timestamps_keep_microseconds_and_every_year(lake, tmp_path):  # noqa: F811
    table(lake, {"at": "timestamp", "day": "date"})
    create(lake)
    deliver(
        lake,
        {"at": "1969-12-31 23:59:59.5", "day": "1500-01-01"},
        {"at": "1500-01-01T00:00:00.000001Z", "day": "9999-12-31"},
        {"at": -0.5, "day": "0001-01-01"},
    )
    [body] = bodies(lake)
    path = tmp_path / "one.parquet"
    path.write_bytes(body)
    assert DuckDB().rows(f"""SELECT "at"::VARCHAR, "day"::VARCHAR FROM '{path}'""") == [
        ("1969-12-31 23:59:59.5", "1500-01-01"),
        ("1500-01-01 00:00:00.000001", "9999-12-31"),
        ("1969-12-31 23:59:59.5", "0001-01-01"),
    ]


def test_names_of_members_as_openx_is_told(lake):  # noqa: F811
    table(lake, {"ts": "int", "a_b": "int", "c": "struct<d_e:int>"})
    mapped = {
        "ColumnToJsonKeyMappings": {"ts": "timestamp"},
        "ConvertDotsInJsonKeysToUnderscores": True,
    }
    create(lake, {"OpenXJsonSerDe": mapped})
    deliver(lake, {"Timestamp": 1, "A.b": 2, "c": {"d.e": 3}, "ts": 9})
    assert rows(lake) == [{"ts": 1, "a_b": 2, "c": {"d_e": 3}}]
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    assert shown["ExtendedS3DestinationDescription"]["DataFormatConversionConfiguration"][
        "InputFormatConfiguration"
    ] == {"Deserializer": {"OpenXJsonSerDe": mapped}}


def test_names_of_members_with_their_case(lake):  # noqa: F811
    table(lake, {"a": "int", "b": "int"})
    create(
        lake,
        {
            "OpenXJsonSerDe": {
                "CaseInsensitive": False,
                "ColumnToJsonKeyMappings": {"b": "B"},
            }
        },
    )
    deliver(lake, {"A": 1, "B": 2}, {"a": 3, "b": 4, "c.d": 5})
    assert rows(lake) == [{"a": None, "b": 2}, {"a": 3, "b": None}]


@pytest.mark.parametrize("compression", ["GZIP", "SNAPPY", "UNCOMPRESSED"])
def test_files_as_the_serializer_is_told(lake, compression):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    output = {
        "ParquetSerDe": {
            "Compression": compression,
            "WriterVersion": "V2",
            "EnableDictionaryCompression": False,
            "BlockSizeBytes": 64 << 20,
            "PageSizeBytes": 1 << 20,
            "MaxPaddingBytes": 0,
        }
    }
    create(lake, output=output, FileExtension=".pq.parquet")
    deliver(lake, *({"id": i, "s": "x" * (i % 3)} for i in range(500)))
    [body] = bodies(lake)
    file = pyarrow.parquet.ParquetFile(io.BytesIO(body))
    column = file.metadata.row_group(0).column(1)
    assert column.compression == compression
    assert not {"PLAIN_DICTIONARY", "RLE_DICTIONARY"} & set(column.encodings)
    assert [row["id"] for row in file.read().to_pylist()] == list(range(500))
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    assert shown["ExtendedS3DestinationDescription"]["DataFormatConversionConfiguration"][
        "OutputFormatConfiguration"
    ] == {"Serializer": output}
    assert all(key.endswith(".pq.parquet") for key in lake.keys())


def test_a_map_with_one_key_twice_is_a_failure(lake):  # noqa: F811
    """DuckDB cannot read a file with such a map."""
    table(lake, {"m": "map<int,string>"})
    create(lake)
    deliver(lake, b'{"m": {"1": "a", "2": "b"}}', b'{"m": {"1": "a", "1": "b"}}', objects=2)
    assert rows(lake) == [{"m": [(1, "a"), (2, "b")]}]
    assert list(reasons(lake).values()) == ["MalformedData"]


def test_csv_records_by_the_tag(lake):  # noqa: F811
    table(lake, {"id": "int", "name": "string", "at": "timestamp", "day": "date"})
    destination = {
        "RoleARN": ROLE,
        "BucketARN": "arn:aws:s3:::lake",
        "BufferingHints": LARGE,
        "Prefix": PREFIX,
        "ErrorOutputPrefix": ERRORS,
        **conversion(),
    }
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration=destination,
        Tags=[{"Key": "freshet:convert-from", "Value": "csv"}],
    )
    deliver(
        lake,
        b'1,"a, ""b""",2026-01-31T10:00:00Z,2026-01-31\n',
        b"2,c\\d,2026-01-31 10:00:00.5,\r\n",
        b"3,e,,2026-01-31\n4,f,soon,\n\n5,g",
        b"x,h,,",
        b"",
        objects=2,
    )
    at = datetime.datetime(2026, 1, 31, 10)
    day = datetime.date(2026, 1, 31)
    assert rows(lake) == [
        {"id": 1, "name": 'a, "b"', "at": at, "day": day},
        {"id": 2, "name": "c\\d", "at": at + datetime.timedelta(seconds=0.5), "day": None},
        {"id": 3, "name": "e", "at": None, "day": day},
        {"id": 5, "name": "g", "at": None, "day": None},
    ]
    assert reasons(lake) == {b"4,f,soon,": "MalformedData", b"x,h,,": "MalformedData"}


def test_text_records_by_the_serde_of_a_table(lake):  # noqa: F811
    table(lake, {"id": "int", "tags": "array<string>"})
    table(
        lake,
        {"id": "int", "tags": "array<string>"},
        name="text",
        serde=LAZY,
        **{"field.delim": "|", "collection.delim": ",", "skip.header.line.count": "1"},
    )
    create(lake)
    refused = code(
        lake.firehose.tag_delivery_stream,
        DeliveryStreamName="out",
        Tags=[{"Key": "freshet:convert-from", "Value": "d.none"}],
    )
    assert refused == "InvalidArgumentException"
    lake.firehose.tag_delivery_stream(
        DeliveryStreamName="out", Tags=[{"Key": "freshet:convert-from", "Value": "d.text"}]
    )
    deliver(lake, b"1|a,b", b"2|c\n", b"x|d", objects=2)
    assert rows(lake) == [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": ["c"]}]
    assert reasons(lake) == {b"x|d": "MalformedData"}


def test_kpl_aggregates_of_a_stream_become_rows(lake):  # noqa: F811
    table(lake, {"id": "int"})
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    create(lake, source=f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s")
    batch = aggregator.RecordAggregator()
    for text in ('{"id":1}', "bad", '{"id":3}'):
        batch.add_user_record("k", text.encode())
    key, _, data = batch.clear_and_get().get_contents()
    put_one = kinesis.put_record(StreamName="s", PartitionKey=key, Data=data)
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2, advance_ms=1000)
    assert rows(lake) == [{"id": 1}, {"id": 3}]
    [line] = failures(lake, FAILED)
    assert base64.b64decode(line["rawData"]) == b"bad"
    assert line["sequenceNumber"] == put_one["SequenceNumber"] and line["subSequenceNumber"] == 1


def test_conversion_follows_functions_and_partitions(lake):  # noqa: F811
    Functions(lake.freshet).create(
        "import base64, json\n"
        "def handler(event, context):\n"
        "    def one(r):\n"
        "        text = base64.b64decode(r['data']).decode()\n"
        "        if text == 'drop': return {'recordId': r['recordId'], 'result': 'Dropped'}\n"
        "        c, id = text.split(',')\n"
        "        data = base64.b64encode(json.dumps({'c': c, 'id': id}).encode()).decode()\n"
        "        return {'recordId': r['recordId'], 'result': 'Ok', 'data': data}\n"
        "    return {'records': [one(r) for r in event['records']]}\n"
    )
    table(lake, {"id": "int"})
    lake.create(
        **{
            **by_query("{c: .c}", transformed(), prefix="rows/c=!{partitionKeyFromQuery:c}/"),
            **conversion(),
        }
    )
    put(lake, b"a,1", b"b,2", b"a,3", b"b,x", b"drop")
    lake.freshet.restart()
    lake.freshet.advance(60_000)
    lake.wait_for_keys(3)
    assert rows(lake, "rows/c=a/") == [{"id": 1}, {"id": 3}]
    assert rows(lake, "rows/c=b/") == [{"id": 2}]
    [line] = failures(lake, FAILED)
    assert base64.b64decode(line["rawData"]) == b"b,x"  # as the source had it
    assert len(lake.keys()) == 3


def test_source_records_are_backed_up_beside_the_rows(lake):  # noqa: F811
    table(lake, {"id": "int"})
    backup = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": "backup/"}
    create(lake, S3BackupMode="Enabled", S3BackupConfiguration=backup)
    deliver(lake, b'{"id":1}', b"bad", objects=3)
    assert rows(lake) == [{"id": 1}] and list(reasons(lake)) == [b"bad"]
    [key] = [key for key in lake.keys() if key.startswith("backup/")]
    assert lake.s3.get_object(Bucket="lake", Key=key)["Body"].read() == b'{"id":1}bad'


def test_a_table_that_is_gone_stops_the_delivery_and_loses_nothing(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    glue = lake.freshet.client("glue")
    glue.delete_table(DatabaseName="d", Name="t")
    put(lake, b'{"id":1,"s":"a"}')
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: "could not be found: d.t" in lake.freshet.server_log())
    assert lake.keys() == []
    lake.freshet.restart()
    glue = lake.freshet.client("glue")
    columns = [{"Name": "id", "Type": "int"}, {"Name": "s", "Type": "string"}]
    glue.create_table(
        DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": {"Columns": columns}}
    )
    lake.wait_for_keys(1, advance_ms=60_000)
    assert rows(lake) == [{"id": 1, "s": "a"}] and len(lake.keys()) == 1


def test_a_changed_table_gives_its_new_columns_from_the_next_cut_on(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    deliver(lake, {"id": 1, "s": "a"})
    columns = [{"Name": "s", "Type": "string"}, {"Name": "id", "Type": "bigint"}]
    lake.freshet.client("glue").update_table(
        DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": {"Columns": columns}}
    )
    deliver(lake, {"id": 2, "s": "a"}, objects=2)
    read = sorted(rows(lake), key=lambda row: row["id"])
    assert read == [{"id": 1}, {"s": "a", "id": 2}] and list(read[1]) == ["s", "id"]


def test_what_aws_refuses(lake):  # noqa: F811
    table(lake, {"id": "int"})

    def message(config, **more):
        with pytest.raises(lake.firehose.exceptions.InvalidArgumentException) as error:
            lake.create(**{"BufferingHints": LARGE, **config, **more})
        return error.value.response["Error"]["Message"]

    without = conversion()["DataFormatConversionConfiguration"]

    def lacking(member):
        return {
            "DataFormatConversionConfiguration": {
                name: value for name, value in without.items() if name != member
            }
        }

    small = {"SizeInMBs": 63, "IntervalInSeconds": 60}
    # In this order.
    both = message(conversion(), CompressionFormat="GZIP", BufferingHints=small)
    assert both.startswith("CompressionFormat must be UNCOMPRESSED")
    assert message(conversion(), BufferingHints=small) == (
        "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."
    )
    assert "Deserializer must be" in message(lacking("InputFormatConfiguration"))
    assert "Configuration.Serializer must be" in message(lacking("OutputFormatConfiguration"))
    assert "SchemaConfiguration must be" in message(lacking("SchemaConfiguration"))
    assert "d.none" in message(conversion(TableName="none"))
    assert "Version 7" in message(conversion(VersionId="7"))
    two = {"OpenXJsonSerDe": {}, "HiveJsonSerDe": {}}
    assert "Exactly one Deserializer" in message(conversion(two))
    formats = {"HiveJsonSerDe": {"TimestampFormats": ["yyyy-QQ"]}}
    assert "letter Q" in message(conversion(formats))
    assert "PageSizeBytes" in message(conversion(output={"ParquetSerDe": {"PageSizeBytes": 65536}}))
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="off",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "CompressionFormat": "GZIP",
            "DataFormatConversionConfiguration": {
                **lacking("SchemaConfiguration")["DataFormatConversionConfiguration"],
                "Enabled": False,
            },
        },
    )


def test_hints_are_larger_where_none_are_given_and_an_update_begins_conversion(lake):  # noqa: F811
    table(lake, {"id": "int"})
    schema = {"CatalogId": "000000000000", "Region": "us-east-1", "VersionId": "1"}
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            **conversion(**schema),
        },
    )

    def shown():
        described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
        return described["DeliveryStreamDescription"]["Destinations"][0][
            "ExtendedS3DestinationDescription"
        ]

    assert shown()["BufferingHints"] == {"SizeInMBs": 128, "IntervalInSeconds": 300}
    given = conversion(**schema)["DataFormatConversionConfiguration"]
    assert shown()["DataFormatConversionConfiguration"] == given
    update = {
        "DeliveryStreamName": "out",
        "DestinationId": "destinationId-000000000001",
    }
    lake.firehose.update_destination(
        **update,
        CurrentDeliveryStreamVersionId="1",
        ExtendedS3DestinationUpdate={
            "DataFormatConversionConfiguration": {
                "SchemaConfiguration": {
                    "RoleARN": ROLE,
                    "CatalogId": "000000000000",
                    "Region": "us-east-1",
                    "DatabaseName": "d",
                    "TableName": "t",
                    "VersionId": "LATEST",
                }
            }
        },
    )
    given["SchemaConfiguration"]["VersionId"] = "LATEST"
    assert shown()["DataFormatConversionConfiguration"] == given
    lake.firehose.update_destination(
        **update,
        CurrentDeliveryStreamVersionId="2",
        ExtendedS3DestinationUpdate={"DataFormatConversionConfiguration": {"Enabled": False}},
    )
    assert shown()["DataFormatConversionConfiguration"] == {**given, "Enabled": False}
    put(lake, b'{"id":1}')
    lake.freshet.advance(300_000)
    [key] = lake.wait_for_keys(1)
    assert lake.s3.get_object(Bucket="lake", Key=key)["Body"].read() == b'{"id":1}'


def test_many_records_become_one_file_in_their_order(lake):  # noqa: F811
    table(lake, {"id": "int", "text": "string"})
    create(lake)
    for begin in range(0, 60_000, 500):
        put(
            lake,
            *(
                b'{"id":%d,"text":"%s"}' % (i, b"x" * (i % 50)) if i % 1000 else b"bad %d" % i
                for i in range(begin, begin + 500)
            ),
        )
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    good = [i for i in range(60_000) if i % 1000]
    read = [row["id"] for row in rows(lake)]
    assert read == good
    found = collections.Counter(reasons(lake))
    assert set(found) == {b"bad %d" % i for i in range(0, 60_000, 1000)}
