"""Athena over the socket with boto3: DDL, partitions, views, results, pages, errors, cancel, a
killed worker.
"""

import gzip
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

ROWS = "id,kind,score\n" + "".join(
    f"{i},{'THEFT' if i % 3 else 'ARSON'},{i}.5\n" for i in range(1, 31)
)


class Lake:
    def __init__(self, freshet):
        self.freshet = freshet
        self.s3, self.athena = freshet.client("s3"), freshet.client("athena")
        self.s3.create_bucket(Bucket="lake")

    def start(self, sql, **options):
        options.setdefault("ResultConfiguration", {"OutputLocation": "s3://lake/results/"})
        return self.athena.start_query_execution(QueryString=sql, **options)["QueryExecutionId"]

    def wait(self, query):
        def ended():
            found = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            return found if found["Status"]["State"] not in ("QUEUED", "RUNNING") else None

        return self.freshet.until(ended)

    def rows(self, sql, **options):
        query = self.start(sql, **options)
        execution = self.wait(query)
        assert execution["Status"]["State"] == "SUCCEEDED", (sql, execution["Status"])
        found = self.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in found]

    def failure(self, sql):
        execution = self.wait(self.start(sql))
        assert execution["Status"]["State"] == "FAILED", sql
        return execution["Status"]


@pytest.fixture
def lake(freshet):
    lake = Lake(freshet)
    for month, name, body in (
        ("01", "a.csv", ROWS.encode()),
        ("02", "b.csv.gz", gzip.compress(ROWS.encode())),
    ):
        lake.s3.put_object(Bucket="lake", Key=f"crimes/year=2022/month={month}/{name}", Body=body)
    lake.s3.put_object(Bucket="lake", Key="crimes/year=2022/month=01/_marker", Body=b"9,hidden,1\n")
    lake.rows(
        "CREATE EXTERNAL TABLE crimes (id bigint, kind string, score double) PARTITIONED "
        "BY (year string, month string) "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/crimes/' "
        "TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    assert len(lake.rows("MSCK REPAIR TABLE crimes")) == 3
    return lake


def test_select_over_partitions(lake):
    assert lake.rows(
        "SELECT kind, count(*) AS n, sum(score) FROM crimes GROUP BY kind ORDER BY n DESC"
    ) == [["kind", "n", "_col2"], ["THEFT", "40", "620.0"], ["ARSON", "20", "340.0"]]
    query = lake.start("SELECT count(*) FROM crimes WHERE month = '02'")
    execution = lake.wait(query)
    scanned = execution["Statistics"]["DataScannedInBytes"]
    assert scanned == len(gzip.compress(ROWS.encode()))  # the other partition is not opened
    assert execution["StatementType"] == "DML" and execution["SubstatementType"] == "SELECT"
    assert execution["ResultConfiguration"]["OutputLocation"] == f"s3://lake/results/{query}.csv"
    body = lake.s3.get_object(Bucket="lake", Key=f"results/{query}.csv")["Body"].read()
    assert body == b'"_col0"\n"30"\n'
    assert (
        lake.s3.head_object(Bucket="lake", Key=f"results/{query}.csv.metadata")["ContentLength"]
        > 20
    )


def test_view_and_show(lake):
    lake.rows(
        "CREATE OR REPLACE VIEW by_kind AS SELECT kind, month, count(*) AS n FROM crimes "
        "GROUP BY kind, month"
    )
    assert lake.rows("SELECT * FROM by_kind WHERE month = '01' ORDER BY n")[1:] == [
        ["ARSON", "01", "10"],
        ["THEFT", "01", "20"],
    ]
    assert lake.rows("SHOW TABLES") == [["by_kind"], ["crimes"]]
    assert lake.rows("SHOW VIEWS") == [["by_kind"]]
    assert lake.rows("SHOW PARTITIONS crimes") == [["year=2022/month=01"], ["year=2022/month=02"]]
    assert lake.rows("DESCRIBE crimes")[0] == [
        "id                  \tbigint              \t                    "
    ]
    assert "PARTITIONED BY ( " in [row[0] for row in lake.rows("SHOW CREATE TABLE crimes")]
    table = lake.athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="default", TableName="crimes"
    )["TableMetadata"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month"]
    lake.rows("DROP VIEW by_kind")
    assert (
        lake.failure("SELECT * FROM by_kind")["StateChangeReason"]
        == "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.by_kind' does not exist"
    )


def test_types_nulls_and_pages(lake):
    query = lake.start(
        "SELECT CAST(NULL AS integer) AS a, '' AS b, 1.5 AS c, DECIMAL '1.20' AS d, DATE "
        "'2020-01-02' AS e, TIMESTAMP '2020-01-02 03:04:05' AS f, true AS g, ARRAY[1] AS h"
    )
    lake.wait(query)
    result = lake.athena.get_query_results(QueryExecutionId=query)["ResultSet"]
    assert result["Rows"][1]["Data"] == [
        {},
        {"VarCharValue": ""},
        {"VarCharValue": "1.5"},
        {"VarCharValue": "1.20"},
        {"VarCharValue": "2020-01-02"},
        {"VarCharValue": "2020-01-02 03:04:05.000"},
        {"VarCharValue": "true"},
        {"VarCharValue": "[1]"},
    ]
    assert [
        (c["Type"], c["Precision"], c["Scale"]) for c in result["ResultSetMetadata"]["ColumnInfo"]
    ] == [
        ("integer", 10, 0),
        ("varchar", 0, 0),
        ("double", 17, 0),
        ("decimal", 3, 2),
        ("date", 0, 0),
        ("timestamp", 3, 0),
        ("boolean", 0, 0),
        ("array", 0, 0),
    ]
    query = lake.start("SELECT id FROM crimes ORDER BY id, month")
    lake.wait(query)
    pages = lake.athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=query, PaginationConfig={"PageSize": 7}
    )
    cells = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert cells == ["id"] + [str(i) for i in range(1, 31) for _ in range(2)]


def test_errors(lake):
    with pytest.raises(botocore.exceptions.ClientError, match="mismatched input 'FORM'"):
        lake.start("SELECT * FORM crimes")
    with pytest.raises(botocore.exceptions.ClientError, match="No output location provided"):
        lake.athena.start_query_execution(QueryString="SELECT 1")
    with pytest.raises(botocore.exceptions.ClientError, match="was not found"):
        lake.athena.get_query_execution(QueryExecutionId="11111111-1111-4111-8111-111111111111")
    status = lake.failure("SELECT nope(id) FROM crimes")
    assert (
        status["StateChangeReason"]
        == "FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered"
    )
    assert status["AthenaError"]["ErrorType"] == 1303
    assert lake.failure("SELECT 1 / 0")["StateChangeReason"] == "DIVISION_BY_ZERO: Division by zero"


def test_token_parameters_list_and_batch(lake):
    token = "t" * 40
    first = lake.start("SELECT 1", ClientRequestToken=token)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(botocore.exceptions.ClientError, match="Idempotent parameters do not match"):
        lake.start("SELECT 2", ClientRequestToken=token)
    assert lake.rows(
        "SELECT count(*) FROM crimes WHERE kind = ? AND id > ?",
        ExecutionParameters=["'THEFT'", "10"],
    )[1] == ["26"]  # 13 of 11..30 are not multiples of three, in two partitions
    listed = lake.athena.list_query_executions()["QueryExecutionIds"]
    assert first in listed
    batch = lake.athena.batch_get_query_execution(
        QueryExecutionIds=[first, "11111111-1111-4111-8111-111111111111"]
    )
    assert len(batch["QueryExecutions"]) == 1 and len(batch["UnprocessedQueryExecutionIds"]) == 1
    configuration = lake.athena.get_work_group(WorkGroup="primary")["WorkGroup"]["Configuration"]
    assert (
        configuration["EnforceWorkGroupConfiguration"] is False
        and configuration["EnableMinimumEncryptionConfiguration"] is False
    )
    assert [
        d["Name"] for d in lake.athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    ] == ["default"]


LONG = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, "
    "10000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z) WHERE x * y * z % 7 = 3"
)


def workers_of(process):
    return [
        int(pid)
        for pid in subprocess.run(
            ["pgrep", "-P", str(process.pid), "freshet-query"], capture_output=True, text=True
        ).stdout.split()
    ]


def test_cancel_and_a_killed_worker(lake):
    query = lake.start(LONG)
    lake.freshet.until(lambda: workers_of(lake.freshet.process))
    lake.athena.stop_query_execution(QueryExecutionId=query)
    assert lake.wait(query)["Status"]["State"] == "CANCELLED"
    query = lake.start(LONG)
    for worker in lake.freshet.until(lambda: workers_of(lake.freshet.process)):
        os.kill(worker, signal.SIGKILL)
    assert lake.wait(query)["Status"]["State"] == "FAILED"
    assert lake.rows("SELECT 1 AS one") == [["one"], ["1"]]


def test_history_outlives_the_server(lake):
    query = lake.start("SELECT 7 AS n")
    lake.wait(query)
    lake.freshet.kill9()
    lake.freshet.start()
    assert (
        lake.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
        == "SUCCEEDED"
    )
    assert (
        lake.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"][0][
            "VarCharValue"
        ]
        == "7"
    )


def run_query(lake, *arguments):
    return subprocess.run(
        lake.freshet.command("query", *arguments, "--endpoint", lake.freshet.endpoint),
        env=lake.freshet.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_command_line(lake):
    table = run_query(lake, "SELECT kind, count(*) AS n FROM crimes GROUP BY kind ORDER BY n")
    assert table.stdout == "kind    n\n-----  --\nARSON  20\nTHEFT  40\n(2 rows)\n", table
    assert (
        run_query(
            lake, "SELECT 1 AS a, 'x\"y' AS b, CAST(NULL AS date) AS c", "--format", "json"
        ).stdout
        == '{"a":1,"b":"x\\"y","c":null}\n'
    )
    assert (
        run_query(lake, "SELECT 1 AS a, NULL AS b", "--format", "csv").stdout == '"a","b"\n"1",\n'
    )
    wrong = run_query(lake, "SELECT id,\n  nope FROM crimes")
    assert wrong.returncode == 1 and wrong.stderr == (
        "freshet: COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved\n    nope "
        "FROM crimes\n    ^\n"
    )


def test_catalogs_databases_and_tables_are_described(lake):
    assert [
        one["CatalogName"] for one in lake.athena.list_data_catalogs()["DataCatalogsSummary"]
    ] == ["AwsDataCatalog"]
    assert [one["Name"] for one in lake.athena.list_work_groups()["WorkGroups"]] == ["primary"]
    assert (
        lake.athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="default")["Database"][
            "Name"
        ]
        == "default"
    )
    with pytest.raises(botocore.exceptions.ClientError, match="MetadataException"):
        lake.athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="nowhere")
    lake.rows("CREATE VIEW by_kind AS SELECT kind, count(*) AS n FROM crimes GROUP BY kind")
    listed = lake.athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="default")[
        "TableMetadataList"
    ]
    assert [(one["Name"], one["TableType"]) for one in listed] == [
        ("by_kind", "VIRTUAL_VIEW"),
        ("crimes", "EXTERNAL_TABLE"),
    ]
    assert [(column["Name"], column["Type"]) for column in listed[1]["Columns"]] == [
        ("id", "bigint"),
        ("kind", "string"),
        ("score", "double"),
    ]
    assert [
        one["Name"]
        for one in lake.athena.list_table_metadata(
            CatalogName="AwsDataCatalog", DatabaseName="default", Expression="cri.*"
        )["TableMetadataList"]
    ] == ["crimes"]


def test_objects_that_a_tables_schema_does_not_fit(lake):
    put = lambda key, text: lake.s3.put_object(Bucket="lake", Key=key, Body=text)
    # LazySimpleSerDe: a bad number is NULL, missing cells are NULL, surplus cells are ignored.
    put("lazy/1", b"1,2\nx,y\n3\n4,5,6\n,\n")
    lake.rows(
        "CREATE EXTERNAL TABLE lazy (a int, b double) ROW FORMAT DELIMITED FIELDS "
        "TERMINATED BY ',' LOCATION 's3://lake/lazy/'"
    )
    assert lake.rows("SELECT * FROM lazy")[1:] == [
        ["1", "2.0"],
        [None, None],
        ["3", None],
        ["4", "5.0"],
        [None, None],
    ]
    # OpenCSVSerde: a bad number is an error when its column is selected.
    put("quoted/1", b'"1","a"\n"x","b"\n')
    lake.rows(
        "CREATE EXTERNAL TABLE quoted (a int, b string) ROW FORMAT SERDE "
        "'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/quoted/'"
    )
    assert lake.failure("SELECT a FROM quoted")["StateChangeReason"].startswith("HIVE_BAD_DATA")
    assert lake.rows("SELECT b FROM quoted")[1:] == [["a"], ["b"]]
    # JSON: text that is not a document is an error; a member of another type is an error when it is
    # selected.
    put("json/1", b'{"a": 1, "b": "x"}\n{"b": "y"}\n')
    lake.rows(
        "CREATE EXTERNAL TABLE js (a int, b string) ROW FORMAT SERDE "
        "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/json/'"
    )
    assert lake.rows("SELECT * FROM js")[1:] == [["1", "x"], [None, "y"]]
    put("json/2", b"a,b\n1,2\n")
    assert lake.failure("SELECT * FROM js")["StateChangeReason"].startswith("HIVE_")
    put("json/2", bytes(range(256)))
    assert lake.failure("SELECT * FROM js")["StateChangeReason"].startswith("HIVE_")
    put("lazy/2.gz", gzip.compress(b"7,8\n" * 1000)[:-20])
    assert lake.failure("SELECT * FROM lazy")["StateChangeReason"].startswith("HIVE_")


def test_a_view_is_compared_with_what_it_was_made_of(lake):
    glue = lake.freshet.client("glue")
    lake.s3.put_object(Bucket="lake", Key="n/a.csv", Body=b"1,2\n")
    lake.rows(
        "CREATE EXTERNAL TABLE n (x int, y int) ROW FORMAT DELIMITED FIELDS TERMINATED BY "
        "',' LOCATION 's3://lake/n/'"
    )
    for name, text in (
        ("narrow", "SELECT x FROM n"),
        ("star", "SELECT * FROM n"),
        ("of_view", "SELECT x FROM narrow"),
    ):
        lake.rows(f"CREATE VIEW {name} AS {text}")

    def change(*columns):
        table = glue.get_table(DatabaseName="default", Name="n")["Table"]
        storage = {
            **table["StorageDescriptor"],
            "Columns": [{"Name": name, "Type": type} for name, type in columns],
        }
        glue.update_table(
            DatabaseName="default",
            TableInput={
                "Name": "n",
                "TableType": "EXTERNAL_TABLE",
                "Parameters": table["Parameters"],
                "StorageDescriptor": storage,
            },
        )

    assert lake.rows("SELECT * FROM of_view") == [["x"], ["1"]]
    change(("x", "smallint"), ("y", "int"))  # narrower: still what the view says
    assert lake.rows("SELECT typeof(x) FROM narrow") == [["_col0"], ["integer"]]
    change(("x", "string"), ("y", "int"))
    for name in ("narrow", "star", "of_view"):
        status = lake.failure(f"SELECT 1 FROM {name}")
        assert status["StateChangeReason"].startswith("VIEW_IS_STALE: line 1:15: "), status
        assert (
            "is stale or in invalid state: column [x] of type varchar projected from query "
            "view at position 0 cannot be coerced to column [x] of type integer stored in "
            "view definition"
        ) in status["StateChangeReason"]
        assert status["AthenaError"]["ErrorCategory"] == 2
    change(("x", "int"), ("y", "int"), ("z", "int"))
    assert lake.rows("SELECT * FROM narrow") == [["x"], ["1"]]
    assert lake.failure("SELECT * FROM star")["StateChangeReason"] == (
        "VIEW_IS_STALE: line 1:15: View 'awsdatacatalog.default.star' is stale or in "
        "invalid state: stored view column count (2) does not match column count derived "
        "from the view query analysis (3)"
    )
    change(("z", "int"), ("y", "int"))
    assert lake.failure("SELECT * FROM narrow")["StateChangeReason"] == (
        "VIEW_IS_STALE: line 1:15: View 'awsdatacatalog.default.narrow' is stale or in "
        "invalid state: line 1:8: Column 'x' cannot be resolved"
    )
    assert (
        "column [z] of type integer projected from query view at position 0 has a "
        "different name from column [x]"
    ) in lake.failure("SELECT * FROM star")["StateChangeReason"]
    lake.rows("CREATE OR REPLACE VIEW narrow AS SELECT z AS x FROM n")
    assert lake.rows("SELECT * FROM of_view") == [["x"], ["1"]]


def test_errors_about_missing_things_are_the_catalogs(lake):
    end = (
        r"\(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; "
        r"Request ID: [0-9a-f-]{36}; Proxy: null\)$"
    )
    for call, arguments in (
        (
            lake.athena.get_table_metadata,
            {"CatalogName": "AwsDataCatalog", "DatabaseName": "default", "TableName": "nope"},
        ),
        (
            lake.athena.get_table_metadata,
            {"CatalogName": "AwsDataCatalog", "DatabaseName": "nope", "TableName": "nope"},
        ),
        (lake.athena.get_database, {"CatalogName": "AwsDataCatalog", "DatabaseName": "nope"}),
        (
            lake.athena.list_table_metadata,
            {"CatalogName": "AwsDataCatalog", "DatabaseName": "nope"},
        ),
    ):
        with pytest.raises(lake.athena.exceptions.MetadataException, match=end):
            call(**arguments)


ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, "
    "10000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z) WHERE x + y + z = -1"
)


def test_a_small_query_does_not_wait_for_endless_ones(lake):
    endless = [lake.start(ENDLESS) for _ in range(2)]

    def state(query):
        return lake.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"][
            "State"
        ]

    lake.freshet.until(lambda: all(state(query) == "RUNNING" for query in endless))
    for _ in range(3):
        assert lake.rows("SELECT count(*) FROM crimes") == [["_col0"], ["60"]]
    third = lake.start(ENDLESS)  # let into the place of small ones, which it has to leave
    lake.freshet.until(lambda: state(third) == "RUNNING")
    assert lake.rows("SELECT 1") == [["_col0"], ["1"]]
    assert state(third) == "QUEUED"
    for query in (*endless, third):
        lake.athena.stop_query_execution(QueryExecutionId=query)
        assert lake.wait(query)["Status"]["State"] == "CANCELLED"


def test_errors_do_not_advise_on_the_engine(lake):
    for sql in (
        "SELECT CAST('x' AS integer)",
        "SELECT 1" + " + 1" * 600,
        "SELECT date_parse('x', '%Y')",
        "SELECT repeat('x', 1)",
        "SELECT substr('abc')",
        "SELECT 9223372036854775807 + 1",
        "SELECT array_sort(ARRAY[map(ARRAY[1], ARRAY[2])])",
    ):
        query = lake.start(sql)
        status = lake.wait(query)["Status"]
        reason = status.get("StateChangeReason", "")
        assert not any(
            word in reason
            for word in ("Did you mean", "SET ", "type casts", "Candidate", "LINE 1", "duckdb")
        ), (sql, reason)


def test_an_error_that_quotes_invalid_utf_8_can_be_read(lake):
    """Parsers of JSON, XML and CBOR refuse an answer whose text is not UTF-8, so each writer
    replaces such bytes.
    """
    lake.s3.put_object(Bucket="lake", Key="bytes/a", Body=b"\xf3\x89\x9a\xc2" + b"\x1a\x00" * 20)
    lake.rows(
        "CREATE EXTERNAL TABLE bytes (a string) ROW FORMAT SERDE "
        "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/bytes/'"
    )
    assert "\ufffd" in lake.failure("SELECT * FROM bytes")["StateChangeReason"]


def test_a_cancel_that_overtakes_its_statement_ends_it(lake):
    """The page for SQL sends both on connections of their own."""

    def post(path, **fields):
        request = urllib.request.Request(
            f"{lake.freshet.endpoint}/_freshet/api/{path}",
            json.dumps(fields).encode(),
            {"Content-Type": "application/json"},
        )
        return urllib.request.urlopen(request, timeout=60).read()

    endless = (
        "SELECT COUNT(*) FROM UNNEST(sequence(1, 9000)) a(x) CROSS JOIN UNNEST(sequence(1, "
        "9000)) b(y) CROSS JOIN UNNEST(sequence(1, 9000)) c(z)"
    )
    post("query/cancel", id="overtaken")
    with pytest.raises(urllib.error.HTTPError) as stopped:
        post("query", sql=endless, database="default", id="overtaken")
    assert b"Query was canceled" in stopped.value.read()
    assert b'"rows":[["1"]]' in post("query", sql="SELECT 1", database="default", id="overtaken")
