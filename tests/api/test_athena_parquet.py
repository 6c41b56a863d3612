"""Athena over Parquet files that Arrow wrote: each type, columns by name, pruning, and files that
do not fit the table.
"""

import datetime
import decimal
import io
import random

import pyarrow
import pyarrow.parquet
import pytest

from test_athena import Lake

UTC = datetime.timezone.utc
COLUMNS = """flag boolean, tiny tinyint, small smallint, i int, b bigint, f float, d double,
             s string, raw binary, price decimal(10,2), big decimal(38,10),
             born date, seen timestamp, nested struct<x:int,y:string>, tags array<string>,
             attrs map<string,bigint>, deep array<struct<a:int,b:array<double>>>"""
SCHEMA = pyarrow.schema(
    [
        ("flag", pyarrow.bool_()),
        ("tiny", pyarrow.int8()),
        ("small", pyarrow.int16()),
        ("i", pyarrow.int32()),
        ("b", pyarrow.int64()),
        ("f", pyarrow.float32()),
        ("d", pyarrow.float64()),
        ("s", pyarrow.string()),
        ("raw", pyarrow.binary()),
        ("price", pyarrow.decimal128(10, 2)),
        ("big", pyarrow.decimal128(38, 10)),
        ("born", pyarrow.date32()),
        ("seen", pyarrow.timestamp("us")),
        ("nested", pyarrow.struct([("x", pyarrow.int32()), ("y", pyarrow.string())])),
        ("tags", pyarrow.list_(pyarrow.string())),
        ("attrs", pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        (
            "deep",
            pyarrow.list_(
                pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.list_(pyarrow.float64()))])
            ),
        ),
    ]
)


def parquet(table, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def row(n):
    """Row n of the test's data; in each seventh row everything except i is NULL."""
    if n % 7 == 6:
        return {"i": n}
    return {
        "flag": n % 2 == 0,
        "tiny": n % 256 - 128,
        "small": -n,
        "i": n,
        "b": n * 10**15,
        "f": n / 4,
        "d": n / 3,
        "s": f'naïve {n}\n"x"',
        "raw": bytes([n % 256, 255, 0]),
        "price": decimal.Decimal(n * 37).scaleb(-2),
        "big": decimal.Decimal(10**27 + n).scaleb(-10),
        "born": datetime.date(1950, 1, 1) + datetime.timedelta(days=n * 100),
        "seen": datetime.datetime(1960, 1, 1) + datetime.timedelta(days=n * 200, milliseconds=n),
        "nested": {"x": n, "y": None if n % 2 else f"y{n}"},
        "tags": [f"t{k}" for k in range(n % 4)],
        "attrs": [(f"k{k}", n * k) for k in range(n % 3)],
        "deep": [{"a": n, "b": [n / 2, None]}],
    }


def table_of(rows, schema=SCHEMA):
    return pyarrow.Table.from_pylist(rows, schema=schema)


def text(value):
    """A value as Athena's results print it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return " ".join(f"{byte:02x}" for byte in value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{key}={text(inner) or 'null'}" for key, inner in value.items()) + "}"
        )
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return "{" + ", ".join(f"{key}={text(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text(inner) or "null" for inner in value) + "]"
    return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def put(lake, key, body):
    lake.s3.put_object(Bucket="lake", Key=key, Body=body)


def make(lake, name, columns, partitions="", location=None):
    lake.rows(
        f"CREATE EXTERNAL TABLE {name} ({columns}) {partitions} STORED AS PARQUET LOCATION "
        f"'s3://lake/{location or name}/'"
    )


def data(lake, sql):
    return lake.rows(sql)[1:]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zstd", "use_dictionary": False},
        {"compression": "gzip", "data_page_version": "2.0"},
        {"compression": "none", "row_group_size": 7, "version": "1.0"},
    ],
    ids=str,
)
def test_each_type_reads_as_it_was_written(lake, options):
    rows = [row(n) for n in range(60)]
    put(lake, "t/part-0.parquet", parquet(table_of(rows), **options))
    make(lake, "t", COLUMNS)
    expected = [[text(one.get(name)) for name in SCHEMA.names] for one in rows]
    for one, line in zip(rows, expected):
        if "attrs" in one and not one["attrs"]:
            line[SCHEMA.names.index("attrs")] = "{}"
    found = data(lake, "SELECT * FROM t ORDER BY i")
    assert found == expected
    assert data(
        lake,
        (
            "SELECT i, nested.x, nested.y, tags[1], attrs['k1'], deep[1].b[1], "
            "cardinality(tags) FROM t WHERE cardinality(tags) > 0 AND element_at(attrs, 'k1') "
            "= 5"
        ),
    ) == [["5", "5", None, "t0", "5", "2.5", "1"]]
    total = sum((one.get("price", decimal.Decimal(0)) for one in rows), decimal.Decimal(0))
    assert data(lake, "SELECT sum(price), count(*), count(born), min(born), max(seen) FROM t") == [
        [
            str(total),
            "60",
            str(sum("born" in one for one in rows)),
            "1950-01-01",
            text(max(one["seen"] for one in rows if "seen" in one)),
        ]
    ]


def test_times_of_each_unit(lake):
    moment = datetime.datetime(2021, 3, 4, 5, 6, 7, 891000)
    for number, (kind, options) in enumerate(
        [
            (pyarrow.timestamp("ms"), {}),
            (pyarrow.timestamp("us", tz="UTC"), {}),
            (pyarrow.timestamp("ns"), {}),
            (pyarrow.timestamp("ns"), {"use_deprecated_int96_timestamps": True}),
            (pyarrow.timestamp("us", tz="Europe/Berlin"), {}),
        ]
    ):
        value = moment.replace(tzinfo=UTC) if kind.tz else moment
        put(
            lake,
            f"t/{number}",
            parquet(pyarrow.table({"n": [number], "at": pyarrow.array([value], kind)}), **options),
        )
    make(lake, "t", "n bigint, at timestamp")
    assert data(lake, "SELECT n, at FROM t ORDER BY n") == [
        [str(n), "2021-03-04 05:06:07.891"] for n in range(5)
    ]


def test_columns_are_found_by_name_and_missing_ones_are_null(lake):
    put(
        lake,
        "t/1",
        parquet(
            pyarrow.table(
                {
                    "a": pyarrow.array([1], "int64"),
                    "b": ["one"],
                    "s": pyarrow.array([{"x": 1, "y": 2}]),
                }
            )
        ),
    )
    put(
        lake,
        "t/2",
        parquet(
            pyarrow.table(
                {
                    "s": pyarrow.array([{"Y": 20, "z": 0}]),
                    "more": [True],
                    "B": ["two"],
                    "a": pyarrow.array([2], "int64"),
                }
            )
        ),
    )
    put(lake, "t/3", parquet(pyarrow.table({"a": pyarrow.array([3], "int32")})))
    put(lake, "t/4", b"")
    make(lake, "t", "a bigint, b string, s struct<x:bigint,y:bigint>, never double")
    assert data(lake, "SELECT * FROM t ORDER BY a") == [
        ["1", "one", "{x=1, y=2}", None],
        ["2", "two", "{x=null, y=20}", None],
        ["3", None, None, None],
    ]
    assert data(lake, "SELECT count(*), count(b), count(never) FROM t") == [["3", "2", "0"]]
    make(lake, "empty", "a bigint, at timestamp")
    assert data(lake, "SELECT * FROM empty") == []


def test_partitions_are_pruned_before_files_are_opened(lake):
    sizes = {}
    for day in ("01", "02", "03"):
        noise = random.Random(day)
        body = parquet(
            pyarrow.table({"id": [noise.getrandbits(62) for _ in range(5000)], "p0": [day] * 5000})
        )
        put(lake, f"t/day={day}/part.parquet", body)
        sizes[day] = len(body)
    make(lake, "t", "id bigint, p0 string", "PARTITIONED BY (day int)")
    lake.rows("MSCK REPAIR TABLE t")

    def scanned(sql):
        query = lake.start(sql)
        execution = lake.wait(query)
        assert execution["Status"]["State"] == "SUCCEEDED", execution
        return execution["Statistics"]["DataScannedInBytes"]

    whole, one = (
        scanned("SELECT sum(id % 1000) FROM t"),
        scanned("SELECT sum(id % 1000) FROM t WHERE day = 2"),
    )
    assert 0.9 * sum(sizes.values()) < whole < 1.1 * sum(sizes.values())
    assert 0.9 * sizes["02"] < one < 1.1 * sizes["02"]
    assert scanned("SELECT max(p0) FROM t") < whole / 10  # the other column is not read
    assert scanned("SELECT count(*) FROM t WHERE day > 7") == 0
    # A column of the files that is called as keys could be within the engine.
    assert data(
        lake, "SELECT day, min(p0), max(p0), count(*) FROM t GROUP BY day ORDER BY day"
    ) == [[str(int(d)), d, d, "5000"] for d in sizes]
    # What only one partition has wrong is nobody else's trouble.
    put(lake, "t/day=04/part.parquet", b"no parquet at all")
    lake.rows("MSCK REPAIR TABLE t")
    assert data(lake, "SELECT count(*) FROM t WHERE day < 4") == [["15000"]]
    assert (
        lake.failure("SELECT count(id) FROM t")["StateChangeReason"]
        == "HIVE_BAD_DATA: Not valid Parquet file: s3://lake/t/day=04/part.parquet"
    )


@pytest.mark.parametrize(
    "written, kind, declared",
    [
        (["x"], pyarrow.string(), "bigint"),
        ([1], pyarrow.int64(), "string"),
        ([1.5], pyarrow.float64(), "bigint"),
        ([1], pyarrow.int64(), "double"),
        ([True], pyarrow.bool_(), "int"),
        (["2020-01-01"], pyarrow.string(), "date"),
        ([1], pyarrow.int32(), "timestamp"),
        ([1.5], pyarrow.float64(), "float"),
        ([[1]], pyarrow.list_(pyarrow.int64()), "array<string>"),
        ([{"a": "x"}], pyarrow.struct([("a", pyarrow.string())]), "struct<a:int>"),
        ([1], pyarrow.int64(), "array<bigint>"),
        ([[("k", 1)]], pyarrow.map_(pyarrow.string(), pyarrow.int64()), "map<string,string>"),
    ],
    ids=str,
)
def test_a_column_of_another_type_is_bad_data(lake, written, kind, declared):
    good = {"bigint": 7, "string": "s", "double": 1.5, "int": 7, "float": 1.5}.get(declared)
    if good is not None:  # The first file fits; the second does not and is named.
        put(
            lake,
            "t/1",
            parquet(
                pyarrow.table(
                    {
                        "c": pyarrow.array(
                            [good], {"int": "int32", "float": "float32"}.get(declared)
                        ),
                        "other": pyarrow.array([1], "int64"),
                    }
                )
            ),
        )
    put(
        lake,
        "t/2",
        parquet(
            pyarrow.table({"c": pyarrow.array(written, kind), "other": pyarrow.array([2], "int64")})
        ),
    )
    make(lake, "t", f"c {declared}, other bigint")
    reason = lake.failure("SELECT c FROM t")["StateChangeReason"]
    assert (
        reason.startswith("HIVE_BAD_DATA: Field c's type ")
        and " in parquet file s3://lake/t/2 is incompatible with type " in reason
        and reason.endswith(" defined in table schema")
    ), reason
    if declared == "bigint" and kind == pyarrow.string():
        assert reason == (
            "HIVE_BAD_DATA: Field c's type BINARY in parquet file s3://lake/t/2 is "
            "incompatible with type bigint defined in table schema"
        )
    assert data(lake, "SELECT max(other) FROM t") == [
        ["2"]
    ]  # the other columns are not touched by it


def test_a_number_that_the_table_has_no_room_for_is_an_error(lake):
    put(
        lake,
        "t/1",
        parquet(
            pyarrow.table(
                {
                    "n": pyarrow.array([1, 2**40], "int64"),
                    "p": pyarrow.array([decimal.Decimal("123456.78")] * 2),
                    "u": pyarrow.array([1, 2**63], "uint64"),
                }
            )
        ),
    )
    make(lake, "t", "n int, p decimal(5,2), u bigint")
    for column in "npu":
        lake.failure(f"SELECT {column} FROM t")
    make(lake, "wide", "n bigint, p decimal(12,4), u decimal(20,0)", location="t")
    assert data(lake, "SELECT * FROM wide ORDER BY n") == [
        ["1", "123456.7800", "1"],
        [str(2**40), "123456.7800", str(2**63)],
    ]


def test_files_that_are_garbage_or_cut(lake):
    noise = random.Random(7)
    whole = parquet(table_of([row(n) for n in range(200)]), compression="snappy")
    cases = {
        "random": noise.randbytes(5000),
        "cut": whole[: len(whole) // 2],
        "magic": b"PAR1",
        "ends": b"PAR1" + b"\xff" * 40 + b"\x20\x00\x00\x00PAR1",
        "text": b"a,b\n1,2\n",
        "length": whole[:-8] + b"\xff\xff\xff\x7fPAR1",
    }
    for name, body in cases.items():
        put(lake, f"{name}/file", body)
        make(lake, name, "i int, s string")
        assert (
            lake.failure(f"SELECT * FROM {name}")["StateChangeReason"]
            == f"HIVE_BAD_DATA: Not valid Parquet file: s3://lake/{name}/file"
        )
    pages = bytearray(whole)
    for at in range(4, 3000):
        pages[at] ^= 0x5A
    put(lake, "pages/file", bytes(pages))
    make(lake, "pages", COLUMNS)
    reason = lake.failure("SELECT * FROM pages")["StateChangeReason"]
    assert reason.startswith(
        "HIVE_CURSOR_ERROR: Failed to read Parquet file: s3://lake/pages/file"
    ), reason
    assert lake.rows("SELECT 1 AS one") == [["one"], ["1"]]  # the server and its workers still work


def test_show_create_table(lake):
    make(
        lake,
        "t",
        "a decimal(10,2), b array<struct<c:map<string,int>>>",
        "PARTITIONED BY (day string)",
    )
    lines = [line[0].strip() for line in lake.rows("SHOW CREATE TABLE t")]
    assert lines[0] == "CREATE EXTERNAL TABLE `default.t`("
    for line in (
        "`a` decimal(10,2),",
        "`b` array<struct<c:map<string,int>>>)",
        "PARTITIONED BY (",
        "`day` string)",
        "'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'",
        "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'",
        "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
    ):
        assert line in lines, lines
    lake.rows(
        "\n".join(lines).replace("`default.t`", "`again`")
    )  # what it says makes the same table
    assert [line[0].strip() for line in lake.rows("SHOW CREATE TABLE again")][1:12] == lines[1:12]
