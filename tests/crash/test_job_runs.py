"""Runs of jobs and ticks of triggers under kill -9: none is lost, none is doubled without a word. A
script counts its own work: each run that began writes an object under its id.
"""

import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "api")]
from test_jobs import Shop  # noqa: E402

WORK = """
import os, sys, uuid, boto3
s3 = boto3.client('s3')
s3.put_object(Bucket='code', Key=f'work/{uuid.uuid4()}', Body=b'')
"""


def start(server, spec=None):
    server.options = ("--failpoints", spec) if spec else ()
    server.start()


def work_of(shop):
    return shop.s3.list_objects_v2(Bucket="code", Prefix="work/").get("KeyCount", 0)


def die_in(shop, spec, cause):
    """Restarts the server with `spec`, does `cause`, waits for the death, restarts it."""
    server = shop.freshet
    server.terminate()
    start(server, spec)
    try:
        cause()
    finally:
        server.process.wait(timeout=60)
    start(server)


@pytest.mark.parametrize("retries", [0, 1])
@pytest.mark.parametrize(
    ("place", "has_worked"), [("jobs.before_work", False), ("jobs.after_work", True)]
)
def test_a_run_that_was_cut_short_fails_by_name_or_is_tried_again(
    freshet, place, has_worked, retries
):
    shop = Shop(freshet)
    shop.job("a", WORK, MaxRetries=retries)
    ids = []
    die_in(shop, f"{place}=kill", lambda: ids.append(shop.start("a")))
    run = shop.until("a", ids[0])
    assert run["JobRunState"] == "FAILED"
    assert "Freshet ended while this run was at work" in run["ErrorMessage"]
    assert len(shop.runs("a")) == 1 + retries
    if retries:
        assert shop.until("a", f"{ids[0]}_attempt_1")["JobRunState"] == "SUCCEEDED"
    assert work_of(shop) == has_worked + retries


def test_a_run_whose_end_is_durable_stays_as_it_ended(freshet):
    shop = Shop(freshet)
    shop.job("a", WORK, MaxRetries=1)
    ids = []
    die_in(shop, "jobs.after_end=kill", lambda: ids.append(shop.start("a")))
    assert shop.run("a", ids[0])["JobRunState"] == "SUCCEEDED"
    assert len(shop.runs("a")) == 1
    assert work_of(shop) == 1


def test_a_chain_goes_on_after_a_kill_at_each_end(freshet):
    shop = Shop(freshet)
    for name in "abc":
        shop.job(name, WORK)
    shop.glue.create_trigger(Name="first", Type="ON_DEMAND", Actions=[{"JobName": "a"}])
    for name, before, after in (("second", "a", "b"), ("third", "b", "c")):
        shop.glue.create_trigger(
            Name=name,
            Type="CONDITIONAL",
            StartOnCreation=True,
            Actions=[{"JobName": after}],
            Predicate={
                "Conditions": [
                    {"LogicalOperator": "EQUALS", "JobName": before, "State": "SUCCEEDED"}
                ]
            },
        )
    server = shop.freshet
    server.terminate()
    start(server, "jobs.after_end=kill")
    shop.glue.start_trigger(Name="first")
    for _ in range(2):  # b begins at the start, and its end is the next death
        server.process.wait(timeout=60)
        start(server, "jobs.after_end=kill")
    server.process.wait(timeout=60)
    start(server)
    for name in "abc":
        (run,) = shop.runs(name)
        assert run["JobRunState"] == "SUCCEEDED"
    assert work_of(shop) == 3


@pytest.mark.parametrize("place", ["jobs.before_tick", "jobs.after_tick"])
def test_a_tick_starts_one_run_whenever_the_server_dies(freshet, place):
    shop = Shop(freshet)
    shop.job("a", WORK)
    shop.glue.create_trigger(
        Name="t",
        Type="SCHEDULED",
        Schedule="cron(0 * * * ? *)",
        Actions=[{"JobName": "a"}],
        StartOnCreation=True,
    )

    def tick():
        try:
            shop.freshet.advance(3_600_000)
        except OSError:
            pass  # the server died before it answered

    die_in(shop, f"{place}=kill", tick)
    # Its time has come, also where the server died before it was stored.
    shop.freshet.until(lambda: len(shop.runs("a")) == 1)
    assert shop.until("a", shop.runs("a")[0]["Id"])["JobRunState"] == "SUCCEEDED"
    assert work_of(shop) == 1


def test_runs_are_killed_at_random_and_all_are_accounted_for(freshet, kills, rng):
    shop = Shop(freshet)
    shop.job("a", WORK, ExecutionProperty={"MaxConcurrentRuns": 50})
    started = []
    places = ("jobs.before_work", "jobs.after_work", "jobs.after_end")
    for _ in range(max(2, kills)):
        spec = f"{rng.choice(places)}=kill@{rng.randint(1, 3)}"

        def runs():
            try:
                for _ in range(4):
                    started.append(shop.start("a"))
            except Exception:  # the server died; what was not answered may be there or not
                pass

        die_in(shop, spec, runs)
    for run_id in started:
        run = shop.until("a", run_id)
        assert run["JobRunState"] in ("SUCCEEDED", "FAILED")
        if run["JobRunState"] == "FAILED":
            assert "Freshet ended" in run["ErrorMessage"]
    states = [run["JobRunState"] for run in shop.runs("a")]
    assert states.count("SUCCEEDED") <= work_of(shop) <= len(states)
