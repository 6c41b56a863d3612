"""Firehose's format conversion to ORC through boto3: what the objects hold is read by pyarrow and
by hand, never by Freshet.
"""

import datetime
import decimal
import io
import json
import os
import pathlib

import orc_files
import pyarrow.orc
import pytest
from test_firehose import lake  # noqa: F401
from test_firehose_conversion import FAILED, LAZY, conversion, deliver, reasons, table
from test_firehose_conversion import create as create_parquet
from test_firehose_stages import failures, put

DEFAULTS = {"OrcSerDe": {}}


def create(lake, serde=None, **given):  # noqa: F811
    create_parquet(lake, output={"OrcSerDe": serde or {}}, **given)


def bodies(lake, prefix="rows/"):  # noqa: F811
    found = lake.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    assert all(item["Key"].endswith(".orc") for item in found)
    return [lake.s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read() for item in found]


def rows(lake, prefix="rows/"):  # noqa: F811
    return [
        row
        for body in bodies(lake, prefix)
        for row in pyarrow.orc.read_table(io.BytesIO(body)).to_pylist()
    ]


def test_documents_become_rows_of_the_tables_columns(lake):  # noqa: F811
    table(
        lake,
        {
            "id": "bigint",
            "name": "string",
            "price": "decimal(10,2)",
            "total": "decimal(38,10)",
            "at": "timestamp",
            "day": "date",
            "ok": "boolean",
            "ratio": "double",
            "share": "float",
            "tiny": "tinyint",
            "small": "smallint",
            "whole": "int",
            "code": "varchar(10)",
            "sign": "char(3)",
            "raw": "binary",
            "tags": "array<string>",
            "by": "map<string,int>",
            "place": "struct<city:string,spots:array<struct<x:double,y:timestamp>>>",
        },
    )
    create(lake)
    first = {
        "id": 9007199254740993,
        "NAME": "ä\n",
        "price": 12.5,
        "total": "1234567890123456789012345678.0123456789",
        "at": "2026-01-31T23:59:59.123456Z",
        "day": "2026-01-31",
        "ok": True,
        "ratio": 0.1,
        "share": 0.5,
        "tiny": -128,
        "small": -5,
        "whole": 7,
        "code": "abc",
        "sign": "x",
        "raw": "bytes",
        "tags": ["a", None, "c"],
        "by": {"x": 1, "y": None},
        "place": {"City": "Rome", "spots": [{"x": 1, "y": "1969-12-31 23:59:59"}, {}, None]},
        "other": {"of": ["no", "column"]},
    }
    deliver(lake, first, {"id": 2, "place": None, "tags": [], "by": {}}, {})
    [body] = bodies(lake)
    file = pyarrow.orc.ORCFile(io.BytesIO(body))
    assert file.compression == "SNAPPY" and str(file.file_version) == "0.12"
    assert file.row_index_stride == 10_000
    one, two, three = file.read().to_pylist()
    assert one == {
        "id": 9007199254740993,
        "name": "ä\n",
        "price": decimal.Decimal("12.50"),
        "total": decimal.Decimal("1234567890123456789012345678.0123456789"),
        "at": datetime.datetime(2026, 1, 31, 23, 59, 59, 123456),
        "day": datetime.date(2026, 1, 31),
        "ok": True,
        "ratio": 0.1,
        "share": 0.5,
        "tiny": -128,
        "small": -5,
        "whole": 7,
        "code": "abc",
        "sign": "x",
        "raw": b"bytes",
        "tags": ["a", None, "c"],
        "by": [("x", 1), ("y", None)],
        "place": {
            "city": "Rome",
            "spots": [
                {"x": 1, "y": datetime.datetime(1969, 12, 31, 23, 59, 59)},
                {"x": None, "y": None},
                None,
            ],
        },
    }
    assert two["id"] == 2 and two["place"] is None and two["tags"] == [] and two["by"] == []
    assert set(three.values()) == {None}
    assert [str(file.schema.field(name).type) for name in ("tiny", "small", "whole", "at")] == [
        "int8",
        "int16",
        "int32",
        "timestamp[ns]",
    ]
    [key] = lake.keys()
    head = lake.s3.head_object(Bucket="lake", Key=key)
    assert head["ContentType"] == "application/octet-stream" and key.startswith("rows/2026/out-1-")


def test_what_does_not_convert_is_a_failure_and_the_rest_is_delivered(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    deliver(lake, b'{"id": 1}', b'{"id": "x"}', b"no json", b'{"id": 2}{"id": 3}', objects=2)
    assert [row["id"] for row in rows(lake)] == [1, 2, 3]
    assert reasons(lake) == {b'{"id": "x"}': "MalformedData", b"no json": "ParseError"}


def test_records_that_all_fail_give_no_file(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    deliver(lake, b"no", b"json", objects=1)
    assert rows(lake) == [] and len(reasons(lake)) == 2


def test_old_times_with_a_fraction_are_failures_by_name(lake):  # noqa: F811
    """Arrow's writer stores them so that Trino and Java call the whole file malformed."""
    table(
        lake, {"id": "int", "at": "timestamp", "all": "array<struct<at:timestamp>>", "day": "date"}
    )
    create(lake)
    deliver(
        lake,
        {"id": 1, "at": "1969-12-31 23:59:59.5"},
        {"id": 2, "at": "1969-12-31 23:59:59"},
        {"id": 3, "at": "1970-01-01 00:00:00.5", "day": "9999-12-31"},
        {"id": 4, "all": [None, {"at": "1970-01-01 00:00:00"}, {"at": -0.5}]},
        {"id": 5, "all": [{"at": None}, {"at": -5}]},
        objects=2,
    )
    read = rows(lake)
    assert [row["id"] for row in read] == [2, 3, 5]
    assert read[0]["at"] == datetime.datetime(1969, 12, 31, 23, 59, 59)
    assert read[1]["at"] == datetime.datetime(1970, 1, 1, 0, 0, 0, 500000)
    assert read[1]["day"] == datetime.date(9999, 12, 31)
    assert {line["lastErrorMessage"] for line in failures(lake, FAILED)} == {
        f"Data does not match the schema. Column {column}: before 1970 with a fraction of a "
        "second, which not every reader of ORC files takes"
        for column in ("at", "all")
    }


def test_old_times_of_text_with_a_fraction_are_failures_by_name(lake):  # noqa: F811
    table(lake, {"id": "int", "at": "timestamp", "all": "array<timestamp>"})
    table(lake, {"a": "string"}, name="source", serde=LAZY, **{"field.delim": "|"})
    config = {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}, "Prefix": "rows/"}
    config["ErrorOutputPrefix"] = "err/!{firehose:error-output-type}/"
    lake.firehose.create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/any",
            "BucketARN": "arn:aws:s3:::lake",
            **config,
            **conversion(output=DEFAULTS),
        },
        Tags=[{"Key": "freshet:convert-from", "Value": "d.source"}],
    )
    second = "1969-12-31 23:59:59"
    lines = f"1|{second}.5|\n2|{second}|{second}\n3||{second}\x02{second}.25\nx|{second}.5|\n"
    deliver(lake, lines.encode(), objects=2)
    assert [row["id"] for row in rows(lake)] == [2]
    texts = [line["lastErrorMessage"].split("Column ")[1] for line in failures(lake, FAILED)]
    old = "before 1970 with a fraction of a second, which not every reader of ORC files takes"
    assert texts == [f"at: {old}", f"all: {old}", 'id: not of the type integer: "x"']


def test_files_as_the_serializer_is_told(lake):  # noqa: F811
    table(lake, {"id": "int", "by": "map<string,int>", "s": "string", "t": "string"})
    serde = {
        "StripeSizeBytes": 8 << 20,
        "BlockSizeBytes": 64 << 20,
        "RowIndexStride": 1000,
        "EnablePadding": True,
        "PaddingTolerance": 0.25,
        "Compression": "NONE",
        "BloomFilterColumns": ["s"],
        "BloomFilterFalsePositiveProbability": 0.01,
        "DictionaryKeyThreshold": 0.8,
        "FormatVersion": "V0_11",
    }
    create(lake, serde, FileExtension=".hive.orc")
    deliver(lake, *({"id": i, "s": "abc"[i % 3], "t": f"text {i}"} for i in range(500)))
    [body] = bodies(lake)
    file = pyarrow.orc.ORCFile(io.BytesIO(body))
    assert file.compression == "UNCOMPRESSED" and file.row_index_stride == 1000
    assert str(file.file_version) == "0.11"
    assert [row["id"] for row in file.read().to_pylist()] == list(range(500))
    [stripe] = orc_files.stripes(body)
    assert stripe.bloom_columns == {5}  # by is 2, its keys and values 3 and 4
    assert stripe.encodings[1] == "DIRECT"
    assert stripe.encodings[5:] == ["DICTIONARY", "DIRECT"]
    described = lake.firehose.describe_delivery_stream(DeliveryStreamName="out")
    shown = described["DeliveryStreamDescription"]["Destinations"][0]
    assert shown["ExtendedS3DestinationDescription"]["DataFormatConversionConfiguration"][
        "OutputFormatConfiguration"
    ] == {"Serializer": {"OrcSerDe": serde}}
    assert all(key.endswith(".hive.orc") for key in lake.keys())


def test_files_without_a_word_to_the_serializer(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake, {"Compression": "NONE"})
    deliver(lake, *({"id": i, "s": "a"} for i in range(100)))
    [stripe] = orc_files.stripes(bodies(lake)[0])
    assert stripe.bloom_columns == set()
    assert stripe.encodings == ["DIRECT", "DIRECT_V2", "DIRECT_V2"]


def test_stripes_are_as_large_as_the_serializer_is_told(lake):  # noqa: F811
    table(lake, {"id": "int", "text": "string"})
    create(lake, {"StripeSizeBytes": 8 << 20, "Compression": "ZLIB"})
    count = 400
    texts = [os.urandom(32 << 10).hex() for _ in range(count)]
    for begin in range(0, count, 50):
        batch = [
            json.dumps({"id": i, "text": texts[i]}).encode()
            for i in range(begin, min(begin + 50, count))
        ]
        put(lake, *batch)
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    [body] = bodies(lake)
    file = pyarrow.orc.ORCFile(io.BytesIO(body))
    assert file.compression == "ZLIB"
    assert 2 <= file.nstripes <= 5  # of 25 MiB
    assert file.read().column("text").to_pylist() == texts


def test_what_aws_refuses(lake):  # noqa: F811
    table(lake, {"id": "int"})

    def message(output):
        with pytest.raises(lake.firehose.exceptions.InvalidArgumentException) as refused:
            create_parquet(lake, output=output)
        return refused.value.response["Error"]["Message"]

    assert "Exactly one Serializer" in message({"OrcSerDe": {}, "ParquetSerDe": {}})
    bloom = {"OrcSerDe": {"BloomFilterColumns": ["name"]}}
    assert "BloomFilterColumns names name, which d.t does not have" in message(bloom)
    for probability in (0.0, 1.0):
        bloom = {"BloomFilterColumns": ["id"], "BloomFilterFalsePositiveProbability": probability}
        assert "must be more than 0 and less than 1" in message({"OrcSerDe": bloom})
    assert "RowIndexStride must be at most 1000000" in message(
        {"OrcSerDe": {"RowIndexStride": 2_000_000}}
    )


def test_an_update_changes_parquet_to_orc(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create_parquet(lake)
    lake.firehose.update_destination(
        DeliveryStreamName="out",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate=conversion(output=DEFAULTS),
    )
    deliver(lake, {"id": 1})
    assert rows(lake) == [{"id": 1}]


def maps(server):
    """Of the server, and of the processes that it started."""
    process = server.process.pid
    tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
    children = [one for task in tasks for one in (task / "children").read_text().split()]
    own, *others = [pathlib.Path(f"/proc/{one}/maps").read_text() for one in (process, *children)]
    return own, "".join(others)


def test_arrow_is_loaded_by_the_worker_alone_and_when_orc_is_made(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create_parquet(lake)
    deliver(lake, {"id": 1})
    _, worker = maps(lake.freshet)
    assert "libduckdb" in worker and "libarrow" not in worker
    lake.firehose.update_destination(
        DeliveryStreamName="out",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "orc/", **conversion(output=DEFAULTS)},
    )
    deliver(lake, {"id": 2}, objects=2)
    assert rows(lake, "orc/") == [{"id": 2}]
    server, worker = maps(lake.freshet)
    assert "libarrow" in worker and "libarrow" not in server
