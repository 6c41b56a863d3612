"""A run of table maintenance is stopped: by its id, by the statement that began it, by the job that
runs the statement. A run that a policy began rests after each commit until the clock is moved, and
so does every run of a server that was started with the failpoint: each test knows what is under
way.
"""

import pytest

from test_jobs import Shop
from test_table_convert import parquet_rows
from test_table_merge import Tables


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


def fill(lake, table, parts=("1", "2")):
    lake.make(table, ["a bigint"], keys=["p"])
    for part in parts:
        lake.add_partition(table, part, ["a bigint"])
        for number in range(6):
            lake.put(f"{table}/p={part}/{number}.csv", b"%d\n" % number)


@pytest.fixture
def paced(lake):
    """Each run rests after each commit."""
    lake.freshet.terminate()
    lake.freshet.options = ("--failpoints", "maintenance.paced=on+")
    lake.freshet.start()
    fill(lake, "b")
    return lake


def until_half_done(lake):
    """One of the two partitions of `b` is done; the run rests."""
    lake.freshet.until(lambda: (run := newest(lake, "b")) and run["commits"] == 1)
    assert newest(lake, "b")["state"] == "RUNNING"


def is_half_done(lake):
    return len(lake.objects("b/p=1/")) == 1 and len(lake.objects("b/p=2/")) == 6


def newest(lake, table):
    runs = lake.call(f"tables/runs?database=default&table={table}")["runs"]
    return runs and runs[0]


def resting(lake):
    """A run over table `a` that has done one of its two partitions and rests."""
    fill(lake, "a")
    lake.call("tables/policy", database="default", table="a", files_over="5", idle_ms="60000")
    lake.freshet.advance(90_000)
    lake.freshet.until(lambda: newest(lake, "a") and newest(lake, "a")["commits"] == 1)
    return newest(lake, "a")["id"]


def until_state(lake, table, state, **options):
    lake.freshet.until(lambda: (run := newest(lake, table)) and run["state"] == state, **options)


def test_a_run_is_stopped_and_what_it_has_committed_stays(lake):
    run = resting(lake)
    done = lake.table_command("stop", run)
    assert done.returncode == 0, done.stderr
    assert newest(lake, "a")["state"] == "STOPPING"
    assert "STOPPING" in lake.table_command("runs", "default.a").stdout
    until_state(lake, "a", "STOPPED", advance_ms=300)
    assert len(lake.objects("a/p=1/")) == 1 and len(lake.objects("a/p=2/")) == 6
    again = lake.table_command("stop", run)
    assert again.returncode == 1 and f"run {run} has ended" in again.stderr
    missing = lake.table_command("stop", "nope")
    assert missing.returncode == 1 and "there is no run nope" in missing.stderr
    # The table is free for another run.
    assert lake.optimize("a")["state"] == "SUCCEEDED"


def test_a_stop_that_was_answered_holds_after_a_kill(lake):
    run = resting(lake)
    lake.call("tables/stop", id=run)
    lake.freshet.kill9()
    lake.freshet.start()
    until_state(lake, "a", "STOPPED")
    assert len(lake.objects("a/p=2/")) == 6


def test_a_statement_that_is_cancelled_stops_its_run(paced):
    query = paced.start("OPTIMIZE b REWRITE DATA USING BIN_PACK")
    until_half_done(paced)
    paced.athena.stop_query_execution(QueryExecutionId=query)
    until_state(paced, "b", "STOPPED", advance_ms=300)
    assert paced.wait(query)["Status"]["State"] == "CANCELLED"
    assert is_half_done(paced)


def test_a_job_run_that_is_stopped_stops_the_run_of_its_statement(paced):
    shop = Shop(paced.freshet)
    shop.job("merge", "OPTIMIZE b REWRITE DATA USING BIN_PACK", command="freshetsql")
    run = shop.start("merge")
    until_half_done(paced)
    shop.glue.batch_stop_job_run(JobName="merge", JobRunIds=[run])
    until_state(paced, "b", "STOPPED", advance_ms=300)
    assert shop.until("merge", run)["JobRunState"] == "STOPPED"
    assert is_half_done(paced)


def test_statements_that_ask_for_the_same_wait_for_one_run(paced):
    statements = [paced.start("OPTIMIZE b REWRITE DATA USING BIN_PACK") for _ in range(2)]

    def are(state):
        found = [
            paced.athena.get_query_execution(QueryExecutionId=statement)["QueryExecution"]
            for statement in statements
        ]
        return all(one["Status"]["State"] == state for one in found)

    paced.freshet.until(lambda: are("RUNNING"))
    until_half_done(paced)
    paced.freshet.until(lambda: are("SUCCEEDED"), advance_ms=300)
    assert len(paced.call("tables/runs?database=default&table=b")["runs"]) == 1


def test_a_statement_converts_into_a_second_table(lake):
    fill(lake, "t")
    lake.rows("OPTIMIZE t REWRITE DATA USING PARQUET INTO u")
    assert parquet_rows(lake.objects("u/")) == {(number,): 2 for number in range(6)}
    assert len(lake.objects("t/")) == 12
    lake.rows("OPTIMIZE default.t REWRITE DATA USING PARQUET WHERE p = '1'")
    assert all(key.endswith(".parquet") for key in lake.objects("t/p=1/"))
    assert len(lake.objects("t/p=2/")) == 6
    with pytest.raises(Exception) as refused:
        lake.start("OPTIMIZE t REWRITE DATA USING ORC")
    assert "'BIN_PACK', 'PARQUET'" in str(refused.value)
