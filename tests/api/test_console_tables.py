"""The interface's API about the lake: tables and their sizes as S3 has them, runs, policies,
crawlers.
"""

import json
import threading

import pytest

from test_console_streams import Api
from test_table_merge import Tables

COLUMNS = ["a bigint", "b string"]


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


@pytest.fixture
def api(freshet):
    return Api(freshet)


def add_partitions(lake, table, values):
    glue = lake.freshet.client("glue")
    for at in range(0, len(values), 100):
        glue.batch_create_partition(
            DatabaseName="default",
            TableName=table,
            PartitionInputList=[
                {
                    "Values": [value],
                    "StorageDescriptor": lake.storage(f"s3://lake/{table}/p={value}/", COLUMNS),
                }
                for value in values[at : at + 100]
            ],
        )


def sizes(api, table, **query):
    """Pages until the end, each as a list."""
    after = ""
    while True:
        status, page = api.get(
            "tables/sizes", database="default", table=table, after=after, **query
        )
        assert status == 200, page
        yield page
        after = page.get("next")
        if not after:
            return


def test_sizes_are_those_of_the_objects(lake, api):
    lake.make("t", COLUMNS, keys=["p"])
    add_partitions(lake, "t", ["1", "2", "3"])
    for number in range(4):
        lake.put(f"t/p=1/{number}.csv", b"1,a\n" * (number + 1))
    lake.put("t/p=2/large.csv", b"x" * (17 << 20))
    lake.put("t/p=2/small.csv", b"1,b\n")
    for hidden in ("t/p=1/_rejected/run/part.ndjson", "t/p=1/.hidden", "t/p=1/"):
        lake.put(hidden, b"" if hidden.endswith("/") else b"no data")
    [page] = sizes(api, "t")
    assert page["small_under"] == 16 << 20
    parts = {one["name"]: one for one in page["parts"]}
    assert [(one["files"], one["bytes"], one["small_files"]) for one in parts.values()] == [
        (4, 40, 4),
        (2, (17 << 20) + 4, 1),
        (0, 0, 0),
    ]
    assert {one["format"] for one in parts.values()} == {"CSV"}
    assert "newest_ms" in parts["p=1"] and "newest_ms" not in parts["p=3"]
    assert api.get("tables/total", database="default", table="t") == (
        200,
        {"partitions": 3, "files": 6, "bytes": (17 << 20) + 44, "small_files": 5, "is_cut": False},
    )
    # What is small is the policy's matter.
    assert api.post("tables/policy", database="default", table="t", file_mb_under=32)[0] == 200
    [page] = sizes(api, "t")
    assert page["small_under"] == 32 << 20 and page["parts"][1]["small_files"] == 2


def test_sizes_come_in_pages(lake, api):
    lake.make("t", COLUMNS, keys=["p"])
    values = [f"{number:04}" for number in range(1203)]
    add_partitions(lake, "t", values)
    lake.put("t/p=1202/a.csv", b"1,a\n")
    pages = list(sizes(api, "t"))
    assert [len(page["parts"]) for page in pages] == [500, 500, 203]
    names = [part["name"] for page in pages for part in page["parts"]]
    assert names == [f"p={value}" for value in values]
    assert pages[2]["parts"][-1]["files"] == 1
    assert api.get("tables/total", database="default", table="t")[1]["partitions"] == 1203
    status, said = api.get("tables/sizes", database="default", table="t", after="!")
    assert status == 400 and "next" in said["message"]


def test_puts_go_on_while_partitions_are_counted(lake, api):
    """Records and objects that are put while sizes are counted are answered and are there."""
    lake.make("t", COLUMNS, keys=["p"])
    add_partitions(lake, "t", [f"{number:04}" for number in range(1000)])
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    counted = threading.Event()
    found = []

    def count():
        found.extend(sizes(api, "t"))
        counted.set()

    counting = threading.Thread(target=count)
    counting.start()
    puts = 0
    while not counted.is_set() or puts == 0:
        kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
        lake.put(f"t/p=0000/{puts}.csv", b"1,a\n")
        puts += 1
    counting.join()
    assert sum(len(page["parts"]) for page in found) == 1000
    [first, *_] = next(sizes(api, "t"))["parts"]
    assert first["files"] == puts


def test_what_cannot_be_counted_says_why(lake, api):
    status, said = api.get("tables/sizes", database="default", table="none")
    assert status == 404 and "none" in said["message"]
    lake.rows("CREATE VIEW v AS SELECT 1 AS one")
    status, said = api.get("tables/sizes", database="default", table="v")
    assert status == 400 and "view" in said["message"]
    lake.freshet.client("glue").create_table(
        DatabaseName="default",
        TableInput={
            "Name": "away",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": lake.storage("s3://no-such-bucket/t/", COLUMNS),
        },
    )
    for path in ("tables/sizes", "tables/total"):
        status, said = api.get(path, database="default", table="away")
        assert status == 400 and "no-such-bucket" in said["message"], said


def test_the_lake_lists_tables_with_their_formats(lake, api):
    lake.make("csv", COLUMNS, keys=["p"])
    add_partitions(lake, "csv", ["1", "2"])
    lake.make("json", COLUMNS, serde="org.openx.data.jsonserde.JsonSerDe", options={})
    lake.rows("CREATE VIEW v AS SELECT 1 AS one")
    api.post("tables/policy", database="default", table="json")
    seen = api.tell("lake")
    [default] = seen["databases"]
    assert default["name"] == "default"
    assert [
        (one["name"], one["is_view"], one["format"], one["partitions"], one["has_policy"])
        for one in default["tables"]
    ] == [
        ("csv", False, "CSV", 2, False),
        ("json", False, "JSON", 0, True),
        ("v", True, "", 0, False),
    ]
    assert default["tables"][0]["partition_keys"] == ["p"]
    assert default["tables"][0]["location"] == "s3://lake/csv/"
    assert seen["running"] == [] and seen["crawlers"] == []


def test_a_table_is_shown_with_its_runs_and_its_policy(lake, api):
    lake.make("t", COLUMNS, keys=["p"])
    add_partitions(lake, "t", ["1"])
    for number in range(3):
        lake.put(f"t/p=1/{number}.csv", b"1,a\nno,b\n")
    seen = api.watch("table:default/t")
    now = next(seen)
    assert [(one["name"], one["type"]) for one in now["columns"]] == [
        ("a", "bigint"),
        ("b", "string"),
    ]
    assert [one["name"] for one in now["partition_keys"]] == ["p"]
    assert (now["format"], now["partitions"], now["policy"], now["runs"]) == ("CSV", 1, None, [])
    api.post(
        "tables/policy",
        database="default",
        table="t",
        convert="parquet",
        where="p = '1'",
        files_over=7,
        sort="a",
    )
    run = lake.optimize("t", convert="parquet")
    assert run["rows_rejected"] == 3
    now = next(seen)
    policy = now["policy"]
    assert (policy["files_over"], policy["convert"], policy["where"], policy["sort"]) == (
        7,
        "parquet",
        "p = '1'",
        ["a"],
    )
    [shown] = now["runs"]
    assert shown == run
    assert [one["format"] for page in sizes(api, "t") for one in page["parts"]] == ["Parquet"]
    assert "none" in api.tell("table:default/none")["error"]


def test_a_run_shows_its_first_notes_until_it_is_asked_for_alone(lake, api):
    lake.make("t", COLUMNS)
    for number in range(6):
        lake.put(f"t/{number}.zst", b"\x28\xb5\x2f\xfd....")
    run = lake.optimize("t")
    [shown] = api.tell("table:default/t")["runs"]
    assert (len(shown["notes"]), shown["notes_total"]) == (3, 6)
    whole = api.get("tables/run", id=run["id"])[1]
    assert len(whole["notes"]) == whole["notes_total"] == 6


def test_a_run_that_has_ended_cannot_be_stopped(lake, api):
    lake.make("t", COLUMNS)
    run = lake.optimize("t")
    status, said = api.post("tables/stop", id=run["id"])
    assert status == 409 and run["id"] in said["message"]
    assert api.post("tables/stop", id="none")[0] == 404


def test_crawlers_are_shown_and_started(lake, api):
    glue = lake.freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "found"})
    lake.put("c/p=1/a.csv", b"a,b\n1,2\n3,4\n")
    glue.create_crawler(
        Name="finder",
        Role="arn:aws:iam::000000000000:role/any",
        DatabaseName="found",
        Targets={"S3Targets": [{"Path": "s3://lake/c/"}]},
    )
    seen = api.watch("lake")
    [crawler] = next(seen)["crawlers"]
    assert (crawler["name"], crawler["state"], crawler["targets"]) == (
        "finder",
        "READY",
        ["s3://lake/c/"],
    )
    assert "last" not in crawler
    assert api.post("crawlers/stop", name="finder")[0] == 409
    assert api.post("crawlers/start", name="finder") == (200, {})
    crawler = lake.freshet.until(
        lambda: (one := next(seen)["crawlers"][0])["state"] == "READY" and "last" in one and one
    )
    assert crawler["last"]["outcome"] == "SUCCEEDED" and crawler["last"]["tables_made"] == 1
    assert [
        (one["name"], [table["crawler"] for table in one["tables"]])
        for one in next(seen)["databases"]
        if one["name"] == "found"
    ] == [("found", ["finder"])]
    assert api.post("crawlers/start", name="none")[0] == 404
    assert api.post("crawlers/start")[0] == 400


def test_other_sites_change_nothing(api):
    for path in ("crawlers/start", "jobs/start", "jobs/stop", "triggers/start", "tables/stop"):
        status, _, _ = api.ask(
            "POST", path, json.dumps({"name": "x"}), {"Content-Type": "text/plain"}
        )
        assert status == 415, path
        headers = {"Content-Type": "application/json", "Origin": "http://evil.example"}
        assert api.ask("POST", path, "{}", headers)[0] == 403, path
