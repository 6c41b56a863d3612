"""Snapshots of many open keys: a kill in the middle of writing one, a quick end, and nobody else waits."""
import json
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))
from test_kinesisanalytics import Applications  # noqa: E402

TOP = """CREATE STREAM "TOP" ("PLACE" VARCHAR(32), "N" BIGINT);
CREATE PUMP "P" AS INSERT INTO "TOP" SELECT STREAM ITEM, ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "Place" FROM "SOURCE_SQL_STREAM_001"), 'Place', 1, 3600));"""


def fill(applications, keys, rows_of_hot):
    """So many keys once each, and one key more often."""
    rows = [f"key {i:012},1" for i in range(keys)] + ["hot,1"] * rows_of_hot
    for at in range(0, len(rows), 40_000):
        applications.kinesis.put_record(StreamName="in", PartitionKey=str(at), Data="\n".join(rows[at:at + 40_000]).encode())


def test_a_kill_in_the_middle_leaves_the_snapshot_before(freshet):
    applications = Applications(freshet, shards=1)
    applications.create(TOP)
    applications.start()
    files = freshet.directory / "data" / "analytics" / "1"
    fill(applications, 300_000, 5)
    freshet.until(lambda: files.exists() and any(path.name == "snapshot-1" for path in files.iterdir()), advance_ms=1000)
    caught = 0
    for _ in range(6):
        applications.put(*["hot,1"] * 10)
        freshet.advance(10_000)
        until = time.monotonic() + 10
        while time.monotonic() < until and not any(path.name.endswith(".new") for path in files.iterdir()):
            pass
        freshet.kill9()
        caught += any(path.name.endswith(".new") for path in files.iterdir())
        freshet.start()
        applications.connect()
    assert caught, "no kill came while a snapshot was being written"
    row, = [json.loads(row) for row in applications.wait(1, advance_ms=600_000)]
    assert row == {"PLACE": "hot", "N": 65}
    assert "begins anew" not in freshet.server_log()


def test_many_keys_hold_up_neither_the_end_nor_other_writers(freshet):
    applications = Applications(freshet, shards=1)
    applications.create(TOP)
    applications.start()
    fill(applications, 1_000_000, 1)
    files = freshet.directory / "data" / "analytics" / "1"
    freshet.until(files.exists, advance_ms=1000)
    took, done = [], threading.Event()

    def write():
        glue = freshet.client("glue")
        for i in range(1000):
            begun = time.monotonic()
            glue.create_database(DatabaseInput={"Name": f"d{i}"})
            took.append(time.monotonic() - begun)
            if done.is_set():
                return
    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(3):
        applications.put("hot,1")
        freshet.advance(100_000)
        count = len(took)
        freshet.until(lambda: len(took) > count + 5)
    done.set()
    writer.join()
    assert statistics.quantiles(took, n=20)[18] < 0.5, "the writer of the metadata was held up"
    begun = time.monotonic()
    assert freshet.terminate() == 0
    assert time.monotonic() - begun < 5
