"""The pages of jobs: runs with state, arguments, error and log; started and stopped by button."""

import re

import pytest
from playwright.sync_api import expect

from test_streams_page import serious_findings

ROLE = "arn:aws:iam::000000000000:role/any"
SLOW = "import time\nprint('at work', flush=True)\ntime.sleep(600)\n"


class Shop:
    def __init__(self, freshet):
        self.freshet, self.glue, self.s3 = freshet, freshet.client("glue"), freshet.client("s3")
        self.s3.create_bucket(Bucket="code")

    def job(self, name, script, command="pythonshell", **options):
        key = f"{name}.{'sql' if command == 'freshetsql' else 'py'}"
        self.s3.put_object(Bucket="code", Key=key, Body=script.encode())
        self.glue.create_job(
            Name=name,
            Role=ROLE,
            Command={"Name": command, "ScriptLocation": f"s3://code/{key}"},
            **options,
        )


@pytest.fixture
def shop(freshet):
    return Shop(freshet)


def runs(page):
    return page.get_by_test_id("runs").locator("tbody")


def test_an_empty_page_offers_commands(freshet, open_page):
    page = open_page(freshet, "jobs")
    page.get_by_text("No job yet.").wait_for()
    page.locator(".command pre", has_text="aws glue create-job").wait_for()
    page = open_page(freshet, "jobs/none")
    page.get_by_role("alert").get_by_text("There is no job none").wait_for()


def test_a_job_is_started_with_arguments_by_keyboard(shop, freshet, open_page, keep):
    shop.job(
        "hello", "import sys\nprint('said', sys.argv[1:])\n", DefaultArguments={"--who": "all"}
    )
    page = open_page(freshet, "overview")
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.get_by_role("link", name="hello").press("Enter")
    page.get_by_text("It has not run yet.").wait_for()
    page.get_by_role("button", name="Start…").press("Enter")
    arguments = page.get_by_label("Arguments of this run")
    expect(arguments).to_be_focused()
    page.keyboard.type("day 1")
    page.get_by_role("dialog").get_by_role("alert").get_by_text("--name value").wait_for()
    arguments.fill("--day 2026-01-31")
    page.get_by_role("dialog").get_by_role("button", name="Start").press("Enter")
    expect(page.get_by_text("The run has started.")).to_be_focused()
    freshet.until(
        lambda: runs(page).count() == 1 and "succeeded" in runs(page).first.inner_text(),
        advance_ms=1000,
    )
    expect(runs(page).first).to_contain_text("--day 2026-01-31")
    runs(page).first.get_by_role("button").first.press("Enter")
    log = page.get_by_test_id("log")

    def is_read():
        page.get_by_role("button", name="Read again").click()
        return log.count() and "2026-01-31" in log.inner_text()

    freshet.until(is_read)
    page.get_by_text("aws logs get-log-events --log-group-name /aws-glue/python-jobs").wait_for()
    keep(page, "job-light")


def test_a_run_is_stopped_and_a_failure_says_why(shop, freshet, open_page):
    shop.job("slow", SLOW)
    shop.job("bad", "SELECT no_such FROM nowhere", "freshetsql")
    shop.glue.start_job_run(JobName="slow")
    page = open_page(freshet, "jobs/slow")
    freshet.until(
        lambda: runs(page).count() == 1 and "running" in runs(page).first.inner_text(),
        advance_ms=1000,
    )
    page.get_by_role("button", name=re.compile("^Stop the run")).click()
    freshet.until(lambda: "stopped" in runs(page).first.inner_text(), advance_ms=1000)
    expect(page.get_by_role("button", name=re.compile("^Stop the run"))).to_have_count(0)
    shop.glue.start_job_run(JobName="bad")
    page = open_page(freshet, "jobs")
    freshet.until(lambda: "nowhere" in page.get_by_test_id("jobs").inner_text(), advance_ms=1000)


def test_triggers_are_switched_and_fired(shop, freshet, open_page):
    shop.job("one", "SELECT 1", "freshetsql")
    shop.glue.create_trigger(Name="now", Type="ON_DEMAND", Actions=[{"JobName": "one"}])
    shop.glue.create_trigger(
        Name="hourly",
        Type="SCHEDULED",
        Schedule="cron(0 * * * ? *)",
        Actions=[{"JobName": "one"}],
    )
    page = open_page(freshet, "jobs")
    triggers = page.get_by_test_id("triggers")
    page.get_by_role("button", name="Activate hourly").click()
    freshet.until(lambda: "next in" in triggers.inner_text(), advance_ms=1000)
    page.get_by_role("button", name="Deactivate hourly").click()
    freshet.until(lambda: "deactivated" in triggers.inner_text(), advance_ms=1000)
    page.get_by_role("button", name="Fire now").click()
    freshet.until(lambda: "succeeded" in page.get_by_test_id("jobs").inner_text(), advance_ms=1000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_fit_and_can_be_used_by_everybody(shop, freshet, open_page, keep, scheme, width):
    shop.job("a-job-of-a-long-name-that-is-run-each-night-of-the-week", "SELECT 1", "freshetsql")
    shop.job("spark", "", "glueetl", Description="kept, and not run")
    shop.job(
        "bad", "SELECT " + "no_such_column_of_a_long_name, " * 9 + "1 FROM nowhere", "freshetsql"
    )
    shop.glue.start_job_run(JobName="bad", Arguments={"--mode": "full", "--day": "2026-01-31"})
    page = open_page(freshet, "jobs", scheme=scheme, width=width)
    freshet.until(lambda: "failed" in page.get_by_test_id("jobs").inner_text(), advance_ms=1000)
    assert not serious_findings(page), serious_findings(page)
    keep(page, f"jobs-{scheme}-{width}")
    page.get_by_role("link", name="bad").click()
    runs(page).first.get_by_role("button").first.click()
    page.get_by_text("Nothing was printed.").or_(page.get_by_test_id("log")).first.wait_for()
    assert page.evaluate(
        "document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
    )
    assert not serious_findings(page), serious_findings(page)
    keep(page, f"job-{scheme}-{width}")
    page = open_page(freshet, "jobs/spark", scheme=scheme, width=width)
    expect(page.get_by_role("button", name="Start…")).to_be_disabled()
