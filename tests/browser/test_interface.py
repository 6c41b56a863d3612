"""The user interface in a real browser: it shows what the APIs return and keeps itself up to date.
It works with a keyboard alone and with poor sight, and resists attacks through the data.
"""

import collections
import json
import pathlib
import re

import pytest
import sys
from application_input import csv_input

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
SQL = """CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM"
("PLACE" VARCHAR(64), "CRIMES" BIGINT, "WINDOW_END" TIMESTAMP);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "DESTINATION_SQL_STREAM"
SELECT STREAM ITEM, ITEM_COUNT, ROWTIME FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "PLACE" FROM "SOURCE_SQL_STREAM_001"), 'PLACE', 3, 10));"""
EVIL = "<img src=x onerror=alert(1)>"
PLACES = ["STREET"] * 5 + ["ALLEY"] * 3 + [EVIL] * 2 + ["HOME"]


class Lake:
    """A small pipeline of the article's shape: stream, SQL, delivery, table, view, dashboard."""

    def __init__(self, freshet):
        self.freshet = freshet
        for name in (
            "kinesis",
            "kinesisanalytics",
            "firehose",
            "s3",
            "glue",
            "athena",
            "quicksight",
        ):
            setattr(self, name, freshet.client(name))
        self.s3.create_bucket(Bucket="lake")
        self.kinesis.create_stream(StreamName="crimes", ShardCount=2)
        self.firehose.create_delivery_stream(
            DeliveryStreamName="tops",
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": "arn:aws:s3:::lake",
                "Prefix": "tops/",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 5},
            },
        )
        self.kinesisanalytics.create_application(
            ApplicationName="top-places",
            ApplicationCode=SQL,
            Inputs=[
                csv_input(ARN.format("kinesis", "stream/crimes"), ROLE, {"PLACE": "VARCHAR(64)"})
            ],
            Outputs=[
                {
                    "Name": "DESTINATION_SQL_STREAM",
                    "DestinationSchema": {"RecordFormatType": "CSV"},
                    "KinesisFirehoseOutput": {
                        "ResourceARN": ARN.format("firehose", "deliverystream/tops"),
                        "RoleARN": ROLE,
                    },
                }
            ],
        )
        self.kinesisanalytics.start_application(
            ApplicationName="top-places",
            InputConfigurations=[
                {
                    "Id": "1.1",
                    "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
                }
            ],
        )
        self.run("CREATE DATABASE crimes")
        self.run(
            "CREATE EXTERNAL TABLE crimes.tops (place string, crimes bigint, window_end string) "
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION "
            "'s3://lake/tops/'"
        )
        self.run(
            "CREATE VIEW crimes.totals AS SELECT place, SUM(crimes) AS crimes, COUNT(*) AS "
            "windows FROM crimes.tops GROUP BY place"
        )

    def put(self, places=PLACES):
        self.kinesis.put_records(
            StreamName="crimes",
            Records=[
                {"Data": place.encode(), "PartitionKey": str(i)} for i, place in enumerate(places)
            ],
        )

    def deliver(self, objects):
        self.freshet.until(
            lambda: (
                self.s3.list_objects_v2(Bucket="lake", Prefix="tops/").get("KeyCount", 0) >= objects
            ),
            advance_ms=1000,
        )

    def run(self, sql):
        execution = self.athena.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": "s3://lake/results/"}
        )["QueryExecutionId"]
        status = self.freshet.until(
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
        assert status["State"] == "SUCCEEDED", status
        rows = self.athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]

    def make_dashboard(self):
        source = self.quicksight.create_data_source(
            AwsAccountId="000000000000",
            DataSourceId="athena",
            Name="Athena",
            Type="ATHENA",
            DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
        )["Arn"]
        data_set = self.quicksight.create_data_set(
            AwsAccountId="000000000000",
            DataSetId="totals",
            Name="Totals",
            ImportMode="DIRECT_QUERY",
            PhysicalTableMap={
                "t": {
                    "CustomSql": {
                        "DataSourceArn": source,
                        "Name": "totals",
                        "SqlQuery": (
                            "SELECT place, crimes, windows FROM crimes.totals ORDER BY crimes "
                            "DESC, place"
                        ),
                        "Columns": [
                            {"Name": "place", "Type": "STRING"},
                            {"Name": "crimes", "Type": "INTEGER"},
                            {"Name": "windows", "Type": "INTEGER"},
                        ],
                    }
                }
            },
        )["Arn"]
        field = lambda name: {
            "NumericalMeasureField": {
                "FieldId": name,
                "Column": {"DataSetIdentifier": "totals", "ColumnName": name},
            }
        }  # noqa: E731
        self.quicksight.create_dashboard(
            AwsAccountId="000000000000",
            DashboardId="places",
            Name="Crimes by place",
            Definition={
                "DataSetIdentifierDeclarations": [{"Identifier": "totals", "DataSetArn": data_set}],
                "Sheets": [
                    {
                        "SheetId": "s",
                        "Visuals": [
                            {
                                "ComboChartVisual": {
                                    "VisualId": "v",
                                    "ChartConfiguration": {
                                        "FieldWells": {
                                            "ComboChartAggregatedFieldWells": {
                                                "Category": [
                                                    {
                                                        "CategoricalDimensionField": {
                                                            "FieldId": "place",
                                                            "Column": {
                                                                "DataSetIdentifier": "totals",
                                                                "ColumnName": "place",
                                                            },
                                                        }
                                                    }
                                                ],
                                                "BarValues": [field("crimes")],
                                                "LineValues": [field("windows")],
                                            }
                                        }
                                    },
                                }
                            }
                        ],
                    }
                ],
            },
        )


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def drawn(page):
    return json.loads(page.get_by_test_id("combo-chart").get_attribute("data-values"))


def test_an_empty_server_says_how_to_begin(freshet, open_page):
    page = open_page(freshet, "overview")
    page.get_by_text("Nothing is here yet").wait_for()
    for key, title in (("a", "Analytics"), ("q", "Query"), ("d", "Dashboards"), ("p", "Pipeline")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.get_by_role("heading", level=1, name=title).wait_for()


def test_the_pipeline_is_drawn_from_the_configuration(lake, freshet, open_page, keep):
    lake.make_dashboard()
    page = open_page(freshet, "overview")
    for kind, name in (
        ("stream", "crimes"),
        ("application", "top-places"),
        ("delivery", "tops"),
        ("bucket", "lake"),
        ("table", "tops"),
        ("view", "totals"),
        ("dashboard", "places"),
    ):
        node = (
            page.locator(".node")
            .filter(has=page.locator(".kind", has_text=kind))
            .filter(has=page.get_by_text(name, exact=True))
        )
        node.wait_for()
    assert page.locator("path.edge").count() == 6

    def moves():
        lake.put()
        freshet.advance(1000)
        return page.locator("path.edge.moving").count() > 0

    freshet.until(moves)
    page.locator(".node", has=page.get_by_text("crimes", exact=True)).get_by_text(
        "/s"
    ).first.wait_for()
    keep(page, "overview-light")


def test_windows_appear_as_they_close(lake, freshet, open_page, keep):
    page = open_page(freshet, "analytics/top-places")
    page.get_by_text("No window has closed yet").wait_for()
    lake.put()
    freshet.until(lambda: page.get_by_test_id("windows").count(), advance_ms=1000)
    window = page.locator("article.window").first
    rows = [row.inner_text().split("\t")[:2] for row in window.locator("tbody tr").all()]
    assert rows == [["STREET", "5"], ["ALLEY", "3"], [EVIL, "2"]]
    assert page.locator("article.window img").count() == 0
    keep(page, "analytics-light")


def test_the_dashboard_shows_what_athena_answers_and_follows_the_lake(
    lake, freshet, open_page, keep
):
    lake.make_dashboard()
    lake.put()
    lake.deliver(1)
    page = open_page(freshet, "dashboards/places")
    page.get_by_test_id("combo-chart").locator("canvas").wait_for()
    for rounds in (1, 2):
        if rounds == 2:
            lake.put()
            lake.deliver(2)
        answer = lake.run(
            "SELECT place, crimes, windows FROM crimes.totals ORDER BY crimes DESC, place"
        )[1:]
        expected = {
            "categories": [row[0] for row in answer],
            "bars": [{"name": "crimes", "values": [int(row[1]) for row in answer]}],
            "lines": [{"name": "windows", "values": [int(row[2]) for row in answer]}],
        }
        assert collections.Counter({row[0]: int(row[1]) for row in answer}) == collections.Counter(
            {place: count * rounds for place, count in collections.Counter(PLACES).most_common(3)}
        )
        freshet.until(lambda: drawn(page) == expected, advance_ms=1000)
    keep(page, "dashboard-light")
    page.get_by_role("button", name="Table").click()
    assert page.locator("table tbody tr").first.inner_text().split("\t") == [
        str(cell) for cell in answer[0]
    ]
    page.get_by_label("Data mode").select_option("SPICE")
    freshet.until(
        lambda: (
            lake.quicksight.describe_data_set(AwsAccountId="000000000000", DataSetId="totals")[
                "DataSet"
            ]["ImportMode"]
            == "SPICE"
        )
    )


def test_sql_runs_and_its_errors_show_their_place(lake, freshet, open_page, keep):
    page = open_page(freshet, "query")
    editor = page.get_by_label("SQL statement")
    editor.fill("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (n, s)\nORDER BY n")
    editor.press("Control+Enter")
    page.get_by_text("2 rows").wait_for()
    assert [row.inner_text().split("\t") for row in page.locator("tbody tr").all()] == [
        ["1", "a"],
        ["2", "null"],
    ]
    keep(page, "query-light")
    editor.fill("SELECT 1,\n       nothing FROM crimes.tops")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("alert").get_by_text("nothing").wait_for()
    assert "2" in page.locator(".editor .wrong").inner_text()


def test_a_function_that_fails_is_seen(freshet, open_page):
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "broken.py", "def handler(event, context):\n    raise ValueError('no such row')\n"
        )
    functions = freshet.client("lambda")
    functions.create_function(
        FunctionName="broken",
        Runtime=f"python3.{sys.version_info.minor}",
        Handler="broken.handler",
        Role=ROLE,
        Timeout=20,
        Code={"ZipFile": packed.getvalue()},
    )
    functions.invoke(FunctionName="broken", Payload=b"{}")
    page = open_page(freshet, "overview")
    page.get_by_role("alert").get_by_text("no such row").wait_for()
    page.locator(".node.trouble").wait_for()


def test_the_page_comes_back_after_the_server_was_killed(lake, freshet, open_page):
    page = open_page(freshet, "overview")
    page.locator(".node").first.wait_for()
    freshet.kill9()
    page.get_by_text("reconnecting").wait_for()
    freshet.start()
    page.locator(".badge.good", has_text="live").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_in_both_themes(lake, freshet, open_page, keep, scheme):
    lake.make_dashboard()
    lake.put()
    lake.deliver(1)
    for path in ("overview", "analytics/top-places", "query", "dashboards/places"):
        page = open_page(freshet, path, scheme=scheme)
        page.locator(".card").first.wait_for()
        if path.startswith("dashboards"):
            page.get_by_test_id("combo-chart").locator("canvas").wait_for()
        if path.startswith("analytics"):
            page.get_by_test_id("windows").wait_for()
        keep(page, f"{path.split('/')[0]}-{scheme}")
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, serious


def test_a_theme_that_was_chosen_stays(freshet, open_page):
    page = open_page(freshet, "overview")
    page.get_by_label("Theme").select_option("dark")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_another_region_has_a_page_of_its_own(freshet, open_page):
    freshet.client("kinesis").create_stream(StreamName="here", ShardCount=1)
    freshet.client("kinesis", region_name="eu-central-1").create_stream(
        StreamName="there", ShardCount=1
    )
    page = open_page(freshet, "overview")
    page.get_by_label("Account and region").select_option("000000000000/us-east-1")
    page.get_by_text("here", exact=True).wait_for()
    assert page.get_by_text("there", exact=True).count() == 0
    page.get_by_label("Account and region").select_option("000000000000/eu-central-1")
    page.get_by_text("there", exact=True).wait_for()


def test_the_interface_is_for_this_machine_only(freshet):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", freshet.port)

    def status(method, path, headers, body=None):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers

    assert status("GET", "/_freshet/api/homes", {"Host": "evil.example"})[0] == 403
    assert status("GET", "/_freshet/api/homes", {})[0] == 200
    assert (
        status(
            "POST", "/_freshet/api/query", {"Content-Type": "text/plain"}, b'{"sql":"SELECT 1"}'
        )[0]
        == 415
    )
    code, body, headers = status("GET", "/_freshet/", {"Accept-Encoding": "br"})
    assert (
        code == 200
        and headers["Content-Encoding"] == "br"
        and "default-src 'self'" in headers["Content-Security-Policy"]
    )
    code, body, headers = status("GET", "/_freshet/", {})
    assert re.search(rb'src="/_freshet/main-[A-Z0-9]+\.js"', body)
    assert status("GET", "/_freshet/no-such.js", {})[0] == 404
    assert status("GET", "/_freshet/api/live?topic=nothing", {})[0] == 404
