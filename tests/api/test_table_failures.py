"""Runs of table maintenance where something goes wrong: a full disk, a bucket or columns that
change under the run, objects that are not what the table says. The state is clear, the object is
named, the rest is done and nothing is lost.
"""

import gzip
import io
import os
import random

import pyarrow
import pyarrow.parquet
import pytest

from test_table_convert import COLUMNS, parquet_rows
from test_table_merge import Tables
from test_table_stop import fill, newest, until_state

MIB = 1 << 20
PARQUET = {
    "serde": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "input": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
}


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


def used(disk):
    space = os.statvfs(disk)
    return (space.f_blocks - space.f_bfree) * space.f_frsize


@pytest.mark.parametrize("options", [{}, {"convert": "parquet"}], ids=["merge", "convert"])
def test_a_full_disk_changes_nothing_and_gets_its_space_back(
    make_small_disk, make_freshet, options
):
    disk = make_small_disk(96)
    lake = Tables(make_freshet(directory=disk))
    lake.rows("SHOW DATABASES")
    lake.make("t", ["a string"])
    rng = random.Random(1)
    for number in range(24):
        lines = "\n".join(rng.randbytes(64).hex() for _ in range(MIB // 129))
        lake.put(f"t/{number:02}.csv", lines.encode())
    before = lake.objects("t/")
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(b"\0" * (free - 6 * MIB))
    was_used = used(disk)
    run = lake.optimize("t", **options)
    assert run["state"] == "FAILED" and run["commits"] == 0, run
    assert "space" in run["error"].lower(), run
    assert lake.objects("t/", hidden=True) == before
    lake.freshet.until(lambda: used(disk) <= was_used + MIB)
    filler.unlink()
    again = lake.optimize("t", **options)
    assert again["state"] == "SUCCEEDED" and again["files_after"] == 1, again
    assert again["rows_read"] == again["rows_written"] == 24 * (MIB // 129)


def test_a_bucket_that_goes_under_a_run_is_named_and_the_rest_is_done(lake):
    fill(lake, "a", parts=("1", "3"))
    lake.s3.create_bucket(Bucket="gone")
    lake.freshet.client("glue").create_partition(
        DatabaseName="default",
        TableName="a",
        PartitionInput={
            "Values": ["2"],
            "StorageDescriptor": lake.storage("s3://gone/a/p=2/", ["a bigint"]),
        },
    )
    for number in range(6):
        lake.s3.put_object(Bucket="gone", Key=f"a/p=2/{number}.csv", Body=b"1\n")
    lake.call("tables/policy", database="default", table="a", files_over="5", idle_ms="60000")
    lake.freshet.advance(90_000)
    lake.freshet.until(lambda: newest(lake, "a") and newest(lake, "a")["commits"] == 1)
    for number in range(6):
        lake.s3.delete_object(Bucket="gone", Key=f"a/p=2/{number}.csv")
    lake.s3.delete_bucket(Bucket="gone")
    until_state(lake, "a", "FAILED", advance_ms=300)
    run = newest(lake, "a")
    assert "p=2" in run["error"] and "gone" in run["error"], run
    assert run["partitions_done"] == 2
    for part in ("1", "3"):
        assert len(lake.objects(f"a/p={part}/")) == 1


def test_columns_that_change_under_a_conversion_are_named(lake):
    fill(lake, "a", parts=("1", "2"))
    lake.call(
        "tables/policy",
        **{"database": "default", "table": "a", "convert": "parquet"},
        **{"files_over": "5", "idle_ms": "60000"},
    )
    lake.freshet.advance(90_000)
    lake.freshet.until(lambda: newest(lake, "a") and newest(lake, "a")["commits"] == 1)
    lake.rows("ALTER TABLE a ADD COLUMNS (b string)")
    until_state(lake, "a", "FAILED", advance_ms=300)
    run = newest(lake, "a")
    assert "the columns of table default.a were changed" in run["error"], run
    assert len(lake.objects("a/p=2/")) == 6
    assert all(key.endswith(".csv") for key in lake.objects("a/p=2/", hidden=True))
    lake.call("tables/policy/remove", database="default", table="a")
    again = lake.optimize("a", convert="parquet")
    assert again["state"] == "SUCCEEDED", again
    rows = lake.rows("SELECT a, b, p FROM a")[1:]
    assert sorted(rows) == sorted([str(n), None, p] for n in range(6) for p in ("1", "2"))


def test_objects_that_are_no_text_do_not_hold_the_others_up(lake):
    lake.make("t", COLUMNS)
    whole = b"".join(b"%d,x,0.5\n" % number for number in range(1000))
    lake.put("t/good.csv", b"1,a,1.5\n")
    lake.put("t/cut.csv.gz", gzip.compress(whole)[:-20])
    lake.put("t/none.csv.gz", b"no gzip at all")
    lake.put("t/picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    lake.put("t/zeros.csv", b"\0" * 5000)
    run = lake.optimize("t", convert="parquet", into="default.u")
    told = "\n".join(run["notes"])
    assert "s3://lake/t/cut.csv.gz" in told and "s3://lake/t/none.csv.gz" in told, run
    assert run["rows_read"] == run["rows_written"] + run["rows_rejected"]
    assert parquet_rows(lake.objects("u/"))[(1, "a", 1.5)] == 1
    assert len(lake.objects("t/")) == 5
    assert run["state"] == "SUCCEEDED", run


def parquet(**columns):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def test_parquet_of_another_schema_is_left_alone_by_name(lake):
    lake.make("u", COLUMNS, **PARQUET)
    good = parquet(a=[1, 2], b=["x", "y"], c=[0.5, None])
    lake.put("u/1.parquet", good)
    lake.put("u/2.parquet", good)
    lake.put("u/narrow.parquet", parquet(a=[3], b=["z"]))
    others = {
        "u/text.parquet": parquet(a=["one"], b=["x"], c=[1.0]),
        "u/list.parquet": parquet(a=[[1]], b=["x"], c=[1.0]),
        "u/more.parquet": parquet(a=[7], b=["x"], c=[1.0], d=["kept"]),
        "u/cut.parquet": good[:-30],
    }
    for key, body in others.items():
        lake.put(key, body)
    run = lake.optimize("u")
    assert run["state"] == "SUCCEEDED", run
    objects = lake.objects("u/")
    for key, body in others.items():
        assert objects.pop(key, None) == body, (key, run)
        assert any(f"s3://lake/{key} is left alone" in note for note in run["notes"]), (key, run)
    assert len(objects) == 1
    rows = parquet_rows(objects)
    assert rows == {(1, "x", 0.5): 2, (2, "y", None): 2, (3, "z", None): 1}
