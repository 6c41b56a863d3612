"""Glue crawlers through boto3: objects in the lake become tables that Athena reads; each decision
has a reason in the log.
"""

import concurrent.futures
import datetime
import decimal
import gzip
import io
import json
import subprocess

import botocore.exceptions
import pyarrow
import pyarrow.parquet
import pytest
from crawling import HEADER, ROLE, Lake, columns


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def test_partitioned_csv_with_a_header_becomes_a_table_that_athena_reads(lake):
    lake.put(
        "crimes/year=2026/month=01/day=01/hour=00/a",
        HEADER + "1,STREET,true,41.8\n2,ALLEY,false,\n",
    )
    lake.put("crimes/year=2026/month=01/day=01/hour=01/b", HEADER + "3,STREET,false,42\n")
    lake.put("crimes/_SUCCESS", "x")
    last = lake.crawl("s3://lake/crimes/")
    assert last["Status"] == "SUCCEEDED"
    table = lake.table("crimes")
    assert columns(table) == [
        ("id", "bigint"),
        ("location_description", "string"),
        ("arrest", "boolean"),
        ("latitude", "double"),
    ]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month", "day", "hour"]
    assert (
        table["Parameters"]["classification"] == "csv"
        and table["Parameters"]["skip.header.line.count"] == "1"
    )
    values = sorted(
        tuple(one["Values"])
        for one in lake.glue.get_partitions(DatabaseName="crimes", TableName="crimes")["Partitions"]
    )
    assert values == [("2026", "01", "01", "00"), ("2026", "01", "01", "01")]
    assert lake.query("SELECT id, location_description, hour FROM crimes ORDER BY id") == [
        ("1", "STREET", "00"),
        ("2", "ALLEY", "00"),
        ("3", "STREET", "01"),
    ]
    reasons = lake.reasons(last)
    assert (
        "the first of which names the columns" in reasons
        and "_SUCCESS: left out" in reasons
        and "2 partitions made" in reasons
    )
    lake.put("crimes/year=2026/month=01/day=01/hour=02/c", HEADER + "4,STREET,true,1\n")
    assert "1 partitions made, 2 were there" in lake.reasons(lake.again())
    assert lake.query("SELECT COUNT(*) FROM crimes") == [("4",)]


def test_quoted_csv_json_and_gzip_are_recognised(lake):
    lake.put("quoted/a.csv", '1,"SCHOOL, PUBLIC"\n2,"HOME"\n')
    lake.put(
        "documents/a.json",
        '{"Name": "x", "n": 1, "deep": {"a": 1}}\n{"Name": "y", "n": 2.5, "more": true}\n',
    )
    lake.put("packed/a.gz", gzip.compress(b"a|1\nb|2\n"))
    lake.crawl()
    assert lake.query("SELECT * FROM quoted ORDER BY 1") == [("1", "SCHOOL, PUBLIC"), ("2", "HOME")]
    assert columns(lake.table("documents")) == [
        ("name", "string"),
        ("n", "double"),
        ("deep", "struct<a:int>"),
        ("more", "boolean"),
    ]
    assert lake.query("SELECT name, n, deep.a FROM documents ORDER BY n") == [
        ("x", "1.0", "1"),
        ("y", "2.5", None),
    ]
    assert lake.query("SELECT SUM(col1) FROM packed") == [("3",)]


def test_a_crawl_is_explained(lake):
    """By `freshet crawler explain`, also after a restart; each crawl for itself."""

    def explain(*words):
        return subprocess.run(
            lake.freshet.command("crawler", "explain", *words, "--endpoint", lake.freshet.endpoint),
            capture_output=True,
            text=True,
            timeout=60,
        )

    lake.put("t/p=1/a", "a,1\nb,2\n")
    lake.put("t/p=2/a", "a,1\nb,2\n")
    lake.crawl("s3://lake/t")
    first = explain("c", "--json")
    assert first.returncode == 0, first.stderr
    first = json.loads(first.stdout)
    assert first["outcome"] == "SUCCEEDED"
    assert "t/p=1/a: csv, 2 rows of 2 cells between ','" in "\n".join(first["lines"])
    lake.put("t/p=3/a", bytes(range(256)))
    lake.again()
    lake.freshet.restart()
    words = explain("c").stdout
    assert "SUCCEEDED" in words and "t/p=3/a: left out" in words
    assert "table t: 0 partitions made, 2 were there" in words
    only = explain("c", "--grep", "p=3").stdout
    assert "t/p=3/a: left out" in only and "t/p=1/a" not in only
    assert "t/p=3" not in explain("c", "--crawl", first["id"]).stdout
    crawls = lake.glue.list_crawls(CrawlerName="c")["Crawls"]
    listed = explain("c", "--list").stdout
    assert len(crawls) == 2 and all(one["CrawlId"] in listed for one in crawls)
    missing = explain("nobody")
    assert missing.returncode == 1 and "Crawler entry with name nobody" in missing.stderr


def test_bad_objects_are_named_and_left_out(lake):
    lake.put("t/1", bytes(range(256)))
    lake.put("t/2", gzip.compress(b"a,1\n")[:5])
    lake.put("t/3", "")
    lake.put("t/4", "a,1\nb,2\n")
    lake.put("t/5", "a,1,more\nb,2,more\n")
    reasons = lake.reasons(lake.crawl("s3://lake/t"))
    for words in (
        "t/1: left out, the records are neither",
        "t/2: left out, it begins as gzip does",
        "t/3: left out, it is empty",
        "t/4: csv",
        "t/5: does not fit the table, it has 3 columns",
    ):
        assert words in reasons, reasons
    assert columns(lake.table("t")) == [("col0", "string"), ("col1", "bigint")]


def test_policies_exclusions_and_refusals(lake):
    lake.put("t/a", "a,1\nb,2\n")
    lake.put("t/b.log", "x,y,z\n1,2,3\n")
    lake.crawl(
        "s3://lake/t",
        target={"Exclusions": ["*.log"]},
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        TablePrefix="my_",
    )
    assert columns(lake.table("my_t")) == [("col0", "string"), ("col1", "bigint")]
    lake.put("t/a", "a,1,2\nb,2,3\n")
    assert "left as it is, UpdateBehavior is LOG" in lake.reasons(lake.again())
    lake.glue.update_crawler(Name="c", SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE"})
    lake.again()
    assert len(columns(lake.table("my_t"))) == 3
    crawler = lake.glue.get_crawler(Name="c")["Crawler"]
    assert (
        crawler["Version"] == 2
        and crawler["State"] == "READY"
        and crawler["Targets"]["S3Targets"][0]["Exclusions"] == ["*.log"]
    )
    kinds = (
        "JdbcTargets",
        "MongoDBTargets",
        "DynamoDBTargets",
        "CatalogTargets",
        "DeltaTargets",
        "IcebergTargets",
        "HudiTargets",
    )
    assert all(crawler["Targets"][kind] == [] for kind in kinds)
    assert crawler["LineageConfiguration"] == {"CrawlerLineageSettings": "DISABLE"} and crawler[
        "LakeFormationConfiguration"
    ] == {"UseLakeFormationCredentials": False, "AccountId": ""}
    assert [one["Name"] for one in lake.glue.get_crawlers()["Crawlers"]] == ["c"]

    def refused(call, **arguments):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(**arguments)
        return error.value.response["Error"]["Code"]

    assert (
        refused(
            lake.glue.create_crawler,
            Name="c",
            Role=ROLE,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": "s3://lake/"}]},
        )
        == "AlreadyExistsException"
    )
    assert (
        refused(
            lake.glue.create_crawler,
            Name="d",
            Role=ROLE,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": "/lake"}]},
        )
        == "InvalidInputException"
    )
    assert refused(lake.glue.stop_crawler, Name="c") == "CrawlerNotRunningException"
    assert refused(lake.glue.start_crawler, Name="none") == "EntityNotFoundException"
    lake.freshet.kill9()
    lake.freshet.restart()
    again = lake.freshet.client("glue")
    assert again.get_crawler(Name="c")["Crawler"]["LastCrawl"]["Status"] == "SUCCEEDED"
    again.delete_crawler(Name="c")
    assert again.get_crawlers()["Crawlers"] == []
    again.create_crawler(
        Name="lost",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://no-such-bucket/"}]},
    )
    again.start_crawler(Name="lost")
    failed = lake.freshet.until(lambda: again.get_crawler(Name="lost")["Crawler"].get("LastCrawl"))
    assert failed["Status"] == "FAILED" and "no-such-bucket" in failed["ErrorMessage"]


def parquet(rows, schema):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), out)
    return out.getvalue()


def test_parquet_becomes_a_table_that_athena_reads(lake):
    schema = pyarrow.schema(
        [
            ("ID", pyarrow.int64()),
            ("Kind Of", pyarrow.string()),
            ("price", pyarrow.decimal128(10, 2)),
            ("day", pyarrow.date32()),
            ("at", pyarrow.timestamp("us")),
            ("raw", pyarrow.binary()),
            ("ok", pyarrow.bool_()),
            ("f", pyarrow.float32()),
            ("n", pyarrow.int32()),
            ("tags", pyarrow.list_(pyarrow.string())),
            ("attrs", pyarrow.map_(pyarrow.string(), pyarrow.int32())),
            (
                "deep",
                pyarrow.struct([("X", pyarrow.int32()), ("ys", pyarrow.list_(pyarrow.float64()))]),
            ),
        ]
    )
    value = {
        "ID": 1,
        "Kind Of": "x",
        "price": decimal.Decimal("1.50"),
        "day": datetime.date(2026, 1, 2),
        "at": datetime.datetime(2026, 1, 2, 3),
        "raw": b"\0\xff",
        "ok": True,
        "f": 0.5,
        "n": 7,
        "tags": ["a"],
        "attrs": [("k", 1)],
        "deep": {"X": 1, "ys": [0.25]},
    }
    lake.put("sales/year=2026/month=01/a.parquet", parquet([value] * 3, schema))
    lake.put(
        "sales/year=2026/month=02/b.parquet",
        parquet([value | {"ID": 2}], schema.append(pyarrow.field("more", pyarrow.float64()))),
    )
    lake.put("sales/year=2026/month=02/c.parquet", b"PAR1 and no more than that")
    lake.put(
        "sales/year=2026/month=02/d.parquet",
        parquet([{"n": "seven"}], pyarrow.schema([("n", pyarrow.string())])),
    )
    last = lake.crawl("s3://lake/sales/")
    assert last["Status"] == "SUCCEEDED"
    table = lake.table("sales")
    assert columns(table) == [
        ("id", "bigint"),
        ("kind of", "string"),
        ("price", "decimal(10,2)"),
        ("day", "date"),
        ("at", "timestamp"),
        ("raw", "binary"),
        ("ok", "boolean"),
        ("f", "float"),
        ("n", "int"),
        ("tags", "array<string>"),
        ("attrs", "map<string,int>"),
        ("deep", "struct<x:int,ys:array<double>>"),
        ("more", "double"),
    ]
    storage = table["StorageDescriptor"]
    assert table["Parameters"]["classification"] == "parquet" and [
        key["Name"] for key in table["PartitionKeys"]
    ] == ["year", "month"]
    assert (
        storage["SerdeInfo"]["SerializationLibrary"]
        == "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    )
    assert storage["InputFormat"] == "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    assert (
        storage["OutputFormat"] == "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    )
    reasons = lake.reasons(last)
    for words in (
        "a.parquet: parquet, 12 columns and 3 rows by its metadata",
        "c.parquet: left out, it begins as Parquet does and does not end so: it is cut",
        "d.parquet: does not fit the table, its column n is string, the table's is int",
        "2 partitions made",
    ):
        assert words in reasons, reasons
    for name in ("c", "d"):
        lake.s3.delete_object(Bucket="lake", Key=f"sales/year=2026/month=02/{name}.parquet")
    assert lake.query(
        "SELECT id, \"kind of\", price, day, at, raw, ok, f, n, tags[1], attrs['k'], "
        "deep.x, deep.ys[1], more, month FROM sales WHERE id = 2"
    ) == [
        (
            "2",
            "x",
            "1.50",
            "2026-01-02",
            "2026-01-02 03:00:00.000",
            "00 ff",
            "true",
            "0.5",
            "7",
            "a",
            "1",
            "1",
            "0.25",
            None,
            "02",
        )
    ]
    assert lake.query("SELECT COUNT(*) FROM sales") == [("4",)]


def partitions(lake, table):
    return sorted(
        tuple(one["Values"])
        for one in lake.glue.get_partitions(DatabaseName="crimes", TableName=table)["Partitions"]
    )


def tables(lake):
    return [table["Name"] for table in lake.glue.get_tables(DatabaseName="crimes")["TableList"]]


def empty(lake, prefix):
    for found in lake.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", []):
        lake.s3.delete_object(Bucket="lake", Key=found["Key"])


ROWS_A, ROWS_B = "id,kind\n1,x\n2,y\n", "name,score,day\nx,1.5,a\ny,2,b\n"


@pytest.mark.parametrize("behavior", ["LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"])
def test_what_is_gone_is_logged_dropped_or_marked(lake, behavior):
    lake.put("all/a/day=1/f", ROWS_A)
    lake.put("all/a/day=2/f", ROWS_A)
    lake.put("all/b/f", ROWS_B)
    lake.glue.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "mine",
            "StorageDescriptor": {"Location": "s3://lake/all/mine/"},
            "Parameters": {"mine": "yes"},
        },
    )
    lake.crawl(
        "s3://lake/all/",
        SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behavior},
    )
    assert tables(lake) == ["a", "b", "mine"]
    empty(lake, "all/b/")
    empty(lake, "all/a/day=1/")
    reasons = lake.reasons(lake.again())
    assert "mine" not in reasons and tables(lake) == (
        ["a", "mine"] if behavior == "DELETE_FROM_DATABASE" else ["a", "b", "mine"]
    )
    assert partitions(lake, "a") == (
        [("2",)] if behavior == "DELETE_FROM_DATABASE" else [("1",), ("2",)]
    )
    if behavior == "LOG":
        assert (
            "table b: its files are gone; it stays" in reasons
            and "partition [1] of table a: its files are gone; it stays" in reasons
        )
    if behavior != "DEPRECATE_IN_DATABASE":
        return
    mark = lake.table("b")["Parameters"]["DEPRECATED_BY_CRAWLER"]
    assert abs(int(mark) / 1000 - lake.table("b")["UpdateTime"].timestamp()) < 10
    parts = lake.glue.get_partitions(DatabaseName="crimes", TableName="a")["Partitions"]
    assert [part["Values"] for part in parts if "DEPRECATED_BY_CRAWLER" in part["Parameters"]] == [
        ["1"]
    ]
    lake.again()
    assert (
        lake.table("b")["Parameters"]["DEPRECATED_BY_CRAWLER"] == mark
    )  # the time of the first crawl that missed it
    lake.put("all/b/f", ROWS_B)
    lake.put("all/a/day=1/f", ROWS_A)
    lake.again()
    assert "DEPRECATED_BY_CRAWLER" not in lake.table("b")["Parameters"]
    assert not [
        part
        for part in lake.glue.get_partitions(DatabaseName="crimes", TableName="a")["Partitions"]
        if "DEPRECATED_BY_CRAWLER" in part["Parameters"]
    ]


def test_an_update_keeps_what_users_wrote_and_never_takes_anothers_table(lake):
    lake.put("all/a/f", ROWS_A)
    lake.put("all/mine/f", ROWS_B)
    lake.glue.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "mine",
            "StorageDescriptor": {
                "Location": "s3://elsewhere/",
                "Columns": [{"Name": "x", "Type": "int"}],
            },
        },
    )
    lake.crawl(
        "s3://lake/all/",
        Configuration='{"Version":1.0,"CrawlerOutput":{"Tables":{"AddOrUpdateBehavior":"MergeNewColumns"}}}',
    )
    assert columns(lake.table("mine")) == [("x", "int")]
    other = [name for name in tables(lake) if name.startswith("mine_")]
    assert (
        len(other) == 1
        and len(other[0]) == len("mine_") + 32
        and lake.table(other[0])["StorageDescriptor"]["Location"] == "s3://lake/all/mine/"
    )
    table = lake.table("a")
    table["StorageDescriptor"]["Columns"][1].update(Comment="what it was", Type="varchar(9)")
    lake.glue.update_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "a",
            "Description": "by hand",
            "StorageDescriptor": table["StorageDescriptor"],
            "Parameters": table["Parameters"] | {"owner_team": "x"},
        },
    )
    lake.put("all/a/f", "id,kind,more\n1,x,3\n2,y,4\n")
    lake.again()
    table = lake.table("a")
    assert (
        table["Description"] == "by hand"
        and table["Parameters"]["owner_team"] == "x"
        and table["StorageDescriptor"]["Columns"][1]["Comment"] == "what it was"
    )
    assert columns(table) == [
        ("id", "bigint"),
        ("kind", "varchar(9)"),
        ("more", "bigint"),
    ]  # MergeNewColumns: what was there stays


def test_new_folders_only(lake):
    def refused(**options):
        with pytest.raises(botocore.exceptions.ClientError, match="InvalidInputException"):
            lake.glue.create_crawler(
                Name="no",
                Role=ROLE,
                DatabaseName="crimes",
                Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
                RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
                **options,
            )

    refused(SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"})
    refused(SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "DEPRECATE_IN_DATABASE"})
    lake.put("t/day=1/f", ROWS_A)
    lake.put("t/day=2/f", ROWS_A)
    lake.crawl("s3://lake/t/", RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    assert lake.glue.get_crawler(Name="c")["Crawler"]["SchemaChangePolicy"] == {
        "UpdateBehavior": "LOG",
        "DeleteBehavior": "LOG",
    }
    assert partitions(lake, "t") == [("1",), ("2",)]
    empty(lake, "t/day=1/")
    lake.put("t/day=2/g", "1,2,3,4\n5,6,7,8\n")
    lake.put("t/day=3/f", "id,kind,more\n1,x,3\n2,y,4\n")
    lake.freshet.kill9()
    lake.freshet.restart()  # what was seen is remembered
    for name in ("s3", "glue", "athena", "logs"):
        setattr(lake, name, lake.freshet.client(name))
    reasons = lake.reasons(lake.again())
    assert (
        "2 objects are in folders that were crawled before" in reasons
        and "t/day=2" not in reasons
        and "t/day=3/f: csv" in reasons
    ), reasons
    assert partitions(lake, "t") == [("1",), ("2",), ("3",)]  # nothing is taken away
    assert columns(lake.table("t")) == [("id", "bigint"), ("kind", "string")]  # and nothing changed
    part = lake.glue.get_partition(DatabaseName="crimes", TableName="t", PartitionValues=["3"])[
        "Partition"
    ]
    assert (
        len(part["StorageDescriptor"]["Columns"]) == 2
        and part["StorageDescriptor"]["Location"] == "s3://lake/t/day=3/"
    )
    with pytest.raises(botocore.exceptions.ClientError, match="cannot be changed"):
        lake.glue.update_crawler(Name="c", Targets={"S3Targets": [{"Path": "s3://lake/other/"}]})


def test_folders_that_are_alike_become_partitions_of_one_table(lake):
    for folder, text in (("2024", ROWS_A), ("2025", ROWS_A), ("2026", ROWS_A)):
        lake.put(f"sales/{folder}/f", text)
    last = lake.crawl("s3://lake/sales/", TablePrefix="p_", Configuration='{"Version":1.0}')
    assert tables(lake) == ["p_sales"] and partitions(lake, "p_sales") == [
        ("2024",),
        ("2025",),
        ("2026",),
    ]
    assert [key["Name"] for key in lake.table("p_sales")["PartitionKeys"]] == ["partition_0"]
    assert "one table, 3 of its 3 folders are alike" in lake.reasons(last)
    assert lake.query("SELECT partition_0, COUNT(*) FROM p_sales GROUP BY 1 ORDER BY 1") == [
        ("2024", "2"),
        ("2025", "2"),
        ("2026", "2"),
    ]
    # Two kinds of folders: a table each; the old one is below the target and nowhere in it.
    lake.put("sales/2025/f", ROWS_B)
    lake.put("sales/2026/f", ROWS_B)
    lake.again()
    assert (
        tables(lake) == ["p_2024", "p_2025", "p_2026", "p_sales"]
        and "DEPRECATED_BY_CRAWLER" in lake.table("p_sales")["Parameters"]
    )


def test_compatible_schemas_are_combined_and_levels_chosen(lake):
    for folder, document in (
        ("x", '{"a": 1}'),
        ("y", '{"b": "t", "a": 2.5}'),
        ("z", '{"c": true}'),
    ):
        lake.put(f"all/deep/{folder}/f", document + "\n" + document)
    lake.crawl(
        "s3://lake/all/deep/",
        Configuration='{"Version":1.0,"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}',
    )
    assert tables(lake) == ["deep"] and columns(lake.table("deep")) == [
        ("a", "double"),
        ("b", "string"),
        ("c", "boolean"),
    ]
    lake.crawl(
        "s3://lake/all/",
        name="level",
        TablePrefix="l_",
        Configuration='{"Version":1.0,"Grouping":{"TableLevelConfiguration":4}}',
    )
    assert [name for name in tables(lake) if name.startswith("l_")] == ["l_x", "l_y", "l_z"]
    failed = lake.crawl(
        "s3://lake/all/deep/",
        name="many",
        TablePrefix="m_",
        Configuration='{"Version":1.0,"CrawlerOutput":{"Tables":{"TableThreshold":2}}}',
    )
    assert (
        failed["Status"] == "FAILED"
        and "TableThreshold is 2" in failed["ErrorMessage"]
        and not [name for name in tables(lake) if name.startswith("m_")]
    )
    with pytest.raises(botocore.exceptions.ClientError, match="Other"):
        lake.glue.update_crawler(Name="many", Configuration='{"Version":1.0,"Other":1}')


def test_a_files_column_that_is_a_partition_key_too(lake):
    lake.put("j/day=1/f", '{"day": "x", "n": 1}\n{"day": "y", "n": 2}\n')
    lake.put("c/day=1/f", "day,n\nx,1\ny,2\n")
    lake.crawl("s3://lake/j/", name="j")
    lake.crawl("s3://lake/c/", name="c")
    assert columns(lake.table("j")) == [("n", "int")] and lake.query(
        "SELECT day, n FROM j ORDER BY n"
    ) == [("1", "1"), ("1", "2")]
    assert lake.query("SELECT day, day_in_file, n FROM c ORDER BY n") == [
        ("1", "x", "1"),
        ("1", "y", "2"),
    ]


def test_exclusions_with_sets_and_alternatives(lake):
    for name in ("a1.csv", "a2.csv", "a3.csv", "b.tmp", "b.log", "below/c.csv"):
        lake.put(f"t/{name}", ROWS_A)
    reasons = lake.reasons(
        lake.crawl("s3://lake/t/", target={"Exclusions": ["a[2-3].csv", "*.{tmp,log}", "below/**"]})
    )
    assert (
        reasons.count("left out, the exclusion") == 5
        and "t/a1.csv: csv" in reasons
        and tables(lake) == ["t"]
    )
    with pytest.raises(botocore.exceptions.ClientError, match="is not a glob"):
        lake.crawl("s3://lake/t/", name="bad", target={"Exclusions": ["{a"]})


def test_crawls_metrics_and_names_are_listed(lake):
    lake.put("t/day=1/f", ROWS_A)
    lake.crawl("s3://lake/t/")
    lake.put("t/day=2/f", ROWS_A)
    lake.put("t/day=1/f", "id,kind,more\n1,x,3\n2,y,4\n")
    lake.again()
    lake.s3.delete_bucket(Bucket="results")
    crawls = lake.glue.list_crawls(CrawlerName="c")["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED", "COMPLETED"] and crawls[0][
        "StartTime"
    ] > crawls[1]["StartTime"]
    assert [json.loads(crawl["Summary"]) for crawl in crawls] == [
        {"TABLE": {"ADD": 0, "UPDATE": 1, "DELETE": 0}, "PARTITION": {"ADD": 1, "DELETE": 0}},
        {"TABLE": {"ADD": 1, "UPDATE": 0, "DELETE": 0}, "PARTITION": {"ADD": 1, "DELETE": 0}},
    ]
    first = lake.glue.list_crawls(CrawlerName="c", MaxResults=1)
    second = lake.glue.list_crawls(CrawlerName="c", MaxResults=1, NextToken=first["NextToken"])
    assert first["Crawls"] + second["Crawls"] == crawls and "NextToken" not in second
    lake.glue.create_crawler(
        Name="idle",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
    )
    lake.freshet.kill9()
    lake.freshet.restart()
    glue = lake.freshet.client("glue")
    assert glue.list_crawls(CrawlerName="c")["Crawls"] == crawls
    assert glue.list_crawlers()["CrawlerNames"] == ["c", "idle"]
    metrics = glue.get_crawler_metrics(CrawlerNameList=["c"])["CrawlerMetricsList"]
    assert len(metrics) == 1 and (
        metrics[0]["TablesCreated"],
        metrics[0]["TablesUpdated"],
        metrics[0]["TablesDeleted"],
        metrics[0]["StillEstimating"],
    ) == (1, 1, 0, False)
    assert [one["CrawlerName"] for one in glue.get_crawler_metrics()["CrawlerMetricsList"]] == [
        "c",
        "idle",
    ]
    glue.delete_crawler(Name="c")
    with pytest.raises(botocore.exceptions.ClientError, match="does not exist"):
        glue.list_crawls(CrawlerName="c")


def test_the_root_of_a_table_is_sought_at_every_level(lake):
    lake.put("e/2026/01/31/05/a", '{"a": 1}\n')
    last = lake.crawl("s3://lake/e/")
    assert tables(lake) == ["e"] and [key["Name"] for key in lake.table("e")["PartitionKeys"]] == [
        "partition_0",
        "partition_1",
        "partition_2",
        "partition_3",
    ], lake.reasons(last)
    assert partitions(lake, "e") == [("2026", "01", "31", "05")]
    lake.put("e/2026/12/31/23/b", '{"a": 2}\n')
    lake.put("e/2027/01/01/00/c", '{"a": 3}\n')
    lake.again()
    assert tables(lake) == ["e"] and "DEPRECATED_BY_CRAWLER" not in lake.table("e")["Parameters"]
    assert partitions(lake, "e") == [
        ("2026", "01", "31", "05"),
        ("2026", "12", "31", "23"),
        ("2027", "01", "01", "00"),
    ]
    assert lake.query("SELECT a, partition_0, partition_3 FROM e ORDER BY a") == [
        ("1", "2026", "05"),
        ("2", "2026", "23"),
        ("3", "2027", "00"),
    ]
    empty(lake, "e/2026/")  # the year before is gone: the table stays, at its place
    lake.again()
    assert (
        tables(lake) == ["e"] and lake.table("e")["StorageDescriptor"]["Location"] == "s3://lake/e/"
    )
    assert "DEPRECATED_BY_CRAWLER" not in lake.table("e")["Parameters"]


def test_folders_of_two_kinds_at_one_level_are_two_tables_with_partitions(lake):
    for day in ("01", "02"):
        lake.put(f"logs/app/2026/{day}/f", '{"level": "x", "text": "y", "n": 1}\n')
        lake.put(f"logs/web/2026/{day}/f", "ip|ms|path\n1.2.3.4|5|/\n")
    lake.crawl("s3://lake/logs/")
    assert tables(lake) == ["app", "web"]
    for name in tables(lake):
        assert [key["Name"] for key in lake.table(name)["PartitionKeys"]] == [
            "partition_0",
            "partition_1",
        ] and partitions(lake, name) == [("2026", "01"), ("2026", "02")]
    lake.put("logs/app/2027/01/f", '{"level": "x", "text": "y", "n": 2.5}\n')
    lake.again()
    assert (
        tables(lake) == ["app", "web"]
        and partitions(lake, "app")[-1] == ("2027", "01")
        and columns(lake.table("app"))[2] == ("n", "double")
    )


def test_folders_with_keys_that_have_nothing_in_common_are_tables(lake):
    lake.put("t/year=2017/f", '{"A": 1, "B": 2}')
    lake.put("t/year=2018/f", '{"C": 3, "D": 4}')
    lake.crawl("s3://lake/t/")
    assert tables(lake) == ["year_2017", "year_2018"]
    lake.crawl(
        "s3://lake/t/",
        name="one",
        TablePrefix="P__",
        Configuration='{"Version":1.0,"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}',
    )
    assert columns(lake.table("p__t")) == [(name, "int") for name in "abcd"] and partitions(
        lake, "p__t"
    ) == [("2017",), ("2018",)]


def test_nested_documents_have_nested_types_that_athena_reads(lake):
    lake.put("d/a", '{"id":1,"l":[{"a":"x","n":1}],"geo":{"lat":1.5}}\n')
    lake.crawl("s3://lake/d/")
    assert columns(lake.table("d")) == [
        ("id", "int"),
        ("l", "array<struct<a:string,n:int>>"),
        ("geo", "struct<lat:double>"),
    ]
    lake.put(
        "d/b",
        '{"id":5000000000,"l":[{"n":2.5},{"b":[true]}],"geo":{"lat":2,"Deep":{"x":null}},"e":[],"m":[1,"t",{"k":1}],"z":null}\n',
    )
    lake.put("d/c", '{"id":3,"l":null,"geo":null}\n{"id":4}\n')
    lake.again()
    assert columns(lake.table("d")) == [
        ("id", "bigint"),
        ("l", "array<struct<a:string,n:double,b:array<boolean>>>"),
        ("geo", "struct<lat:double,deep:struct<x:string>>"),
        ("e", "array<string>"),
        ("m", "array<string>"),
        ("z", "string"),
    ]
    assert lake.query(
        "SELECT id, l[1].a, l[1].n, geo.lat, geo.deep.x, cardinality(e), m[3], z FROM d ORDER BY id"
    ) == [
        ("1", "x", "1.0", "1.5", None, None, None, None),
        ("3", None, None, None, None, None, None, None),
        ("4", None, None, None, None, None, None, None),
        ("5000000000", None, "2.5", "2.0", None, "0", '{"k":1}', None),
    ]
    assert lake.query(
        "SELECT id, u.n, u.b FROM d CROSS JOIN UNNEST(l) AS u(a, n, b) ORDER BY id, n"
    ) == [("1", "1.0", None), ("5000000000", "2.5", None), ("5000000000", None, "[true]")]


def test_a_json_array_is_one_column(lake):
    lake.put("a/f", '[{"a":1},{"a":2}]')
    lake.put("b/f", '[\n  {"a": 1},\n  {"a": 2}\n]\n')
    lake.put("big/f", json.dumps([{"text": "x" * 1000, "n": n} for n in range(2000)]))
    for name in ("a", "b", "big"):
        lake.crawl(f"s3://lake/{name}/", name=name)
        assert lake.table(name)["Parameters"]["classification"] == "json"
    assert (
        columns(lake.table("a")) == columns(lake.table("b")) == [("array", "array<struct<a:int>>")]
    )
    assert columns(lake.table("big")) == [("array", "array<struct<text:string,n:int>>")]
    assert lake.query('SELECT e.a FROM a CROSS JOIN UNNEST("array") AS e(a) ORDER BY 1') == [
        ("1",),
        ("2",),
    ]
    assert lake.query('SELECT cardinality("array") FROM big') == [("2000",)]


def test_a_document_longer_than_a_sample(lake):
    lake.put("t/f", json.dumps({"text": "x" * 3_000_000, "n": 1}))
    last = lake.crawl("s3://lake/t/")
    assert columns(lake.table("t")) == [("text", "string"), ("n", "int")], lake.reasons(last)


def test_a_crawl_has_its_id_from_its_start(lake):
    for i in range(200):
        lake.put(f"t/{i:03}/f", ROWS_A)
    lake.crawl("s3://lake/t/")
    lake.freshet.advance(1000)
    lake.glue.start_crawler(Name="c")
    first = lake.glue.list_crawls(CrawlerName="c", MaxResults=1)
    ids = [
        crawl["CrawlId"]
        for crawl in first["Crawls"]
        + lake.glue.list_crawls(CrawlerName="c", MaxResults=1, NextToken=first["NextToken"])[
            "Crawls"
        ]
    ]
    lake.freshet.until(lambda: lake.glue.get_crawler(Name="c")["Crawler"]["State"] == "READY")
    assert [crawl["CrawlId"] for crawl in lake.glue.list_crawls(CrawlerName="c")["Crawls"]] == ids
    assert lake.glue.get_crawler(Name="c")["Crawler"]["LastCrawl"]["MessagePrefix"] == ids[0]


def test_objects_that_cannot_be_read_now_are_not_treated_as_deleted(lake):
    lake.put("t/x/f", ROWS_A)
    lake.put("t/y/f", ROWS_A)
    lake.put("u/f", ROWS_B)
    lake.crawl(
        "s3://lake/",
        SchemaChangePolicy={
            "UpdateBehavior": "UPDATE_IN_DATABASE",
            "DeleteBehavior": "DELETE_FROM_DATABASE",
        },
    )
    assert tables(lake) == ["t", "u"] and partitions(lake, "t") == [("x",), ("y",)]
    lake.put("t/y/f", bytes(range(256)))
    lake.put("u/f", bytes(range(256)))
    reasons = lake.reasons(lake.again())
    assert "s3://lake/t/y/: no table, none of its files could be read" in reasons
    assert tables(lake) == ["t", "u"] and partitions(lake, "t") == [("x",), ("y",)]


def test_sample_size_is_honoured(lake):
    for i in range(9):
        lake.put(f"t/{i}", '{"a%d": 1}\n' % i)
    lake.crawl("s3://lake/t/", target={"SampleSize": 1})
    assert columns(lake.table("t")) == [("a0", "int")]
    lake.crawl("s3://lake/t/", name="all", TablePrefix="all_")
    assert len(columns(lake.table("all_t"))) == 9
    for size in (0, 250):
        with pytest.raises(botocore.exceptions.ClientError, match="SampleSize"):
            lake.crawl("s3://lake/t/", name="bad", target={"SampleSize": size})


def test_a_path_to_one_object_is_a_table_of_it(lake):
    lake.put("in/a.json", '{"n": 1}\n{"n": 2}\n')
    lake.put("in/a.json.old", '{"n": 3}\n')
    lake.put("in/b.csv", "x,1\ny,2\n")
    last = lake.crawl(
        "s3://lake/in/a.json",
        SchemaChangePolicy={
            "UpdateBehavior": "UPDATE_IN_DATABASE",
            "DeleteBehavior": "DELETE_FROM_DATABASE",
        },
    )
    assert tables(lake) == ["a_json"] and columns(lake.table("a_json")) == [("n", "int")], (
        lake.reasons(last)
    )
    assert (
        lake.table("a_json")["StorageDescriptor"]["Location"] == "s3://lake/in/a.json"
        and lake.table("a_json")["Parameters"]["objectCount"] == "1"
    )
    assert "s3://lake/in/a.json: one object" in lake.reasons(last)
    assert lake.query("SELECT n FROM a_json ORDER BY n") == [("1",), ("2",)]
    lake.put("in/a.json", '{"n": 5000000000}\n')
    assert "columns changed to what the files show now: n was int and is bigint" in lake.reasons(
        lake.again()
    )
    assert tables(lake) == ["a_json"] and lake.query("SELECT n FROM a_json") == [("5000000000",)]
    lake.s3.delete_object(Bucket="lake", Key="in/a.json")
    lake.again()
    assert tables(lake) == []
    lake.crawl("s3://lake/in/b.csv/", name="slash")  # a folder, whatever an object's name is
    assert tables(lake) == []
    lake.put("in/b.csv/c", "x,1\ny,2\n")  # a folder and an object of one name: the folder
    lake.crawl("s3://lake/in/b.csv", name="both")
    assert lake.table("b_csv")["StorageDescriptor"]["Location"] == "s3://lake/in/b.csv/"


@pytest.mark.parametrize(
    "text, count",
    [
        (json.dumps({"a": 1, "b": [1, 2]}, indent=2), 1),
        ('{"a":1}{"a":2}', 2),
        ('{"a":1} {"a":2}\n{"a":3}\n', 2),
        ('{"a":1},\n{"a":2}\n', 1),
        ('[\n  {"a": 1},\n  {"a": 2}\n]\n', 1),
    ],
    ids=["pretty", "concatenated", "two in a line", "commas", "array"],
)
def test_documents_that_are_not_a_line_each_are_named(lake, text, count):
    lake.put("t/f", text)
    last = lake.crawl("s3://lake/t/")
    assert tables(lake) == ["t"]  # as AWS makes it, whose Athena refuses it as well
    assert (
        f"; {count} of the documents are not one line each: queries fail, as Athena reads "
        "one document a line"
    ) in lake.reasons(last)


def test_documents_of_one_line_each_are_accepted(lake):
    lake.put("t/f", '\ufeff  {"a":1}  \r\n\r\n\t{"a":2}\n{"a":{"b":"}\\n{"}}')
    assert "one line each" not in lake.reasons(lake.crawl("s3://lake/t/"))
    lake.put("u/f", '{"a":1}\nnonsense\n{"a":2}\n')
    assert (
        "1 lines are no JSON: queries fail at them without ignore.malformed.json"
        in lake.reasons(lake.crawl("s3://lake/u/", name="u"))
    )


def test_a_sample_is_reported_and_a_later_crawl_finds_what_it_missed(lake):
    lake.put("t/f", '{"a":1}\n' * 200_000 + '{"a":5000000000}\n')
    assert "; judged by its first 1048576 of 1600017 bytes" in lake.reasons(
        lake.crawl("s3://lake/t/")
    )
    assert columns(lake.table("t")) == [("a", "int")]
    lake.put("t/g", '{"a":5000000000}\n')
    assert "a was int and is bigint" in lake.reasons(lake.again())
    assert lake.query("SELECT MAX(a) FROM t") == [("5000000000",)]


def test_changes_of_a_crawler_and_its_start_take_turns(lake):
    def one_of(call, *codes):
        try:
            call()
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] in codes, error

    target = {"S3Targets": [{"Path": "s3://lake/t/"}]}
    lake.put("t/f", ROWS_A)

    def work(round):
        for _ in range(15):
            one_of(
                lambda: lake.glue.create_crawler(
                    Name="c", Role=ROLE, DatabaseName="crimes", Targets=target
                ),
                "AlreadyExistsException",
            )
            one_of(
                lambda: lake.glue.start_crawler(Name="c"),
                "EntityNotFoundException",
                "CrawlerRunningException",
            )
            one_of(
                lambda: lake.glue.update_crawler(Name="c", Description=str(round)),
                "EntityNotFoundException",
                "CrawlerRunningException",
            )
            one_of(
                lambda: lake.glue.delete_crawler(Name="c"),
                "EntityNotFoundException",
                "CrawlerRunningException",
            )

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert lake.freshet.process.poll() is None


def test_updates_of_a_crawler_at_once_are_all_kept(lake):
    lake.glue.create_crawler(
        Name="c",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
    )
    changes = {
        "Description": "d",
        "TablePrefix": "p_",
        "Role": ROLE + "s",
        "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        "Configuration": '{"Version":1.0}',
    }
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        list(
            pool.map(
                lambda change: lake.glue.update_crawler(Name="c", **dict([change])), changes.items()
            )
        )
    found = lake.glue.get_crawler(Name="c")["Crawler"]
    assert (
        {name: found[name] for name in changes} == {**changes, "Role": found["Role"]}
        and found["Role"].endswith("anys")
        and found["Version"] == 6
    )


def test_pages_of_crawlers_go_by_key_and_tokens_are_checked(lake):
    for name in "dcba":
        lake.glue.create_crawler(
            Name=name,
            Role=ROLE,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": "s3://lake/"}]},
        )
    for call, names in (
        (lake.glue.list_crawlers, lambda page: page["CrawlerNames"]),
        (lake.glue.get_crawlers, lambda page: [one["Name"] for one in page["Crawlers"]]),
        (
            lake.glue.get_crawler_metrics,
            lambda page: [one["CrawlerName"] for one in page["CrawlerMetricsList"]],
        ),
    ):
        first = call(MaxResults=3)
        second = call(MaxResults=3, NextToken=first["NextToken"])
        assert (names(first), names(second)) == (
            ["a", "b", "c"],
            ["d"],
        ) and "NextToken" not in second
        with pytest.raises(botocore.exceptions.ClientError, match="pagination token"):
            call(NextToken="b")


@pytest.mark.parametrize(
    "before, after, type, value",
    [
        ('{"a":1}', '{"a":5000000000}', "int", "5000000000"),
        ('{"a":[1]}', '{"a":[2,-5000000000]}', "array<int>", "-5000000000"),
        ('{"a":{"b":1}}', '{"a":{"b":5000000000}}', "struct<b:int>", "5000000000"),
        (
            '{"a":[{"b":[1]}]}',
            '{"a":[{"b":[5000000000]}]}',
            "array<struct<b:array<int>>>",
            "5000000000",
        ),
        ('{"a":{"b":true}}', '{"a":{"b":"maybe"}}', "struct<b:boolean>", "maybe"),
        ('{"a":[1]}', '{"a":7}', "array<int>", "7"),
        ('{"a":{"b":1}}', '{"a":"x"}', "struct<b:int>", "x"),
    ],
)
def test_a_value_that_the_sample_did_not_show_fails_the_query_and_is_not_null(
    lake, before, after, type, value
):
    lake.put("t/a", before + "\n")
    lake.crawl("s3://lake/t/")
    assert columns(lake.table("t")) == [("a", type)]
    lake.put("t/b", after + "\n")
    _, status = lake.run("SELECT a FROM t")
    assert status["State"] == "FAILED" and status["StateChangeReason"].startswith(
        f'HIVE_BAD_DATA: Error Parsing a column in the table: For input string: "{value}" '
        "in column a in line 1 of "
    ), status
