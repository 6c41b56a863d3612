"""Text of a table becomes Parquet, in its place or in a second table. pyarrow reads what is there;
Freshet's queries must give the same rows before, meanwhile and after.
"""

import collections
import io
import json

import pyarrow.parquet
import pytest

from test_table_merge import QUOTED, TEXT, Tables

COLUMNS = ["a bigint", "b string", "c double"]
JSON = "org.openx.data.jsonserde.JsonSerDe"


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


def parquet_rows(objects):
    """Rows of all Parquet objects, each as a tuple."""
    rows = collections.Counter()
    for key, body in objects.items():
        assert key.endswith(".parquet"), key
        table = pyarrow.parquet.read_table(io.BytesIO(body))
        rows.update(tuple(row.values()) for row in table.to_pylist())
    return rows


def fill(lake, table="t", parts=("1", "2"), files=5):
    lake.make(table, COLUMNS, keys=["p"])
    wanted = collections.Counter()
    for part in parts:
        lake.add_partition(table, part, COLUMNS)
        for number in range(files):
            lake.put(
                f"{table}/p={part}/{number}.csv", f"{number},x{part},{number}.5\n-1,,\n".encode()
            )
            wanted.update([(number, f"x{part}", number + 0.5), (-1, "", None)])
    return wanted


def test_partitions_become_parquet_in_their_place(lake):
    wanted = fill(lake)
    before = lake.count("t")
    run = lake.optimize("t", convert="parquet")
    assert run["state"] == "SUCCEEDED", run
    assert run["rows_read"] == run["rows_written"] == 20 and run["rows_rejected"] == 0
    assert run["files_before"] == 10 and run["files_after"] == 2
    assert parquet_rows(lake.objects("t/")) == wanted
    assert lake.count("t") == before
    for one in lake.freshet.client("glue").get_partitions(DatabaseName="default", TableName="t")[
        "Partitions"
    ]:
        serde = one["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
        assert serde.endswith("ParquetHiveSerDe")
    # The codec is ZSTD unless another one is asked for.
    [first, *_] = lake.objects("t/").values()
    codec = pyarrow.parquet.read_metadata(io.BytesIO(first)).row_group(0).column(0).compression
    assert codec == "ZSTD"
    again = lake.optimize("t", convert="parquet")
    assert again["commits"] == 0 and again["state"] == "SUCCEEDED"


def test_text_that_comes_later_is_read_and_converted_by_the_next_run(lake):
    fill(lake, parts=("1",))
    lake.optimize("t", convert="parquet")
    lake.put("t/p=1/late.csv", b"7,late,1\n")
    assert ["7", "late", "1.0", "1"] in lake.rows("SELECT * FROM t")
    assert lake.rows("SELECT count(*) FROM t")[1] == ["11"]
    run = lake.optimize("t", convert="parquet")
    assert run["state"] == "SUCCEEDED" and run["rows_read"] == 1
    assert sum(parquet_rows(lake.objects("t/")).values()) == 11
    assert lake.rows("SELECT count(*) FROM t")[1] == ["11"]


def test_rows_that_do_not_fit_are_rejected_with_their_line(lake):
    lake.make("t", COLUMNS)
    lake.put("t/1.csv", b"1,a,1.5\nno,b,2\n3,c,x\n")
    lake.put("t/2.csv", b"4,d,\n")
    run = lake.optimize("t", convert="parquet")
    assert run["state"] == "SUCCEEDED", run
    assert (run["rows_read"], run["rows_written"], run["rows_rejected"]) == (4, 2, 2)
    everything = lake.objects("t/", hidden=True)
    [rejected] = [key for key in everything if "/_rejected/" in key]
    assert rejected.startswith(f"t/_rejected/{run['id']}/")
    lines = [json.loads(line) for line in everything[rejected].splitlines()]
    assert [(line["file"], line["line"], line["column"], line["raw"]) for line in lines] == [
        ("s3://lake/t/1.csv", 2, "a", "no,b,2"),
        ("s3://lake/t/1.csv", 3, "c", "3,c,x"),
    ]
    assert parquet_rows(lake.objects("t/")) == {(1, "a", 1.5): 1, (4, "d", None): 1}


def test_sources_are_kept_for_the_time_that_was_asked_for(lake):
    fill(lake, parts=("1",), files=2)
    done = lake.table_command(
        "optimize", "default.t", "--convert", "parquet", "--keep-raw", "1d", "--no-scan"
    )
    assert done.returncode == 0, done.stderr
    kept = [key for key in lake.objects("t/", hidden=True) if "/_raw/" in key]
    assert len(kept) == 2 and all(key.endswith(".csv") for key in kept)
    assert lake.rows("SELECT count(*) FROM t")[1] == ["4"]
    lake.freshet.advance(23 * 3_600_000)
    assert len([key for key in lake.objects("t/", hidden=True) if "/_raw/" in key]) == 2
    lake.freshet.advance(2 * 3_600_000)
    lake.freshet.until(
        lambda: not [key for key in lake.objects("t/", hidden=True) if "/_raw/" in key],
        advance_ms=30_000,
    )
    assert lake.rows("SELECT count(*) FROM t")[1] == ["4"]


def test_a_partition_with_an_object_that_cannot_be_converted_stays_text(lake):
    fill(lake)
    lake.put("t/p=1/damaged.csv.gz", b"\x1f\x8b no gzip")
    run = lake.optimize("t", convert="parquet")
    assert run["state"] == "FAILED" and "t/p=1/damaged.csv.gz" in run["error"], run
    assert all(key.endswith(".parquet") for key in lake.objects("t/p=2/"))
    assert len(lake.objects("t/p=1/")) == 6


def test_a_second_table_follows_its_sources(lake):
    fill(lake)
    asked = {"convert": "parquet", "into": "default.u"}
    run = lake.optimize("t", **asked)
    assert run["state"] == "SUCCEEDED", run
    assert len(lake.objects("t/")) == 10
    assert lake.count("u") == lake.count("t") and sum(lake.count("u").values()) == 20
    assert parquet_rows(lake.objects("u/p=2/")).total() == 10
    # Nothing is new.
    again = lake.optimize("t", **asked)
    assert again["commits"] == 0
    # A new object, one that was replaced, one that was removed.
    lake.put("t/p=1/new.csv", b"9,new,9\n")
    lake.put("t/p=1/0.csv", b"8,replaced,8\n")
    lake.s3.delete_object(Bucket="lake", Key="t/p=2/4.csv")
    run = lake.optimize("t", **asked)
    assert run["state"] == "SUCCEEDED", run
    assert lake.count("u") == lake.count("t")
    assert sum(lake.count("u").values()) == 18
    # A merge of the second table does not lose what it was made of.
    lake.optimize("u")
    lake.put("t/p=1/1.csv", b"7,again,7\n")
    run = lake.optimize("t", **asked)
    assert run["state"] == "SUCCEEDED", run
    assert lake.count("u") == lake.count("t")


def test_a_partition_that_is_dropped_leaves_the_second_table(lake):
    fill(lake)
    asked = {"convert": "parquet", "into": "default.u"}
    lake.optimize("t", **asked)
    lake.rows("ALTER TABLE t DROP PARTITION (p = '2')")
    lake.optimize("t", **asked)
    assert lake.count("u") == lake.count("t") and sum(lake.count("u").values()) == 10


def test_types_are_narrowed_by_looking(lake):
    lake.make(
        "t",
        ["n string", "d string", "s string", "e string"],
        serde=QUOTED,
        options={"separatorChar": ","},
    )
    lake.put("t/1.csv", b"1,2026-01-31,x,\n2,2026-02-01,7,\n")
    lake.put("t/2.csv", b"30,2026-02-02,8,\n")
    run = lake.optimize("t", convert="parquet", into="default.u", narrow="true")
    assert run["state"] == "SUCCEEDED", run
    table = lake.freshet.client("glue").get_table(DatabaseName="default", Name="u")["Table"]
    types = {one["Name"]: one["Type"] for one in table["StorageDescriptor"]["Columns"]}
    assert types == {"n": "bigint", "d": "date", "s": "string", "e": "string"}
    assert "column n is bigint in default.u: all of its 3 texts are" in run["notes"]
    assert lake.rows("SELECT sum(n), max(d) FROM u")[1] == ["33", "2026-02-02"]


def test_parquet_is_merged_without_loss(lake):
    wanted = fill(lake, "s", parts=("1",))
    lake.optimize("s", convert="parquet")
    [body] = lake.objects("s/").values()
    stored = {
        "serde": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "input": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    }
    lake.make("u", COLUMNS, keys=["p"], **stored)
    lake.add_partition("u", "1", COLUMNS, **stored)
    for name in ("a", "b"):
        lake.put(f"u/p=1/{name}.parquet", body)
    lake.put("u/p=1/z.parquet", b"PAR1 no parquet PAR1")
    before = lake.objects("u/")
    run = lake.optimize("u")
    assert run["state"] == "SUCCEEDED", run
    assert run["left_alone"] == 1 and "u/p=1/z.parquet" in run["notes"][0]
    objects = lake.objects("u/")
    assert objects.pop("u/p=1/z.parquet") == before["u/p=1/z.parquet"]
    assert len(objects) == 1
    rows = parquet_rows(objects)
    assert rows == collections.Counter({row: 2 * count for row, count in wanted.items()})


def test_json_is_merged_and_becomes_parquet(lake):
    columns = ["a bigint", "l array<string>"]
    lake.make("t", columns, keys=["p"], serde=JSON, options={}, input=TEXT)
    lake.add_partition("t", "1", columns, serde=JSON, options={})
    for number in range(3):
        lake.put(f"t/p=1/{number}.json", b'{"a":%d,"l":["x","y"]}\n' % number)
    lake.optimize("t")
    [body] = lake.objects("t/").values()
    assert len(body.splitlines()) == 3
    run = lake.optimize("t", convert="parquet")
    assert run["state"] == "SUCCEEDED", run
    [body] = lake.objects("t/").values()
    read = pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()
    assert sorted(row["a"] for row in read) == [0, 1, 2] and read[0]["l"] == ["x", "y"]
