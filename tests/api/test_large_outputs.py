"""What one moment puts out is more than one append of the log takes: it goes out in parts, each row
once.
"""

import json
import pathlib
import re

import pytest
from test_kinesisanalytics import Applications, make_function

CODE = """CREATE STREAM "OUT" ("PLACE" VARCHAR(4096), "N" BIGINT);
CREATE PUMP "P" AS INSERT INTO "OUT"
SELECT STREAM "Place", COUNT(*) FROM "SOURCE_SQL_STREAM_001"
GROUP BY "Place", STEP("SOURCE_SQL_STREAM_001".ROWTIME BY INTERVAL '60' SECOND);"""
SCHEMA = {
    "RecordFormat": {
        "RecordFormatType": "CSV",
        "MappingParameters": {
            "CSVMappingParameters": {"RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}
        },
    },
    "RecordColumns": [{"Name": "Place", "SqlType": "VARCHAR(4096)"}],
}
KEYS, KEYS_OF_A_KILL, WIDTH = 12_000, 5000, 4000  # 48 MB of rows; 20 MB


@pytest.fixture
def applications(freshet):
    return Applications(freshet, shards=1)


COPIES = """CREATE STREAM "OUT" ("PLACE" VARCHAR(4096), "N" BIGINT);
CREATE PUMP "A" AS INSERT INTO "OUT"
SELECT STREAM "Place", 1 FROM "SOURCE_SQL_STREAM_001" WHERE "Place" <> 'skip';
CREATE PUMP "B" AS INSERT INTO "OUT"
SELECT STREAM "Place", 2 FROM "SOURCE_SQL_STREAM_001" WHERE "Place" <> 'skip';"""
FINISHED = "wrote the rows that a commit had left"


def fill(applications, first=0, keys=KEYS):
    for at in range(first, first + keys, 250):
        rows = "".join(f"{number:0{WIDTH}}\n" for number in range(at, at + 250))
        applications.kinesis.put_record(StreamName="in", PartitionKey="k", Data=rows.encode())


class Reader:
    """Reads the stream `out` from its beginning on, also past a restart."""

    def __init__(self, applications):
        self.applications, self.rows = applications, []
        self.begin()

    def begin(self):
        self.rows.clear()
        self.iterator = self.applications.kinesis.get_shard_iterator(
            StreamName="out", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self):
        answer = self.applications.kinesis.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        self.rows += [json.loads(record["Data"]) for record in answer["Records"]]
        return len(self.rows)


def check(rows, keys=KEYS):
    assert sorted(int(row["PLACE"]) for row in rows) == list(range(keys))
    assert {row["N"] for row in rows} == {1}


def test_a_window_of_more_rows_than_an_append_takes(applications):
    applications.create(CODE, outputs=[("OUT", "JSON")], InputSchema=SCHEMA)
    applications.start()
    fill(applications)
    applications.freshet.advance(60_000)
    reader = Reader(applications)
    applications.freshet.until(lambda: reader.read() >= KEYS, tries=3000, advance_ms=100)
    check(reader.rows)


def memory_of(freshet, name):
    """VmRSS, or VmHWM: the highest since the last reset. MiB."""
    status = pathlib.Path(f"/proc/{freshet.process.pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1]) / 1024


# The allocator returns freed memory at once, so that RSS is what the server holds: by default each
# arena keeps it for 10 s, and how many arenas do so depends on the load of the machine.
FREED_AT_ONCE = "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1"


def test_rows_of_three_outputs_do_not_lie_in_memory_at_once(monkeypatch, make_freshet):
    monkeypatch.setenv("MALLOC_CONF", FREED_AT_ONCE)
    applications = Applications(make_freshet(), shards=1)
    freshet, keys = applications.freshet, 300_000
    applications.create(
        "".join(CODE.replace('"OUT"', f'"OUT{i}"').replace('"P"', f'"P{i}"') for i in range(3)),
        outputs=[(f"OUT{i}", "JSON") for i in range(3)],
    )
    applications.start()
    for at in range(0, keys, 30_000):
        applications.kinesis.put_record(
            StreamName="in",
            PartitionKey="k",
            Data="".join(f"key {number:08},1\n" for number in range(at, at + 30_000)).encode(),
        )
    freshet.until(lambda: rows_in_of(freshet) == keys, advance_ms=1)
    before = memory_of(freshet, "VmRSS")
    pathlib.Path(f"/proc/{freshet.process.pid}/clear_refs").write_text("5")
    freshet.advance(60_000)
    freshet.until(
        lambda: f" {3 * keys}\n" in freshet.get("/_freshet/metrics"), tries=3000, advance_ms=100
    )
    assert memory_of(freshet, "VmHWM") < before + 64, (
        "one append of all rows takes more than 140 MiB"
    )


def kill_at_the_next_row(applications, iterator):
    freshet = applications.freshet

    def has_row():
        return applications.kinesis.get_records(ShardIterator=iterator, Limit=1)["Records"]

    freshet.until(has_row, tries=3000, advance_ms=100)
    freshet.kill9()
    freshet.start()
    applications.connect()


def rows_in_of(freshet):
    return float(
        re.search(
            r"^freshet_application_rows_in_total\{.*\} (.*)$",
            freshet.get("/_freshet/metrics"),
            re.MULTILINE,
        )[1]
    )


def end_of_out(applications):
    return applications.kinesis.get_shard_iterator(
        StreamName="out", ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )["ShardIterator"]


@pytest.mark.parametrize("has_function", [False, True], ids=["records", "function"])
def test_a_kill_between_two_parts_of_a_window_gives_each_row_once(applications, has_function):
    freshet, input = applications.freshet, {}
    if has_function:
        input["InputProcessingConfiguration"] = make_function(
            freshet,
            "def lambda_handler(event, context):\n"
            "    return {'records': [dict(recordId=r['recordId'], result='Ok', "
            "data=r['data']) for r in event['records']]}",
        )
    applications.create(CODE, outputs=[("OUT", "JSON")], InputSchema=SCHEMA, **input)
    applications.start()
    keys = 0
    while FINISHED not in freshet.server_log():
        assert keys < 8 * KEYS_OF_A_KILL, "no kill came between two parts"
        fill(applications, keys, KEYS_OF_A_KILL)
        keys += KEYS_OF_A_KILL
        freshet.until(lambda: rows_in_of(freshet) >= keys, advance_ms=1)
        end = end_of_out(applications)
        freshet.advance(60_000)
        kill_at_the_next_row(applications, end)
        reader = Reader(applications)
        freshet.until(lambda: reader.read() >= keys, tries=3000, advance_ms=100)
    fill(applications, keys, KEYS_OF_A_KILL)  # no row of the previous window is repeated
    freshet.until(lambda: reader.read() >= keys + KEYS_OF_A_KILL, tries=3000, advance_ms=1000)
    check(reader.rows, keys + KEYS_OF_A_KILL)


def test_a_kill_between_two_parts_gives_rows_of_two_pumps_once(applications):
    """Two pumps write one stream: where the engine cuts its batches decides in which order their
    rows come.
    """
    freshet, kinesis = applications.freshet, applications.kinesis
    kinesis.update_max_record_size(
        StreamARN=kinesis.describe_stream_summary(StreamName="in")["StreamDescriptionSummary"][
            "StreamARN"
        ],
        MaxRecordSizeInKiB=10240,
    )
    applications.create(COPIES, outputs=[("OUT", "JSON")], InputSchema=SCHEMA)
    applications.start()
    keys = rows_in = 0
    while FINISHED not in freshet.server_log():
        assert keys < 16_000, "no kill came between two parts"
        applications.put(*["skip"] * 100)
        rows_in += 100
        freshet.until(lambda: rows_in_of(freshet) == rows_in, advance_ms=1)
        end = end_of_out(applications)
        applications.kinesis.put_record(
            StreamName="in",
            PartitionKey="k",
            Data="".join(f"{number:0{WIDTH}}\n" for number in range(keys, keys + 2000)).encode(),
        )
        keys, rows_in = keys + 2000, rows_in + 2000
        kill_at_the_next_row(applications, end)
        reader = Reader(applications)
        freshet.until(lambda: reader.read() >= 2 * keys, tries=3000, advance_ms=100)
    freshet.until(lambda: rows_in_of(freshet) == rows_in, advance_ms=1)
    assert sorted((int(row["PLACE"]), row["N"]) for row in reader.rows) == [
        (number, copy) for number in range(keys) for copy in (1, 2)
    ]
