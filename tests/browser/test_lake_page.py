"""The pages of the lake: partitions as a picture with their figures, runs that are started, watched
and stopped, policies, and crawlers; by keyboard alone, narrow and wide, light and dark.
"""

import re

import pytest
from playwright.sync_api import expect

from test_streams_page import serious_findings

ROLE = "arn:aws:iam::000000000000:role/any"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
COLUMNS = [{"Name": "a", "Type": "bigint"}, {"Name": "b", "Type": "string"}]
LONG = "a_table_with_a_name_that_is_as_long_as_somebody_who_names_tables_could_want_it_to_be"


class Lake:
    """Tables of CSV below s3://lake/NAME/, each partition with so many files."""

    def __init__(self, freshet):
        self.freshet = freshet
        self.s3, self.glue = freshet.client("s3"), freshet.client("glue")
        self.s3.create_bucket(Bucket="lake")
        self.glue.create_database(DatabaseInput={"Name": "default"})

    def storage(self, location):
        return {
            "Columns": COLUMNS,
            "Location": location,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": LAZY, "Parameters": {"field.delim": ","}},
        }

    def make(self, name, keys=(), bucket="lake"):
        self.glue.create_table(
            DatabaseName="default",
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
                "StorageDescriptor": self.storage(f"s3://{bucket}/{name}/"),
            },
        )

    def add_partitions(self, table, keys, all_values):
        for at in range(0, len(all_values), 100):
            self.glue.batch_create_partition(
                DatabaseName="default",
                TableName=table,
                PartitionInputList=[
                    {
                        "Values": values,
                        "StorageDescriptor": self.storage(
                            f"s3://lake/{self.folder(table, keys, values)}"
                        ),
                    }
                    for values in all_values[at : at + 100]
                ],
            )

    def folder(self, table, keys, values):
        return "/".join([table, *(f"{key}={value}" for key, value in zip(keys, values))]) + "/"

    def put(self, key, body=b"1,a\n2,b\n"):
        self.s3.put_object(Bucket="lake", Key=key, Body=body)

    def days(self, table="crimes", files=(1, 4, 30), rows=b"1,a\n2,b\n"):
        """A partition for each of `files`, with so many files."""
        keys = ["month", "day"]
        self.make(table, keys)
        values = [["01", f"{day:02}"] for day in range(1, len(files) + 1)]
        self.add_partitions(table, keys, values)
        for value, count in zip(values, files):
            for number in range(count):
                self.put(f"{self.folder(table, keys, value)}{number:03}.csv", rows)


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def marks(page):
    return page.get_by_test_id("marks").locator("button")


def counted(page):
    """The picture of all partitions is there."""
    expect(page.get_by_role("button", name="Count again")).to_be_enabled(timeout=30_000)
    marks(page).first.wait_for()


def overflow(page):
    return page.evaluate(
        "(() => { const m = document.querySelector('main'); return m.scrollWidth - m.clientWidth; "
        "})()"
    )


def history(page):
    return page.get_by_test_id("history").locator("tbody")


def test_the_list_shows_tables_with_their_files(lake, freshet, open_page, keep):
    lake.days()
    lake.make("plain")
    lake.put("plain/one.csv", b"1,a\n")
    lake.make("away", bucket="no-such-bucket")
    page = open_page(freshet, "overview")
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.get_by_role("heading", level=1, name="Lake").wait_for()

    def row(name):
        return page.locator(f'tr[data-table="default/{name}"]')

    expect(row("crimes")).to_contain_text("280 B")
    assert row("crimes").inner_text().split("\t")[:7] == [
        "crimes",
        "default",
        "CSV",
        "month, day",
        "3",
        "35",
        "100 %",
    ]
    expect(row("plain")).to_contain_text("4 B")
    expect(row("away")).to_contain_text("no-such-bucket")
    keep(page, "lake-list-light")
    page.get_by_role("link", name="crimes").click()
    page.get_by_role("heading", level=1, name="crimes").wait_for()
    assert page.url.endswith("#/lake/default/crimes")
    page.get_by_role("link", name="Query it").click()
    page.get_by_role("heading", level=1, name="Query").wait_for()
    page.get_by_role("link", name="Its partitions and files").first.wait_for()


def test_the_picture_shows_files_bytes_and_small_files(lake, freshet, open_page, keep):
    lake.days()
    lake.put("crimes/month=01/day=02/large.csv", b"x" * (17 << 20))
    page = open_page(freshet, "lake/default/crimes")
    counted(page)
    assert [one.get_attribute("aria-label") for one in marks(page).all()] == [
        "day=01: 1 file, 8 B, 100 % of them small",
        "day=02: 5 files, 18 MB, 80 % of them small",
        "day=03: 30 files, 240 B, 100 % of them small",
    ]
    assert [one.get_attribute("data-level") for one in marks(page).all()] == ["0", "1", "3"]
    page.get_by_role("button", name="share of small files").click()
    # One small file alone has none to be joined with.
    assert [one.get_attribute("data-level") for one in marks(page).all()] == ["0", "4", "5"]
    expect(page.get_by_test_id("total")).to_contain_text("36, 18 MB; 35 smaller than 16 MiB")
    page.get_by_text("As a table: 3 partitions, 36 files").click()
    page.get_by_label("Order").select_option("files")
    rows = page.get_by_test_id("partitions").locator("tbody tr")
    assert [row.inner_text().split("\t")[0] for row in rows.all()] == ["day=03", "day=02", "day=01"]
    keep(page, "lake-table-light")
    # New objects are counted when it is asked for.
    lake.put("crimes/month=01/day=01/late.csv")
    page.get_by_role("button", name="Count again").click()
    expect(marks(page).first).to_have_attribute(
        "aria-label", "day=01: 2 files, 16 B, 100 % of them small"
    )


def test_a_run_is_started_by_keyboard_alone(lake, freshet, open_page):
    lake.days()
    page = open_page(freshet, "lake/default/crimes")
    counted(page)
    button = page.get_by_role("button", name="Optimize")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Merge small files")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("day = '03'")
    page.keyboard.press("Enter")
    plan = page.get_by_test_id("plan")
    expect(plan).to_contain_text("30 files become 1")
    expect(plan).to_contain_text("in 1 of 1 partitions")
    assert len(lake.s3.list_objects_v2(Bucket="lake", Prefix="crimes/")["Contents"]) == 35
    # What is sent is what was shown: another expression is shown first.
    page.keyboard.press("End")
    for _ in range("day = '03'".__len__()):
        page.keyboard.press("Backspace")
    expect(dialog.get_by_role("button", name="Show what it does")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(plan).to_contain_text("34 files become 2")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("The run has started.")).to_be_focused()
    freshet.until(lambda: history(page).count() == 1, advance_ms=1000)
    one = history(page).first
    expect(one.locator('[data-figure="files"]')).to_have_text("35 → 3")
    expect(one).to_contain_text("succeeded")
    # The scan was measured before it and after it.
    expect(one.locator('[data-figure="scan"]')).to_have_text(re.compile(r"^\S+ m?s → \S+ m?s$"))
    # Another tab shows it, too.
    other = open_page(freshet, "lake/default/crimes")
    expect(history(other).first.locator('[data-figure="scan"]')).to_have_text(
        re.compile(r"^\S+ m?s → \S+ m?s$")
    )
    other.close()
    expect(marks(page).nth(2)).to_have_attribute("aria-label", re.compile("^day=03: 1 file, 240 B"))
    # The marks are one tab stop; the arrow keys move.
    marks(page).first.focus()
    page.keyboard.press("ArrowRight")
    expect(marks(page).nth(1)).to_be_focused()
    expect(page.get_by_test_id("chosen")).to_contain_text("day=02")
    page.keyboard.press("End")
    expect(marks(page).nth(2)).to_be_focused()
    assert page.locator('[data-testid="marks"] [tabindex="0"]').count() == 1


def test_rows_that_do_not_fit_and_objects_left_alone_are_named(lake, freshet, open_page, keep):
    lake.days(files=(3,), rows=b"1,a\nno,b\n")
    page = open_page(freshet, "lake/default/crimes", height=1300)
    counted(page)
    page.get_by_role("button", name="Optimize").click()
    page.get_by_role("radio", name="Convert to Parquet in place").check()
    page.get_by_label("Keep the text, days").fill("many")
    page.get_by_role("dialog").get_by_role("alert").get_by_text("0 to 366 days").wait_for()
    expect(page.get_by_role("button", name="Show what it does")).to_be_disabled()
    page.get_by_label("Keep the text, days").fill("2")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_test_id("plan")).to_contain_text("3 files become about 1")
    keep(page, "lake-optimize-light")
    page.get_by_role("button", name="Start the run").click()
    freshet.until(lambda: history(page).count() == 1, advance_ms=1000)
    expect(history(page).first).to_contain_text("Parquet in place")
    history(page).first.get_by_role("button").press("Enter")
    run = history(page).first.get_attribute("data-run")
    page.get_by_text(f"_rejected/{run}/").wait_for()
    page.get_by_text("6 rows read, 3 written, 3 rejected").wait_for()
    keys = [
        one["Key"] for one in lake.s3.list_objects_v2(Bucket="lake", Prefix="crimes/")["Contents"]
    ]
    assert sum("/_raw/" in key for key in keys) == 3
    expect(marks(page).first).to_have_attribute("aria-label", re.compile("1 file, "))
    expect(page.get_by_test_id("chosen")).to_contain_text("Parquet")


def test_objects_that_are_left_alone_are_named(lake, freshet, open_page):
    lake.make("packed")
    for number in range(5):
        lake.put(f"packed/{number}.zst", b"\x28\xb5\x2f\xfd....")
    page = open_page(freshet, "lake/default/packed")
    counted(page)
    page.get_by_role("button", name="Optimize").click()
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_test_id("plan").get_by_text("Nothing to do").wait_for()
    expect(page.get_by_role("button", name="Start the run")).to_be_disabled()
    page.keyboard.press("Escape")
    for number in range(2):
        lake.put(f"packed/{number}.csv")
    page.get_by_role("button", name="Optimize").click()
    page.get_by_label("Measure a full scan").uncheck()
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_test_id("plan")).to_contain_text("7 files become 6")
    page.get_by_role("button", name="Start the run").click()
    freshet.until(lambda: history(page).count() == 1, advance_ms=1000)
    history(page).first.get_by_role("button").click()
    # More of them than come with the list of runs.
    for number in range(5):
        page.get_by_text(f"s3://lake/packed/{number}.zst is left alone").first.wait_for()


def test_a_run_converts_into_a_second_table(lake, freshet, open_page):
    lake.days(files=(2, 2))
    page = open_page(freshet, "lake/default/crimes")
    counted(page)
    page.get_by_role("button", name="Optimize").click()
    page.get_by_role("radio", name="Convert into a second table").check()
    page.get_by_label("Second table, which").fill("default.typed")
    page.get_by_label("Look for narrower types").check()
    page.get_by_label("Measure a full scan").uncheck()
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("button", name="Start the run").click()
    freshet.until(lambda: history(page).count() == 1, advance_ms=1000)
    expect(history(page).first).to_contain_text("Parquet into default.typed")
    expect(history(page).first).to_contain_text("not measured")
    page.goto(f"{freshet.endpoint}/_freshet/#/lake/default/typed")
    page.get_by_role("heading", level=1, name="typed").wait_for()
    counted(page)
    assert marks(page).count() == 2
    expect(page.get_by_test_id("chosen")).to_contain_text("Parquet")


def test_a_policys_run_is_watched_and_stopped(lake, freshet, open_page, keep):
    lake.days(files=(3,) * 60)
    page = open_page(freshet, "lake/default/crimes", scheme="dark", height=1100)
    counted(page)
    page.get_by_role("button", name="Set a policy").click()
    page.get_by_label("more files than").fill("2")
    page.get_by_label("nothing new for").fill("0")
    page.get_by_role("dialog").get_by_role("alert").get_by_text("whole numbers").wait_for()
    page.get_by_label("nothing new for").fill("5")
    keep(page, "lake-policy-dark")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The policy is set.").wait_for()
    badge = page.get_by_test_id("policy").locator(".badge")
    freshet.until(lambda: badge.inner_text() == "on", advance_ms=1000)
    expect(page.get_by_test_id("policy")).to_contain_text(
        "more than 2 files smaller than 16 MiB and nothing was written to it for 5 minutes"
    )
    # It begins by itself and rests after each commit, so that it is seen at work.
    freshet.advance(6 * 60_000)
    running = page.get_by_test_id("running")
    freshet.until(lambda: running.count() == 1, advance_ms=1000)
    expect(page.get_by_role("button", name="Optimize")).to_be_disabled()
    freshet.until(
        lambda: re.search(r"\b[1-9]\d* of 60 partitions", running.inner_text()), advance_ms=100
    )
    keep(page, "lake-running-dark")
    running.get_by_role("button", name="Stop").click()
    freshet.until(lambda: running.count() == 0, advance_ms=1000)
    expect(history(page).first).to_contain_text("stopped")
    expect(history(page).first).to_contain_text("policy")
    # Changed and removed.
    page.get_by_test_id("policy").get_by_role("button", name="Change").click()
    assert page.get_by_label("more files than").input_value() == "2"
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_text("The policy is removed.").wait_for()
    freshet.until(lambda: badge.inner_text() == "none", advance_ms=1000)


def test_ten_thousand_partitions_are_drawn_in_groups_that_open(lake, freshet, open_page, keep):
    keys = ["year", "month", "day", "hour"]
    lake.make("hours", keys)
    lake.add_partitions(
        "hours",
        keys,
        [
            [
                str(2025 + at // 8640),
                f"{at // 720 % 12 + 1:02}",
                f"{at // 24 % 30 + 1:02}",
                f"{at % 24:02}",
            ]
            for at in range(10_080)
        ],
    )
    for number in range(60):
        lake.put(f"hours/year=2025/month=03/day=02/hour=05/{number}.csv", b"1,a\n" * (number + 1))
    page = open_page(freshet, "lake/default/hours")
    counted(page)
    page.get_by_text("10,080 partitions in 14 groups").wait_for()
    assert marks(page).count() == 14
    march = marks(page).nth(2)
    expect(march).to_have_attribute("aria-label", re.compile("^year=2025/month=03: 720 partitions"))
    expect(march).to_have_attribute("data-level", "4")
    keep(page, "lake-10000-light")
    march.focus()
    page.keyboard.press("Enter")
    expect(marks(page).first).to_be_focused()
    assert marks(page).count() == 30
    page.keyboard.press("ArrowRight")
    expect(marks(page).nth(1)).to_have_attribute(
        "aria-label", re.compile("^day=02: 24 partitions, 60 files")
    )
    page.keyboard.press("Enter")
    expect(marks(page)).to_have_count(24)
    expect(page.get_by_role("button", name=re.compile("^hour=05: 60 files"))).to_have_attribute(
        "data-level", "4"
    )
    keep(page, "lake-10000-opened-light")
    page.keyboard.press("Escape")
    expect(marks(page)).to_have_count(30)
    page.get_by_role("button", name="All partitions").click()
    expect(marks(page)).to_have_count(14)
    assert overflow(page) == 0


def test_what_cannot_be_done_says_why(lake, freshet, open_page):
    page = open_page(freshet, "lake/default/none")
    page.get_by_role("alert").get_by_text("There is no table default.none").wait_for()
    lake.make("away", bucket="no-such-bucket")
    page = open_page(freshet, "lake/default/away")
    page.get_by_role("alert").get_by_text("no-such-bucket").wait_for()
    lake.days(files=(2,))
    page = open_page(freshet, "lake/default/crimes")
    counted(page)
    page.get_by_role("button", name="Optimize").click()
    page.get_by_label("Only partitions where").fill("nosuch = '1'")
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text("nosuch").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Optimize")).to_be_focused()


def test_crawlers_are_started_and_explained_on_the_page(lake, freshet, open_page, keep):
    lake.put("found/p=1/a.csv", b"x,y\n1,2\n")
    lake.glue.create_crawler(
        Name="finder",
        Role=ROLE,
        DatabaseName="default",
        Targets={"S3Targets": [{"Path": "s3://lake/found/"}]},
    )
    page = open_page(freshet, "lake")
    crawlers = page.get_by_test_id("crawlers")
    crawlers.get_by_text("none yet").wait_for()
    page.get_by_role("button", name="Start finder").press("Enter")
    freshet.until(lambda: "succeeded" in crawlers.inner_text(), advance_ms=1000)
    expect(crawlers).to_contain_text("1 new tables")
    expect(page.get_by_test_id("tables").get_by_role("link", name="found")).to_be_visible()
    page.get_by_role("button", name="Why finder did what it did").press("Enter")
    reasons = page.get_by_test_id("reasons")
    expect(reasons).to_contain_text("found/p=1/a.csv: csv")
    reasons.get_by_label("Lines with").fill("partitions made")
    expect(reasons.get_by_role("listitem")).to_have_count(1)
    expect(reasons.get_by_role("listitem")).to_contain_text("1 partitions made, 0 were there")
    keep(page, "crawl-reasons")
    reasons.get_by_role("button", name="Close").click()
    expect(reasons).to_have_count(0)


def test_tables_are_counted_as_they_come_into_view(lake, freshet, open_page):
    """However many there are; none is left without its figures."""
    for number in range(60):
        lake.make(f"t{number:02}")
        lake.put(f"t{number:02}/a.csv", b"1,a\n")
    page = open_page(freshet, "lake")
    expect(page.locator('tr[data-table="default/t00"]')).to_contain_text("4 B")
    last = page.locator('tr[data-table="default/t59"]')
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("4 B")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_fit_and_can_be_used_by_everybody(lake, freshet, open_page, keep, scheme, width):
    lake.days(files=(1, 3, 8, 25, 70, 0, 210))
    lake.days(table=LONG, files=(2,))
    lake.glue.create_crawler(
        Name="a-crawler-of-a-long-name-for-the-night-of-sunday",
        Role=ROLE,
        DatabaseName="default",
        Targets={"S3Targets": [{"Path": "s3://lake/found/with/a/long/path/of/many/folders/"}]},
    )
    for name, path in (
        ("lake", "lake"),
        ("table", "lake/default/crimes"),
        ("long", f"lake/default/{LONG}"),
    ):
        page = open_page(freshet, path, scheme=scheme, width=width, height=1200)
        if name == "lake":
            expect(page.locator('tr[data-table="default/crimes"]')).to_contain_text("KB")
        else:
            counted(page)
        if name == "table":
            assert [one.get_attribute("data-level") for one in marks(page).all()] == list("0123405")
            page.get_by_text("As a table").click()
        assert overflow(page) == 0, name
        assert not serious_findings(page), serious_findings(page)
        keep(page, f"{name}-{scheme}-{width}")
    page.get_by_role("button", name="Optimize").click()
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_test_id("plan").wait_for()
    assert not serious_findings(page), serious_findings(page)
    keep(page, f"optimize-{scheme}-{width}")
