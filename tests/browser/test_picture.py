"""The picture of the pipeline: all of it fits, every card has content, and whatever uses a table is
connected to it.
"""

import io
import re
import sys
import zipfile

import pytest

from test_interface import ROLE, Lake


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def card(page, name):
    return page.locator(".node").filter(has=page.locator(".name", has_text=re.compile(f"^{name}$")))


def test_unconnected_streams_are_laid_out_in_rows(lake, freshet, open_page, keep):
    for number in range(40):
        lake.kinesis.create_stream(StreamName=f"idle-{number}", ShardCount=1)
    page = open_page(freshet, "overview")
    card(page, "crimes").wait_for()
    picture = page.locator(".graph").bounding_box()
    assert picture["height"] < 900 and page.locator(".node", has_text="idle-").count() == 12
    keep(page, "overview-idle")
    page.get_by_role("button", name="28 more without a connection").click()
    card(page, "idle-39").wait_for()
    assert page.locator(".node", has_text="idle-").count() == 40


def test_a_crawler_that_has_not_run_says_what_it_is_for(lake, freshet, open_page):
    freshet.client("glue").create_crawler(
        Name="finder",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/tops/"}]},
    )
    page = open_page(freshet, "overview")
    card(page, "finder").wait_for()
    assert card(page, "finder").locator("dl > div").all_inner_texts() == [
        "database\ncrimes",
        "last crawl\nnone yet",
    ]


def test_a_crawler_is_connected_to_the_tables_that_it_made(lake, freshet):
    glue = freshet.client("glue")
    lake.s3.put_object(Bucket="lake", Key="found/a.csv", Body=b"name,number\nann,1\nbob,2\n")
    glue.create_crawler(
        Name="finder",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/found/"}]},
    )
    glue.start_crawler(Name="finder")
    freshet.until(
        lambda: (
            glue.get_crawler(Name="finder")["Crawler"].get("LastCrawl")
            and glue.get_crawler(Name="finder")["Crawler"]["State"] == "READY"
        ),
        advance_ms=1000,
    )
    view = freshet.topic("overview")
    assert [edge["from"] for edge in view["edges"] if edge["to"] == "table:crimes.found"] == [
        "crawler:finder"
    ]
    assert [
        figure["label"]
        for node in view["nodes"]
        if node["id"] == "crawler:finder"
        for figure in node["figures"]
    ] == ["database", "last crawl", "ago"]


def test_a_function_that_a_table_is_named_to_leads_to_it(lake, freshet, open_page):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("adder.py", "def handler(event, context): return 1\n")
    for name, variables in (
        ("adder", {"DATABASE": "crimes", "TABLE": "tops"}),
        ("other", {"TABLE": "tops"}),
    ):
        freshet.client("lambda").create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Handler="adder.handler",
            Role=ROLE,
            Code={"ZipFile": packed.getvalue()},
            Environment={"Variables": variables},
        )
    edges = freshet.topic("overview")["edges"]
    assert [edge["to"] for edge in edges if edge["from"] == "function:adder"] == [
        "table:crimes.tops"
    ]
    assert not [edge for edge in edges if edge["from"] == "function:other"]
    page = open_page(freshet, "part/function/adder")
    page.get_by_role("link", name="table tops").wait_for()


@pytest.mark.parametrize("width", [390, 1440])
def test_no_text_of_a_card_is_cut(lake, freshet, open_page, keep, width):
    lake.make_dashboard()
    lake.kinesis.create_stream(StreamName="a-stream-with-a-name-as-long-as-a-phrase", ShardCount=1)
    freshet.client("glue").create_crawler(
        Name="finder-of-partitions",
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/tops/"}]},
    )
    freshet.client("events").put_rule(
        Name="partitions-every-hour", ScheduleExpression="cron(0 * * * ? *)"
    )
    page = open_page(freshet, "overview", width=width)
    card(page, "crimes").wait_for()
    keep(page, f"cards-{width}")
    cut = page.evaluate("""[...document.querySelectorAll('.node, .node *')]
        .filter((one) => getComputedStyle(one).overflow !== 'visible'
        && (one.scrollWidth > one.clientWidth + 1
        || one.scrollHeight > one.clientHeight + 1)).map((one) => one.outerHTML)""")
    assert cut == []


def test_all_columns_of_the_streams_are_in_view(lake, freshet, open_page, keep):
    lake.kinesis.create_stream(StreamName="a-stream-with-a-name-of-some-length", ShardCount=1)
    lake.kinesis.start_stream_encryption(
        StreamName="a-stream-with-a-name-of-some-length",
        EncryptionType="KMS",
        KeyId="alias/aws/kinesis",
    )
    page = open_page(freshet, "streams")
    table = page.get_by_role("region", name="Streams")
    table.get_by_text("alias/aws/kinesis").wait_for()
    keep(page, "streams-encrypted")
    assert table.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_nothing_reconnects_before_the_first_connection(lake, freshet, open_page):
    page = open_page(freshet, "streams")
    page.route("**/_freshet/api/live?*", lambda route: None)
    for path, title in (
        ("overview", "Pipeline"),
        ("streams/crimes", "crimes"),
        ("analytics/top-places", "Analytics"),
    ):
        page.evaluate(f"location.hash = '#/{path}'")
        page.get_by_role("heading", level=1, name=title).wait_for()
        assert page.get_by_text("reconnecting").count() == 0, path


def test_the_result_of_a_statement_is_there_when_the_page_is_entered_again(
    lake, freshet, open_page
):
    page = open_page(freshet, "query")
    page.get_by_label("SQL statement").fill("SELECT 41 + 1 AS answer")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("cell", name="42").wait_for()
    page.evaluate("location.hash = '#/overview'")
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    page.evaluate("location.hash = '#/query'")
    page.get_by_role("cell", name="42").wait_for()
    assert page.get_by_label("SQL statement").input_value() == "SELECT 41 + 1 AS answer"


def test_a_stopped_statement_is_not_shown_as_an_error(lake, freshet, open_page):
    page = open_page(freshet, "query")
    page.get_by_label("SQL statement").fill(
        "SELECT COUNT(*) FROM UNNEST(sequence(1, 9000)) a(x) CROSS JOIN UNNEST(sequence(1, "
        "9000)) b(y) CROSS JOIN UNNEST(sequence(1, 9000)) c(z)"
    )
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("status").get_by_text("Stopped.").wait_for()
    assert page.get_by_role("alert").count() == 0
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.evaluate("location.hash = '#/overview'")
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    page.evaluate("location.hash = '#/query'")
    page.get_by_role("status").get_by_text("stopped when you left the page").wait_for()


def test_statements_have_the_room_beside_their_line_numbers(lake, freshet, open_page):
    page = open_page(freshet, "query")
    text, editor = (
        page.get_by_label("SQL statement").bounding_box(),
        page.locator(".editor").bounding_box(),
    )
    assert text["width"] > 0.9 * editor["width"], (text, editor)
