"""Athena over ORC files that Arrow wrote: each type, columns by place or by name, stripes, and
files that do not fit the table.
"""

import datetime
import decimal
import hashlib
import io

import pyarrow
import pyarrow.orc
import pytest

from test_athena import Lake
from test_athena_parquet import COLUMNS, SCHEMA, data, put, row, table_of, text


def orc(table, **options):
    out = io.BytesIO()
    pyarrow.orc.write_table(table, out, **options)
    return out.getvalue()


def filler(n):
    """Text that compresses little: the size of a stripe is that of its compressed bytes."""
    return hashlib.sha256(str(n).encode()).hexdigest() * 2


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def make(lake, name, columns, partitions="", by_name=False):
    serde = "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'"
    told = f"{serde} WITH SERDEPROPERTIES ('orc.column.index.access'='false')" if by_name else ""
    lake.rows(
        f"CREATE EXTERNAL TABLE {name} ({columns}) {partitions} {told} STORED AS ORC LOCATION "
        f"'s3://lake/{name}/'"
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zlib", "dictionary_key_size_threshold": 1.0},
        {"compression": "snappy", "file_version": "0.11"},
        {"compression": "zstd", "row_index_stride": 1000},
        {"compression": "lz4"},
    ],
    ids=str,
)
def test_each_type_reads_as_it_was_written(lake, options):
    rows = [row(n) for n in range(60)]
    put(lake, "t/part-0", orc(table_of(rows), **options))
    make(lake, "t", COLUMNS)
    expected = [
        [
            "{}" if one.get(name) == [] and name == "attrs" else text(one.get(name))
            for name in SCHEMA.names
        ]
        for one in rows
    ]
    assert data(lake, "SELECT * FROM t ORDER BY i") == expected
    assert data(lake, "SELECT count(*) FROM t") == [["60"]]
    assert data(lake, "SELECT s, b FROM t WHERE d > 5 AND nested.x < 20 ORDER BY i") == [
        [text(one["s"]), text(one["b"])] for one in rows if one.get("d", 0) > 5 and one["i"] < 20
    ]


def test_columns_go_by_their_places_unless_told_otherwise(lake):
    files = {
        "1": pyarrow.table({"a": [1], "b": ["one"], "c": [1.5]}),
        "2": pyarrow.table({"b": [2], "a": ["two"]}),
        "3": pyarrow.table({"_col0": [3], "_col1": ["three"], "_col2": [3.5]}),
    }
    for name, table in files.items():
        put(lake, f"t/{name}", orc(table))
    make(lake, "t", "a bigint, b string, c double")
    assert data(lake, "SELECT * FROM t ORDER BY a") == [
        ["1", "one", "1.5"],
        ["2", "two", None],
        ["3", "three", "3.5"],
    ]
    put(lake, "n/1", orc(pyarrow.table({"B": ["one"], "other": [7], "A": [1]})))
    put(lake, "n/2", orc(files["3"]))  # names that old Hive makes say nothing
    make(lake, "n", "a bigint, b string, c double", by_name=True)
    assert data(lake, "SELECT * FROM n ORDER BY a") == [["1", "one", None], ["3", "three", "3.5"]]


def test_types_that_changed_are_read_where_nothing_is_lost(lake):
    nested = pyarrow.struct([("y", pyarrow.string()), ("X", pyarrow.int32())])
    put(
        lake,
        "t/1",
        orc(
            pyarrow.table(
                {
                    "whole": pyarrow.array([7], pyarrow.int32()),
                    "real": pyarrow.array([0.5], pyarrow.float32()),
                    "price": pyarrow.array([decimal.Decimal("1.5")], pyarrow.decimal128(4, 1)),
                    "nested": pyarrow.array([{"y": "a", "X": 5}], nested),
                    "at": pyarrow.array([0], pyarrow.timestamp("us", "Europe/Berlin")),
                }
            )
        ),
    )
    make(
        lake,
        "t",
        "whole bigint, real double, price decimal(10,3), nested struct<x:bigint,z:int,y:string>, "
        "at timestamp",
    )
    assert data(lake, "SELECT * FROM t") == [
        ["7", "0.5", "1.500", "{x=5, z=null, y=a}", "1970-01-01 00:00:00.000"]
    ]


def test_a_type_that_does_not_fit_is_named_and_the_other_columns_are_read(lake):
    put(lake, "t/1", orc(pyarrow.table({"a": [1], "b": ["x"]})))
    put(lake, "t/2", orc(pyarrow.table({"a": [2], "b": [5]})))
    make(lake, "t", "a bigint, b string")
    assert data(lake, "SELECT a FROM t ORDER BY a") == [["1"], ["2"]]
    assert lake.failure("SELECT b FROM t")["StateChangeReason"] == (
        "HIVE_BAD_DATA: Malformed ORC file. Cannot read SQL type varchar from ORC stream .b of "
        "type LONG [s3://lake/t/2]"
    )


def test_partitions_paths_and_stripes(lake):
    count = 30_000
    for part, compression in (("x", "uncompressed"), ("y", "zlib")):
        rows = pyarrow.table(
            {
                "n": pyarrow.array(range(count), pyarrow.int64()),
                "s": [f"{part} {n} {filler(n)}" for n in range(count)],
            }
        )
        body = orc(rows, compression=compression, stripe_size=1 << 18, batch_size=500)
        assert pyarrow.orc.ORCFile(io.BytesIO(body)).nstripes > 2
        put(lake, f"t/p={part}/rows.orc", body)
    make(lake, "t", "n bigint, s string", "PARTITIONED BY (p string)")
    lake.rows("MSCK REPAIR TABLE t")
    total = str(count * (count - 1) // 2)
    assert data(lake, "SELECT p, count(*), sum(n), min(s) FROM t GROUP BY p ORDER BY p") == [
        [part, str(count), total, f"{part} 0 {filler(0)}"] for part in "xy"
    ]
    assert data(lake, "SELECT count(*) FROM t WHERE p = 'y'") == [[str(count)]]
    assert data(lake, "SELECT \"$path\", n FROM t WHERE s LIKE 'y 777 %'") == [
        ["s3://lake/t/p=y/rows.orc", "777"]
    ]
    read = [line[0] for line in data(lake, "SELECT n FROM t WHERE p = 'x' LIMIT 900")]
    assert len(read) == 900

    def scanned(sql):
        execution = lake.wait(lake.start(sql))
        return execution["Statistics"]["DataScannedInBytes"]

    assert scanned("SELECT sum(n) FROM t WHERE p = 'x'") < scanned(
        "SELECT max(s) FROM t WHERE p = 'x'"
    )


def test_files_without_rows_have_none(lake):
    put(lake, "t/empty", b"")
    put(lake, "t/none", orc(pyarrow.table({"a": pyarrow.array([], pyarrow.int64())})))
    make(lake, "t", "a bigint")
    assert data(lake, "SELECT * FROM t") == []
    put(lake, "t/one", orc(pyarrow.table({"a": [1]})))
    assert data(lake, "SELECT count(*), sum(a) FROM t") == [["1", "1"]]


def test_what_is_no_orc_file_is_named(lake):
    whole = orc(pyarrow.table({"a": list(range(1000))}))
    make(lake, "t", "a bigint")
    for body in (b"no ORC at all", whole[:-20], b"PAR1" + whole[4:100] + b"PAR1"):
        put(lake, "t/bad", body)
        reason = lake.failure("SELECT a FROM t")["StateChangeReason"]
        assert reason.startswith(
            "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://lake/t/bad "
            f"(offset=0, length={len(body)}): "
        ), reason


def test_types_that_are_nested_too_deeply_are_refused(lake):
    make(lake, "t", "a bigint")

    def nested(depth):
        kind, value = pyarrow.int64(), 7
        for _ in range(depth):
            kind, value = pyarrow.list_(kind), [value]
        return orc(pyarrow.table({"a": [1], "b": pyarrow.array([value], kind)}))

    put(lake, "t/x", nested(99))
    assert data(lake, "SELECT a FROM t") == [["1"]]
    put(lake, "t/x", nested(100))
    reason = lake.failure("SELECT a FROM t")["StateChangeReason"]
    assert reason.endswith("its types are nested deeper than 100"), reason


def test_a_time_that_nanoseconds_do_not_hold_is_named_and_other_columns_are_read(lake):
    far = datetime.datetime(9999, 12, 31)
    put(
        lake,
        "t/1",
        orc(
            pyarrow.table(
                {
                    "n": [1],
                    "near": pyarrow.array([datetime.datetime(2026, 1, 1)], pyarrow.timestamp("us")),
                    "far": pyarrow.array([far], pyarrow.timestamp("us")),
                    "day": pyarrow.array([far.date()], pyarrow.date32()),
                }
            )
        ),
    )
    make(lake, "t", "n bigint, near timestamp, far timestamp, day date")
    assert data(lake, "SELECT n, near, day FROM t") == [
        ["1", "2026-01-01 00:00:00.000", "9999-12-31"]
    ]
    reason = lake.failure("SELECT * FROM t")["StateChangeReason"]
    assert reason.startswith(
        "HIVE_CURSOR_ERROR: Failed to read ORC file: s3://lake/t/1 (column far): "
    ), reason


def test_an_old_time_with_a_fraction_is_read_as_arrow_wrote_it(lake):
    old = datetime.datetime(1969, 12, 31, 23, 59, 59, 500_000)
    put(lake, "t/1", orc(pyarrow.table({"at": pyarrow.array([old], pyarrow.timestamp("us"))})))
    make(lake, "t", "at timestamp")
    assert data(lake, "SELECT * FROM t") == [["1969-12-31 23:59:59.500"]]


def test_a_join_of_orc_with_text_and_itself(lake):
    put(lake, "t/1", orc(pyarrow.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})))
    put(lake, "c/1", b"2,two\n3,three\n")
    make(lake, "t", "a bigint, b string")
    lake.rows(
        "CREATE EXTERNAL TABLE c (a bigint, word string) ROW FORMAT DELIMITED FIELDS TERMINATED "
        "BY ',' LOCATION 's3://lake/c/'"
    )
    sql = "SELECT c.word, x.b, y.a FROM t x JOIN c ON x.a = c.a JOIN t y ON y.b = x.b ORDER BY x.a"
    assert data(lake, sql) == [["two", "y", "2"], ["three", "z", "3"]]


def test_what_firehose_delivers_is_read(lake):
    make(lake, "d", "id bigint, at timestamp, tags array<struct<k:string,v:decimal(9,2)>>")
    firehose = lake.freshet.client("firehose")
    role = "arn:aws:iam::000000000000:role/any"
    firehose.create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={
            "RoleARN": role,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "d/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
            "DataFormatConversionConfiguration": {
                "SchemaConfiguration": {
                    "RoleARN": role,
                    "DatabaseName": "default",
                    "TableName": "d",
                },
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                "OutputFormatConfiguration": {"Serializer": {"OrcSerDe": {}}},
            },
        },
    )
    for n in range(3):
        text = (
            f'{{"id": {n}, "at": "2026-01-31 23:59:5{n}.25", "tags": [{{"k": "a", "v": {n}.5}}]}}'
        )
        firehose.put_record(DeliveryStreamName="out", Record={"Data": text.encode()})
    lake.freshet.advance(60_000)
    lake.freshet.until(
        lambda: lake.s3.list_objects_v2(Bucket="lake", Prefix="d/").get("KeyCount") == 1
    )
    assert data(lake, "SELECT * FROM d ORDER BY id") == [
        [str(n), f"2026-01-31 23:59:5{n}.250", f"[{{k=a, v={n}.50}}]"] for n in range(3)
    ]


def test_a_map_with_one_key_twice_is_an_error_that_names_the_file(lake):
    kind = pyarrow.map_(pyarrow.string(), pyarrow.int64())
    table = pyarrow.table({"n": [1], "m": pyarrow.array([[("a", 1), ("a", 2)]], kind)})
    put(lake, "t/1", orc(table))
    make(lake, "t", "n bigint, m map<string,bigint>")
    assert data(lake, "SELECT n FROM t") == [["1"]]
    reason = lake.failure("SELECT m FROM t")["StateChangeReason"]
    assert reason.startswith("HIVE_BAD_DATA: Failed to read ORC file: s3://lake/t/1: "), reason
