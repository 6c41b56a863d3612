"""The interface's API about jobs and triggers: what boto3 made is shown, started, stopped, and read
from the log.
"""

import pytest

from test_console_streams import Api
from test_jobs import Shop

SLOW = "import time\nprint('at work', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def shop(freshet):
    return Shop(freshet)


@pytest.fixture
def api(freshet):
    return Api(freshet)


def test_jobs_are_shown_with_their_last_run(shop, api):
    assert (api.tell("jobs")["jobs"], api.tell("jobs")["total"]) == ([], 0)
    shop.job("etl", "SELECT 1", "freshetsql")
    shop.job("spark", "", "glueetl")
    seen = api.tell("jobs")
    assert [(one["name"], one["command"], one["last"]) for one in seen["jobs"]] == [
        ("etl", "freshetsql", None),
        ("spark", "glueetl", None),
    ]
    assert [one["log_group"] for one in seen["jobs"]] == ["/aws-glue/sql-jobs", None]
    run = shop.ended("etl")
    [etl, _] = api.tell("jobs")["jobs"]
    assert (etl["last"]["id"], etl["last"]["state"]) == (run["Id"], "SUCCEEDED")


def test_a_job_is_started_with_arguments_and_its_log_is_read(shop, api):
    shop.job(
        "hello",
        "import sys\nprint(sys.argv[1:])\nprint('bad', file=sys.stderr)\n",
        DefaultArguments={"--who": "all"},
    )
    status, answer = api.post(
        "jobs/start", job="hello", arguments={"--day": "2026-01-31", "--a.b": "c"}
    )
    assert status == 200, answer
    run = shop.until("hello", answer["run"])
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["Arguments"] == {"--day": "2026-01-31", "--a.b": "c"}
    seen = api.tell("job:hello")
    assert seen["defaults"] == {"--who": "all"} and seen["log_group"] == "/aws-glue/python-jobs"
    [shown] = seen["runs"]
    assert (shown["id"], shown["state"], shown["arguments"]) == (
        answer["run"],
        "SUCCEEDED",
        run["Arguments"],
    )
    assert shown["ended_ms"] >= shown["running_since_ms"] >= shown["started_ms"]

    def lines(stream):
        status, log = api.get("jobs/log", job="hello", run=answer["run"], stream=stream)
        assert status == 200
        return [line["text"] for line in log["lines"]]

    shop.freshet.until(lambda: any("2026-01-31" in line for line in lines("output")))
    shop.freshet.until(lambda: any("bad" in line for line in lines("error")))
    assert api.get("jobs/log", job="hello", run="none", stream="output")[1]["lines"] == []
    assert api.get("jobs/log", job="hello", run="none", stream="other")[0] == 400


def test_a_run_is_stopped(shop, api):
    shop.job("slow", SLOW)
    run = api.post("jobs/start", job="slow")[1]["run"]
    shop.has_logged(run, "at work")
    # A second one is more than the job allows at once.
    status, said = api.post("jobs/start", job="slow")
    assert status == 409 and said["message"]
    assert api.post("jobs/stop", job="slow", run=run) == (200, {})
    assert shop.until("slow", run)["JobRunState"] == "STOPPED"
    status, said = api.post("jobs/stop", job="slow", run=run)
    assert status == 409 and run in said["message"]


def test_a_run_that_fails_says_why(shop, api):
    shop.job("bad", "SELECT no_such FROM nowhere", "freshetsql")
    shop.ended("bad")
    [run] = api.tell("job:bad")["runs"]
    assert run["state"] == "FAILED" and "nowhere" in run["error"]


def test_triggers_are_shown_and_switched(shop, api):
    shop.job("one", "SELECT 1", "freshetsql")
    shop.job("two", "SELECT 2", "freshetsql")
    shop.glue.create_trigger(Name="now", Type="ON_DEMAND", Actions=[{"JobName": "one"}])
    shop.glue.create_trigger(
        Name="hourly",
        Type="SCHEDULED",
        Schedule="cron(0 * * * ? *)",
        Actions=[{"JobName": "one"}],
    )
    shop.glue.create_trigger(
        Name="then",
        Type="CONDITIONAL",
        StartOnCreation=True,
        Predicate={
            "Conditions": [{"LogicalOperator": "EQUALS", "JobName": "one", "State": "SUCCEEDED"}]
        },
        Actions=[{"JobName": "two"}],
    )

    def seen():
        return {one["name"]: one for one in api.tell("jobs")["triggers"]}

    assert {name: one["state"] for name, one in seen().items()} == {
        "hourly": "CREATED",
        "now": "CREATED",
        "then": "ACTIVATED",
    }
    assert seen()["then"]["conditions"] == [
        {"job": "one", "crawler": "", "state": "SUCCEEDED", "is_met": False}
    ]
    assert api.post("triggers/start", name="hourly") == (200, {})
    assert seen()["hourly"]["state"] == "ACTIVATED" and "due_ms" in seen()["hourly"]
    assert api.post("triggers/stop", name="hourly") == (200, {})
    assert seen()["hourly"]["state"] == "DEACTIVATED"
    assert [one["name"] for one in api.tell("job:two")["triggers"]] == ["then"]
    # One on demand fires, and its run's end starts the other job.
    assert api.post("triggers/start", name="now") == (200, {})
    run = shop.freshet.until(lambda: shop.runs("two") and shop.runs("two")[0])
    assert run["TriggerName"] == "then"
    assert api.post("triggers/start", name="none")[0] == 404


def test_what_there_is_not_says_so(shop, api):
    assert api.post("jobs/start", job="none")[0] == 404
    assert api.get("jobs/log", job="none", run="x", stream="output")[0] == 404
    assert "none" in api.tell("job:none")["error"]
    assert api.get("jobs/other")[0] == 404
