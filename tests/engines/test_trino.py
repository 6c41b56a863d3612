"""A real Trino, with Freshet as its Glue catalog and its S3: it creates, writes, analyses, alters
and drops Hive and Iceberg tables, and Athena reads back what it can.
"""

import shutil

import pytest
from program import Builder
from trino_server import HOME, JAVA_LEAST, Failed, Trino, find_java, unpack

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="session")
def java(pytestconfig):
    if not shutil.which("mvn"):
        pytest.skip("needs mvn: ./dev setup --clients installs Debian's maven")
    found = find_java()
    if not found:
        pytest.skip(
            f"Trino needs Java {JAVA_LEAST} or newer: none in JAVA_HOME, /usr/lib/jvm or /opt"
        )
    if not HOME.exists():
        status, said = Builder(pytestconfig).build(
            "trino", ["mvn", "-B", "compile"], HOME.parents[1]
        )
        assert status == 0, said[-4000:]
        unpack()
    return found


class Lake:
    def __init__(self, server, trino):
        self.server, self.trino = server, trino
        self.glue, self.athena, self.s3 = (server.client(name) for name in ("glue", "athena", "s3"))

    def sql(self, text):
        return self.trino.rows(text)

    def ask(self, text, database="shop"):
        """The rows that Athena returns, or the reason of its failure."""
        execution = self.athena.start_query_execution(
            QueryString=text,
            QueryExecutionContext={"Database": database},
            ResultConfiguration={"OutputLocation": "s3://results/"},
        )["QueryExecutionId"]
        status = self.server.until(
            lambda: (
                (
                    found := self.athena.get_query_execution(QueryExecutionId=execution)[
                        "QueryExecution"
                    ]["Status"]
                )["State"]
                in ("SUCCEEDED", "FAILED")
                and found
            )
        )
        if status["State"] == "FAILED":
            return status["StateChangeReason"]
        rows = self.athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"][1:]
        return [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in rows]


@pytest.fixture
def lake(java, make_freshet, tmp_path):
    server = make_freshet(clock="system")
    for bucket in ("lake", "results"):
        server.client("s3").create_bucket(Bucket=bucket)
    folder = tmp_path / "trino"
    folder.mkdir()
    trino = Trino(java, folder, server.endpoint)
    try:
        trino.wait()
        yield Lake(server, trino)
        assert server.process.poll() is None
    finally:
        trino.close()


def test_hive_tables(lake):
    lake.sql("CREATE SCHEMA hive.shop WITH (location = 's3://lake/shop/')")
    lake.sql(
        "CREATE TABLE hive.shop.orders (id bigint, place varchar, amount double, at "
        "timestamp, tags array(varchar), year varchar) WITH (partitioned_by = "
        "ARRAY['year'], format = 'PARQUET')"
    )
    assert lake.sql(
        "INSERT INTO hive.shop.orders VALUES (1, 'a', 1.5, TIMESTAMP '2025-01-02 "
        "03:04:05.678', ARRAY['x', 'y'], '2025'), (2, 'b', 2.5, NULL, NULL, '2026'), (3, "
        "NULL, NULL, NULL, ARRAY[], '2026')"
    ) == [(3,)]
    assert lake.ask("SELECT id, place, amount, at, tags, year FROM orders ORDER BY id") == [
        ("1", "a", "1.5", "2025-01-02 03:04:05.678", "[x, y]", "2025"),
        ("2", "b", "2.5", None, None, "2026"),
        ("3", None, None, None, "[]", "2026"),
    ]

    # What was analysed is in the catalog, for each partition, and Trino plans with it.
    lake.sql("ANALYZE hive.shop.orders")
    found = lake.glue.get_column_statistics_for_partition(
        DatabaseName="shop",
        TableName="orders",
        PartitionValues=["2026"],
        ColumnNames=["id", "place"],
    )
    kept = {one["ColumnName"]: one["StatisticsData"] for one in found["ColumnStatisticsList"]}
    assert (
        kept["id"]["LongColumnStatisticsData"]["MaximumValue"] == 3
        and kept["place"]["StringColumnStatisticsData"]["NumberOfNulls"] == 1
        and found["Errors"] == []
    )
    shown = {row[0]: row for row in lake.sql("SHOW STATS FOR hive.shop.orders")}
    assert shown["id"][5:] == ("1", "3") and shown[None][4] == 3.0

    lake.sql("ALTER TABLE hive.shop.orders ADD COLUMN more integer")
    lake.sql("INSERT INTO hive.shop.orders (id, more, year) VALUES (4, 7, '2027')")
    assert lake.ask("SELECT year, count(*), max(more) FROM orders GROUP BY 1 ORDER BY 1") == [
        ("2025", "1", None),
        ("2026", "2", None),
        ("2027", "1", "7"),
    ]
    assert lake.sql("SELECT id FROM hive.shop.orders WHERE year > '2025' ORDER BY id") == [
        (2,),
        (3,),
        (4,),
    ]
    lake.sql("DELETE FROM hive.shop.orders WHERE year = '2025'")
    assert [
        one["Values"]
        for one in lake.glue.get_partitions(DatabaseName="shop", TableName="orders")["Partitions"]
    ] == [["2026"], ["2027"]]
    lake.sql(
        "CALL hive.system.create_empty_partition('shop', 'orders', ARRAY['year'], ARRAY['2030'])"
    )
    assert lake.ask("SELECT count(*) FROM orders") == [("3",)]

    for format in ("TEXTFILE", "JSON", "CSV"):
        lake.sql(
            f"CREATE TABLE hive.shop.t_{format} WITH (format = '{format}') AS SELECT "
            "CAST(id AS varchar) AS id, place FROM hive.shop.orders WHERE place IS NOT "
            "NULL OR id = 4"
        )
        assert lake.sql(f"SELECT id FROM hive.shop.t_{format} ORDER BY id") == [("2",), ("4",)], (
            format
        )
        assert lake.ask(f"SELECT id FROM t_{format} ORDER BY id") == [("2",), ("4",)], format
    lake.sql(
        "CREATE TABLE hive.shop.t_orc WITH (format = 'ORC') AS SELECT id FROM hive.shop.orders"
    )
    written = lake.sql("SELECT id FROM hive.shop.t_orc ORDER BY id")
    assert written and lake.ask("SELECT id FROM t_orc ORDER BY id") == [
        (str(id),) for (id,) in written
    ]

    lake.sql(
        "CREATE VIEW hive.shop.totals AS SELECT year, count(*) AS n FROM hive.shop.orders "
        "GROUP BY year"
    )
    assert lake.sql("SELECT * FROM hive.shop.totals ORDER BY 1") == [("2026", 2), ("2027", 1)]
    lake.sql("CREATE FUNCTION hive.shop.plus(a bigint) RETURNS bigint RETURN a + 1")
    assert (
        len(
            lake.glue.get_user_defined_functions(DatabaseName="shop", Pattern=".*")[
                "UserDefinedFunctions"
            ]
        )
        == 1
    )
    assert lake.sql("SELECT hive.shop.plus(41)") == [(42,)]
    lake.sql("DROP FUNCTION hive.shop.plus(bigint)")

    assert sorted(name for (name,) in lake.sql("SHOW TABLES FROM hive.shop")) == [
        "orders",
        "t_csv",
        "t_json",
        "t_orc",
        "t_textfile",
        "totals",
    ]
    with pytest.raises(Failed, match="SCHEMA_NOT_EMPTY"):
        lake.sql("DROP SCHEMA hive.shop")
    lake.sql("DROP VIEW hive.shop.totals")
    for name in ("orders", "t_csv", "t_json", "t_orc", "t_textfile"):
        lake.sql(f"DROP TABLE hive.shop.{name}")
    lake.sql("DROP SCHEMA hive.shop")
    assert [one["Name"] for one in lake.glue.get_databases()["DatabaseList"]] in ([], ["default"])
    assert "Contents" not in lake.s3.list_objects_v2(Bucket="lake", Prefix="shop/orders/")


def test_iceberg_tables(lake):
    lake.sql("CREATE SCHEMA iceberg.ice WITH (location = 's3://lake/ice/')")
    lake.sql(
        "CREATE TABLE iceberg.ice.t (id bigint, name varchar, day date) WITH (partitioning "
        "= ARRAY['day'])"
    )
    lake.sql(
        "INSERT INTO iceberg.ice.t VALUES (1, 'a', DATE '2026-01-01'), (2, 'b', DATE '2026-01-02')"
    )
    lake.sql("UPDATE iceberg.ice.t SET name = 'z' WHERE id = 2")
    lake.sql("DELETE FROM iceberg.ice.t WHERE id = 1")
    lake.sql("ALTER TABLE iceberg.ice.t ADD COLUMN more double")
    lake.sql(
        "MERGE INTO iceberg.ice.t USING (VALUES (2, 'q'), (5, 'n')) AS s(id, name) ON t.id "
        "= s.id WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (id, name, day) VALUES (s.id, s.name, DATE '2026-02-02')"
    )
    assert lake.sql("SELECT * FROM iceberg.ice.t ORDER BY id") == [
        (2, "q", "2026-01-02", None),
        (5, "n", "2026-02-02", None),
    ]
    lake.sql("ANALYZE iceberg.ice.t")
    lake.sql("ALTER TABLE iceberg.ice.t EXECUTE optimize")
    ((snapshots,),) = lake.sql('SELECT count(*) FROM iceberg.ice."t$snapshots"')
    assert snapshots >= 5
    table = lake.glue.get_table(DatabaseName="ice", Name="t")["Table"]
    assert (
        table["Parameters"]["table_type"].upper() == "ICEBERG"
        and table["Parameters"]["metadata_location"].startswith("s3://lake/ice/")
        and int(table["VersionId"]) >= 5
    )
    assert (
        "iceberg" in lake.ask("SELECT * FROM t", database="ice").lower()
    )  # Athena here reads no Iceberg, and says so
    lake.sql("ALTER TABLE iceberg.ice.t RENAME TO iceberg.ice.u")
    assert lake.sql("SHOW TABLES FROM iceberg.ice") == [("u",)] and lake.sql(
        "SELECT count(*) FROM iceberg.ice.u"
    ) == [(2,)]
    lake.sql("CREATE VIEW iceberg.ice.v AS SELECT id FROM iceberg.ice.u")
    assert lake.sql("SELECT * FROM iceberg.ice.v ORDER BY 1") == [(2,), (5,)]
    lake.sql("DROP VIEW iceberg.ice.v")
    lake.sql("DROP TABLE iceberg.ice.u")
    lake.sql("DROP SCHEMA iceberg.ice")
