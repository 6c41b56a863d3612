"""A run of table maintenance is stopped: by its id, by the statement that began it, by the job that
runs the statement. A run that a policy began rests after each commit until the clock is moved, and
others wait for it; so each test knows what is under way.
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


def test_a_statement_that_is_cancelled_stops_its_run(lake):
    resting(lake)
    fill(lake, "b")
    query = lake.start("OPTIMIZE b REWRITE DATA USING BIN_PACK")
    until_state(lake, "b", "RUNNING")
    lake.athena.stop_query_execution(QueryExecutionId=query)
    until_state(lake, "b", "STOPPED", advance_ms=300)
    assert lake.wait(query)["Status"]["State"] == "CANCELLED"
    assert len(lake.objects("b/")) == 12


def test_a_job_run_that_is_stopped_stops_the_run_of_its_statement(lake):
    shop = Shop(lake.freshet)
    resting(lake)
    fill(lake, "b")
    shop.job("merge", "OPTIMIZE b REWRITE DATA USING BIN_PACK", command="freshetsql")
    run = shop.start("merge")
    until_state(lake, "b", "RUNNING")
    shop.glue.batch_stop_job_run(JobName="merge", JobRunIds=[run])
    until_state(lake, "b", "STOPPED", advance_ms=300)
    assert shop.until("merge", run)["JobRunState"] == "STOPPED"
    assert len(lake.objects("b/")) == 12


def test_statements_that_ask_for_the_same_wait_for_one_run(lake):
    resting(lake)
    fill(lake, "b")
    statements = [lake.start("OPTIMIZE b REWRITE DATA USING BIN_PACK") for _ in range(2)]
    for statement in statements:
        lake.freshet.until(
            lambda: (
                lake.athena.get_query_execution(QueryExecutionId=statement)["QueryExecution"][
                    "Status"
                ]["State"]
                == "SUCCEEDED"
            ),
            advance_ms=300,
        )
    assert len(lake.call("tables/runs?database=default&table=b")["runs"]) == 1


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
