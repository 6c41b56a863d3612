"""The pages besides their figures: empty pages, wrong addresses, a server that is gone, narrow
screens, errors in words.
"""

import http.client
import json
import re

import boto3
import pytest

from test_interface import ARN, ROLE, Lake
from application_input import csv_input

PAGES = ("overview", "streams", "analytics", "lake", "jobs", "query", "dashboards")


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def test_the_servers_address_in_a_browser_leads_to_the_interface(freshet, open_page, browser):
    page = open_page(freshet, "overview")
    page.goto(freshet.endpoint)
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    assert page.url.startswith(f"{freshet.endpoint}/_freshet/")

    def status(headers):
        connection = http.client.HTTPConnection("127.0.0.1", freshet.port)
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read()

    assert status({"Accept": "text/html,*/*"})[:2] == (302, "/_freshet/")
    assert b"ListAllMyBucketsResult" in status({"Accept": "*/*"})[2]
    assert b"ListAllMyBucketsResult" in status({})[2]
    signed = (
        "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host, Signature=00"
    )
    assert (
        status({"Accept": "text/html", "Authorization": signed, "X-Amz-Date": "20260101T000000Z"})[
            0
        ]
        == 200
    )


@pytest.mark.parametrize(
    "path, command",
    [
        ("overview", "freshet produce rows.csv --stream rows --create"),
        ("streams", "freshet produce rows.csv --stream rows --create"),
        ("analytics", "freshet apply examples/chicago-crimes/pipeline.yaml"),
        ("lake", "freshet query"),
        ("jobs", "freshet apply examples/chicago-crimes/pipeline.yaml"),
        ("query", "freshet query"),
        ("dashboards", "freshet apply examples/chicago-crimes/pipeline.yaml"),
    ],
)
def test_an_empty_page_offers_a_command_for_this_server(freshet, open_page, path, command):
    page = open_page(freshet, path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=freshet.endpoint)
    shown = page.locator(".command pre", has_text=command).first
    shown.wait_for()
    assert f"--endpoint {freshet.endpoint}" in shown.inner_text()
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_text("Copied").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()")
        == page.locator(".command pre").first.inner_text()
    )


def test_addresses_that_name_nothing_say_so(lake, freshet, open_page):
    page = open_page(freshet, "nowhere")
    page.get_by_role("heading", name="There is no such page").wait_for()
    assert page.title() == "No such page · Freshet"
    for path in (
        "streams/none",
        "analytics/none",
        "lake/default/none",
        "jobs/none",
        "dashboards/none",
        "part/function/none",
    ):
        page = open_page(freshet, path)
        page.get_by_text("There is no").first.wait_for()
        assert page.locator(".page > header .badge").count() == 0, path


def test_tabs_have_distinct_titles(lake, freshet, open_page):
    for path, title in (
        ("overview", "Pipeline · Freshet"),
        ("streams/crimes", "crimes · Streams · Freshet"),
        ("analytics/top-places", "top-places · Analytics · Freshet"),
        ("lake/crimes/tops", "tops · Lake · Freshet"),
        ("part/bucket/lake", "lake · bucket · Freshet"),
    ):
        page = open_page(freshet, path)
        page.wait_for_function("title => document.title === title", arg=title)


def test_one_key_opens_the_help(freshet, open_page):
    page = open_page(freshet, "overview")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("runs the statement").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("button", name="Help").click()
    page.get_by_role("button", name="Close").click()


def test_a_server_that_is_gone_is_reported_once(lake, freshet, open_page):
    page = open_page(freshet, "query")
    page.get_by_text("Select from it").first.wait_for()
    freshet.kill9()
    page.get_by_role("button", name="Run").click()
    page.get_by_text("does not answer").wait_for()
    page.get_by_role("status").get_by_text("This statement got no answer").wait_for()
    assert page.get_by_role("alert").count() == 1
    assert (
        page.get_by_text("No table yet").count() == 0
        and page.get_by_text("Failed to fetch").count() == 0
    )
    freshet.start()
    page.get_by_text("does not answer").wait_for(state="detached")


def test_every_card_of_the_pipeline_leads_to_its_page(lake, freshet, open_page):
    page = open_page(freshet, "overview")
    page.locator(".node").first.wait_for()
    assert page.locator("div.node").count() == 0
    page.locator(".node").filter(has=page.locator(".kind", has_text="delivery")).click()
    page.get_by_role("heading", level=1, name="delivery tops").wait_for()
    page.get_by_text("aws firehose describe-delivery-stream --delivery-stream-name tops").wait_for()
    page.get_by_role("link", name="bucket lake").click()
    page.get_by_text("aws s3 ls --recursive s3://lake").wait_for()


def test_the_whole_pipeline_is_in_view_and_can_be_enlarged(lake, freshet, open_page):
    lake.make_dashboard()
    page = open_page(freshet, "overview")
    page.locator(".node").first.wait_for()
    assert page.evaluate(
        "(() => { const g = document.querySelector('.graph'); return g.scrollWidth <= "
        "g.clientWidth; })()"
    )
    before = page.locator(".node").first.bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert page.locator(".node").first.bounding_box()["width"] > before * 1.1
    page.get_by_role("button", name="Fit").click()
    assert abs(page.locator(".node").first.bounding_box()["width"] - before) < 1


def test_rows_that_fail_are_grouped_below_the_windows(lake, freshet, open_page, keep):
    kda = freshet.client("kinesisanalytics")
    arn = ARN.format("kinesis", "stream/crimes")
    kda.create_application(
        ApplicationName="numbers",
        ApplicationCode=(
            'CREATE OR REPLACE STREAM "OUT" ("N" INTEGER); CREATE OR REPLACE PUMP "P" AS '
            'INSERT INTO "OUT" SELECT STREAM "N" FROM "SOURCE_SQL_STREAM_001";'
        ),
        Inputs=[csv_input(arn, ROLE, {"N": "INTEGER"})],
    )
    kda.start_application(
        ApplicationName="numbers",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )
    for batch in range(12):
        lake.put(["1", "2", f"word{batch}", "other"])
        freshet.advance(1000)
    page = open_page(freshet, "analytics/numbers")
    errors = page.get_by_test_id("errors")
    freshet.until(lambda: errors.count() and errors.locator(".cause").count(), advance_ms=1000)
    assert errors.locator(".cause").count() <= 3, "one line a cause, not one a batch"
    errors.locator("summary").first.click()
    errors.locator("pre").first.get_by_text(re.compile("word|other")).wait_for()
    assert page.evaluate("document.querySelector('.page').scrollHeight") < 3000
    assert (
        page.locator(".stack > section")
        .first.get_by_role("heading", name="Windows as they close")
        .count()
        == 1
    )
    keep(page, "analytics-errors")
    page = open_page(freshet, "overview")
    card = page.locator(".node").filter(has=page.get_by_text("numbers", exact=True))
    card.locator(".badge.bad", has_text="row errors").wait_for()
    page.get_by_role("alert").get_by_text("of the rows failed and went to error_stream").wait_for()


def test_an_application_is_stopped_and_started_on_its_page(lake, freshet, open_page):
    page = open_page(freshet, "analytics/top-places")
    page.get_by_text("read only", exact=True).wait_for()
    state = lambda: freshet.client("kinesisanalytics").describe_application(
        ApplicationName="top-places"
    )["ApplicationDetail"]["ApplicationStatus"]  # noqa: E731
    page.get_by_role("button", name="Stop", exact=True).click()
    freshet.until(lambda: state() == "READY", advance_ms=1000)
    freshet.until(lambda: page.locator(".badge.warn", has_text="stopped").count(), advance_ms=1000)
    page.get_by_text("The application is stopped").wait_for()
    assert (
        page.get_by_text("behind").count() == 0
        and page.get_by_text("No window has closed").count() == 0
    )
    card = open_page(freshet, "overview").locator(".node").filter(has_text="top-places")
    card.locator(".badge.warn", has_text="stopped").wait_for()
    freshet.until(
        lambda: page.get_by_role("button", name="Start", exact=True).count(), advance_ms=1000
    )
    page.get_by_role("button", name="Start", exact=True).click()
    freshet.until(lambda: state() == "RUNNING", advance_ms=1000)


def test_the_total_that_returns_with_a_start_is_not_shown_as_a_rate(lake, freshet, open_page):
    kda = freshet.client("kinesisanalytics")
    page = open_page(freshet, "analytics/top-places")
    figures = page.get_by_text("rows so far")
    lake.put(["STREET"] * 400)
    freshet.until(
        lambda: figures.count() and "400 rows so far" in figures.inner_text(), advance_ms=1000
    )
    kda.stop_application(ApplicationName="top-places")
    freshet.until(lambda: page.get_by_text("The application is stopped").count(), advance_ms=1000)
    for _ in range(3):
        freshet.advance(1000)
    kda.start_application(
        ApplicationName="top-places",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {
                    "InputStartingPosition": "LAST_STOPPED_POINT"
                },
            }
        ],
    )
    seen = []

    def back():
        seen.append(figures.inner_text() if figures.count() else "")
        return "401 rows so far" in seen[-1]

    lake.put(["ALLEY"])
    freshet.until(back, advance_ms=1000)
    rates = [int(re.search(r"([\d,]+) rows/s", text)[1].replace(",", "")) for text in seen if text]
    assert max(rates) <= 1, seen


def test_windows_have_headers_and_whole_texts(lake, freshet, open_page):
    lake.put(["A PLACE WITH A NAME THAT IS RATHER LONG, UP TO ITS END HERE"] * 3)
    page = open_page(freshet, "analytics/top-places")
    freshet.until(lambda: page.get_by_test_id("windows").count(), advance_ms=1000)
    window = page.locator("article.window").first
    assert window.locator("thead th").all_inner_texts() == ["PLACE", "CRIMES", "WINDOW_END"]
    assert window.evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.fixture
def slow_query(freshet):
    """A statement that runs for long: a product of ranges."""
    return (
        "SELECT COUNT(*) FROM UNNEST(sequence(1, 9000)) a(x) CROSS JOIN UNNEST(sequence(1, "
        "9000)) b(y) CROSS JOIN UNNEST(sequence(1, 9000)) c(z) WHERE x * y * z % 7 = 3"
    )


def test_a_statement_is_stopped_by_its_button_and_when_the_page_is_left(
    lake, freshet, open_page, slow_query
):
    page = open_page(freshet, "query")
    editor = page.get_by_label("SQL statement")
    editor.fill("SELECT 41 + 1 AS answer")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("cell", name="42").wait_for()
    editor.fill(slow_query)
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").wait_for()
    assert (
        page.get_by_role("cell", name="42").count() == 0
        and page.get_by_test_id("statistics").count() == 0
    ), "an old result does not stand beside a new statement"
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").wait_for()

    cancelled = []
    page.on(
        "request",
        lambda asked: cancelled.append(asked.url) if asked.url.endswith("/query/cancel") else None,
    )
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.keyboard.press("Escape")
    # Requests are seen only while the page is waited for.
    with page.expect_request("**/query/cancel"):
        page.evaluate("location.hash = '#/overview'")
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    assert len(cancelled) == 1
    page.evaluate("location.hash = '#/query'")
    assert editor.input_value() == slow_query, "the text stays"
    editor.fill("SELECT 6 * 7 AS again")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("cell", name="42").wait_for()


def test_the_select_shows_the_region_of_the_page(freshet, open_page):
    freshet.client("kinesis", region_name="eu-central-1").create_stream(
        StreamName="there", ShardCount=1
    )
    page = open_page(freshet, "overview")
    page.get_by_text("Nothing is here yet").wait_for()
    region = page.get_by_label("Account and region")
    assert region.input_value() == "000000000000/us-east-1"
    region.select_option("000000000000/eu-central-1")
    page.get_by_text("there", exact=True).wait_for()
    assert page.get_by_label("Account and region").input_value() == "000000000000/eu-central-1"


def test_a_tables_card_leads_to_its_own_database(lake, freshet, open_page):
    """Tables of one name in two databases have a card each."""
    for database in ("default", "attic"):
        if database != "default":
            lake.run(f"CREATE DATABASE {database}")
        lake.run(
            f"CREATE EXTERNAL TABLE {database}.films (title string) LOCATION 's3://lake/films/'"
        )
    page = open_page(freshet, "overview")
    for database in ("default", "attic"):
        page.locator(f'a.node[href="#/query/{database}/films"]').click()
        page.get_by_role("button", name="Run").click()
        page.get_by_text("0 rows in").wait_for()
        assert page.get_by_label("Database").input_value() == database
        page.evaluate("location.hash = '#/overview'")
    page = open_page(freshet, "query/films")
    freshet.until(lambda: page.get_by_label("Database").input_value() in ("default", "attic"))
    for path in ("query/nosuch", "query/crimes/films"):
        page = open_page(freshet, path)
        page.get_by_role("alert").get_by_text("There is no table").wait_for()


def test_commands_name_the_account_and_the_region_of_the_page(freshet, open_page):
    page = open_page(freshet, "overview")
    page.goto(f"{freshet.endpoint}/_freshet/?home=111122223333/us-west-2#/streams")
    page.locator(".command pre").nth(1).wait_for()
    keys = "AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=any"
    assert page.locator(".command pre").all_inner_texts() == [
        (
            f"{keys} freshet produce rows.csv --stream rows --create --endpoint "
            f"{freshet.endpoint} --region us-west-2"
        ),
        (
            f"{keys} aws kinesis create-stream --stream-name rows --shard-count 2 "
            f"--endpoint-url {freshet.endpoint} --region us-west-2"
        ),
    ]


@pytest.mark.parametrize("width", [390, 1440])
def test_region_and_theme_are_in_reach_at_this_width(freshet, open_page, keep, width):
    boto3.client(
        "kinesis",
        endpoint_url=freshet.endpoint,
        region_name="ap-southeast-2",
        aws_access_key_id="111122223333",
        aws_secret_access_key="any",
    ).create_stream(StreamName="there", ShardCount=1)
    page = open_page(freshet, "overview", width=width, height=844)
    region = page.get_by_label("Account and region")
    region.select_option("111122223333/ap-southeast-2")
    page.get_by_text("there", exact=True).wait_for()
    page.get_by_label("Theme").select_option("dark")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert region.is_visible() and page.get_by_label("Theme").is_visible()
    keep(page, f"choices-{width}")
    text, room = region.evaluate("""node => {
        const pen = document.createElement('canvas').getContext('2d');
        const style = getComputedStyle(node);
        pen.font = style.font;
        return [pen.measureText(node.selectedOptions[0].text).width, node.clientWidth
        - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)]; }""")
    assert text <= room, "the select shows its text whole"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_at_this_width(lake, freshet, open_page, keep, width, scheme):
    lake.make_dashboard()
    lake.put()
    lake.deliver(1)
    for path in (*PAGES, "streams/crimes", "part/delivery/tops"):
        page = open_page(
            freshet, path, scheme=scheme, width=width, height=844 if width == 390 else 900
        )
        page.locator(".card").first.wait_for()
        page.get_by_role("heading", level=1).wait_for()
        if path == "dashboards":
            page.get_by_test_id("combo-chart").locator("canvas").wait_for()
        keep(page, f"{path.replace('/', '-')}-{width}-{scheme}")
        wide = page.evaluate(
            "(() => { const p = document.querySelector('.page'); return [p.scrollWidth, "
            "p.clientWidth]; })()"
        )
        assert wide[0] <= wide[1], (path, wide)
        cut = page.evaluate(
            """[...document.querySelectorAll('.page > header, .card > header')].filter((node) =>
            node.scrollWidth > node.clientWidth + 1).map((node) => node.innerText)
            """
        )
        assert cut == [], (path, cut)
        if path == "query" and width == 390:
            editor, tree = (
                page.get_by_label("SQL statement").bounding_box(),
                page.locator(".tree").bounding_box(),
            )
            assert editor["y"] < tree["y"], "the editor comes before the schema"


def test_categories_keep_their_places_without_an_order(lake, freshet, open_page):
    """The same rows in another order draw the same chart."""
    lake.make_dashboard()
    page = open_page(freshet, "overview")
    orders = [
        [["b", "1", "1"], ["c", "3", "1"], ["a", "2", "1"]],
        [["c", "3", "1"], ["a", "2", "1"], ["b", "1", "1"]],
    ]
    seen = []
    for rows in orders:
        board = {
            "dashboards": [
                {
                    "id": "x",
                    "title": "X",
                    "data_source": "s",
                    "data_set": "d",
                    "sql": "SELECT place, crimes, windows FROM v",
                    "mode": "DIRECT_QUERY",
                    "refresh_ms": 1000,
                    "category": "place",
                    "bars": ["crimes"],
                    "lines": ["windows"],
                }
            ]
        }
        data = {
            "id": "x",
            "refreshed_ms": 0,
            "took_ms": 1,
            "columns": [
                {"name": name, "type": "varchar"} for name in ("place", "crimes", "windows")
            ],
            "rows": rows,
        }
        page = open_page(freshet, "overview")
        page.route("**/_freshet/api/dashboards*", lambda route: route.fulfill(json=board))
        page.route(
            re.compile(r"/_freshet/api/live\?topic=dashboard"),
            lambda route: route.fulfill(
                content_type="text/event-stream", body=f"data: {json.dumps(data)}\n\n"
            ),
        )
        page.evaluate("location.hash = '#/dashboards'")
        page.get_by_test_id("combo-chart").locator("canvas").wait_for()
        seen.append(json.loads(page.get_by_test_id("combo-chart").get_attribute("data-values")))
        page.get_by_role("heading", level=2, name="crimes and windows by place").wait_for()
        page.get_by_role("button", name="Table").click()
        assert [
            row.inner_text().split("\t")[0] for row in page.locator("table tbody tr").all()
        ] == ["a", "b", "c"]
    assert seen[0] == seen[1] and seen[0]["categories"] == ["a", "b", "c"]


@pytest.mark.parametrize("many", [12, 60])
def test_names_below_a_narrow_chart_do_not_overlap(lake, freshet, open_page, keep, many):
    lake.make_dashboard()
    page = open_page(freshet, "overview", width=390, height=844)
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    data = {
        "id": "places",
        "refreshed_ms": 0,
        "took_ms": 1,
        "columns": [{"name": name, "type": "varchar"} for name in ("place", "crimes", "windows")],
        "rows": [[f"A PLACE OF A LONG NAME {at}", str(at), "1"] for at in range(many)],
    }
    page.route(
        re.compile(r"/_freshet/api/live\?topic=dashboard"),
        lambda route: route.fulfill(
            content_type="text/event-stream", body=f"data: {json.dumps(data)}\n\n"
        ),
    )
    page.evaluate("location.hash = '#/dashboards'")
    chart = page.get_by_test_id("combo-chart")
    chart.locator("canvas").wait_for()
    keep(page, f"chart-{many}-390")
    labels = json.loads(chart.get_attribute("data-labels"))
    room = chart.bounding_box()["width"] - 104
    assert labels["rotate"] == 90 and room / many * (labels["interval"] + 1) >= 15
