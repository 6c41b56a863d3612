"""Snapshots of many open keys: a kill in the middle of writing one, a quick stop, and no delay for
others.
"""

import contextlib
import http.client
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "api"), str(ROOT / "bench")]
from snapshots import Calls, Watch, share  # noqa: E402
from test_kinesisanalytics import Applications  # noqa: E402

TOP = """CREATE STREAM "TOP" ("PLACE" VARCHAR(32), "N" BIGINT);
CREATE PUMP "P" AS INSERT INTO "TOP" SELECT STREAM ITEM, ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "Place" FROM "SOURCE_SQL_STREAM_001"), 'Place', 1, 3600));"""


KILLS = 4


def fill(applications, keys, rows_of_hot):
    """That many keys once each, and one key more often."""
    rows = [f"key {i:012},1" for i in range(keys)] + ["hot,1"] * rows_of_hot
    for at in range(0, len(rows), 40_000):
        applications.kinesis.put_record(
            StreamName="in", PartitionKey=str(at), Data="\n".join(rows[at : at + 40_000]).encode()
        )


def test_a_kill_in_the_middle_keeps_the_previous_snapshot(freshet):
    applications = Applications(freshet, shards=1)
    applications.create(TOP)
    applications.start()
    files = freshet.directory / "data" / "analytics" / "1"
    fill(applications, 300_000, 5)
    freshet.until(
        lambda: files.exists() and any(path.name == "snapshot-1" for path in files.iterdir()),
        advance_ms=1000,
    )
    freshet.kill9()
    freshet.options = ("--failpoints", "disk.rename(snapshot-)=kill")
    for _ in range(KILLS):
        freshet.start()
        applications.connect()
        applications.put(*["hot,1"] * 10)
        for _ in range(60):  # 40 minutes in all: the window stays open
            with contextlib.suppress(OSError, http.client.HTTPException):  # it dies meanwhile
                freshet.advance(10_000)
            with contextlib.suppress(subprocess.TimeoutExpired):
                freshet.process.wait(timeout=1)
                break
        assert freshet.process.poll(), freshet.server_log()[-2000:]
        assert any(path.name.endswith(".new") for path in files.iterdir())
    freshet.options = ()
    freshet.start()
    applications.connect()
    (row,) = [json.loads(row) for row in applications.wait(1, advance_ms=600_000)]
    assert row == {"PLACE": "hot", "N": 5 + 10 * KILLS}
    assert "begins anew" not in freshet.server_log()


def test_many_keys_delay_neither_a_stop_nor_other_writers(freshet):
    """bench/snapshots.py does the same with ten million keys."""
    applications = Applications(freshet, shards=1)
    applications.kinesis.create_stream(StreamName="other", ShardCount=1)
    applications.create(TOP)
    applications.start()
    watch = Watch(freshet.directory)
    fill(applications, 1_000_000, 1)
    freshet.until(lambda: watch.spans, advance_ms=1000)
    kinesis, glue = freshet.client("kinesis"), freshet.client("glue")
    writers = {
        "PutRecord": Calls(
            lambda number: kinesis.put_record(StreamName="other", PartitionKey="k", Data=b"1")
        ),
        "CreateDatabase": Calls(
            lambda number: glue.create_database(DatabaseInput={"Name": f"d{number}"})
        ),
    }
    first = len(watch.spans)
    for _ in range(3):
        applications.put("hot,1")
        freshet.advance(100_000)
        count = len(watch.spans)
        freshet.until(lambda: len(watch.spans) > count, advance_ms=1000)
    for one in writers.values():
        one.stop()
    for name, one in writers.items():
        during, between = (
            share(one.during(watch.spans[first:], is_inside), 95) for is_inside in (True, False)
        )
        assert during < max(50, 2 * between), (
            f"{name} was held up: {during:.0f} ms, {between:.0f} ms between snapshots"
        )
    applications.put("hot,1")
    begun = time.monotonic()
    assert freshet.terminate() == 0
    assert time.monotonic() - begun < 5
    watch.stop()
