"""`freshet produce` and `freshet tail` as a user runs them."""
import base64
import csv
import gzip
import io
import random
import subprocess
import time

import pytest
from aws_kinesis_agg import deaggregator


@pytest.fixture
def stream(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    return kinesis


def rows_of(kinesis, aggregated=True):
    """Every user record of the stream, through AWS's own deaggregator."""
    rows = []
    for shard in ("0", "1"):
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            if not aggregated:
                rows += [record["Data"].decode() for record in answer["Records"]]
            for record in [] if not aggregated else deaggregator.iter_deaggregate_records(answer["Records"], data_format="Boto3"):
                rows.append(base64.b64decode(record["kinesis"]["data"]).decode())
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                break
    return rows


def produce(freshet, *arguments, **options):
    return subprocess.run(freshet.command("produce", "--stream", "s", "--endpoint", freshet.endpoint, *arguments),
                          capture_output=True, timeout=60, **options)


def test_rows_of_csv_files_with_quotes_and_line_breaks(freshet, stream, tmp_path):
    rows = [[str(i), "a, b", 'say "hi"', "two\nlines", ""] for i in range(5000)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["a", "b", "c", "d", "e"], *rows])
    plain, packed = tmp_path / "one.csv", tmp_path / "two.csv.gz"
    plain.write_text(text.getvalue())
    packed.write_bytes(gzip.compress(text.getvalue().encode()))
    result = produce(freshet, plain, packed)
    assert result.returncode == 0, result.stderr
    assert b"produce: 10000 rows" in result.stderr
    found = sorted(next(csv.reader(io.StringIO(row))) for row in rows_of(stream))
    assert found == sorted(rows + rows)


def test_lines_from_standard_input_without_aggregation(freshet, stream):
    result = produce(freshet, "-", "--format", "lines", "--no-aggregate", "--newline", input=b'one "\ntwo\n\nthree')
    assert result.returncode == 0, result.stderr
    assert sorted(rows_of(stream, aggregated=False)) == ["one \"\n", "three\n", "two\n"]


def test_a_run_that_is_killed_goes_on_and_loses_nothing(freshet, stream, tmp_path):
    rng, file, position = random.Random(7), tmp_path / "rows.csv", tmp_path / "position"
    file.write_text("n\n" + "".join(f"{i}\n" for i in range(30_000)))
    for _ in range(4):
        run = subprocess.Popen(freshet.command("produce", "--stream", "s", "--endpoint", freshet.endpoint, "--resume", position, "--rate", "20000", file),
                               stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 0.4))
        run.kill()
        run.wait()
    result = produce(freshet, "--resume", position, file)
    assert result.returncode == 0, result.stderr
    assert set(rows_of(stream)) == {str(i) for i in range(30_000)}
    assert position.read_text().startswith("30000 ")
    assert b"produce: 0 rows" in produce(freshet, "--resume", position, file).stderr


def test_what_cannot_be_sent_is_said(freshet, stream, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")
    missing = subprocess.run(freshet.command("produce", "--stream", "none", "--endpoint", freshet.endpoint, file), capture_output=True, text=True, timeout=60)
    assert missing.returncode == 1 and "Stream none under account 000000000000 not found" in missing.stderr
    assert "cannot be opened" in produce(freshet, tmp_path / "nothing.csv").stderr.decode()
    file.write_text('a\n"' + "x" * 2_000_000)
    assert "row 2 is longer than" in produce(freshet, file).stderr.decode()


def test_tail_takes_aggregates_apart(freshet, stream, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("h\n" + "".join(f"row {i}\n" for i in range(100)))
    assert produce(freshet, file).returncode == 0
    result = subprocess.run(freshet.command("tail", "s", "--endpoint", freshet.endpoint, "--from", "start", "--deaggregate", "--count", "100"),
                            capture_output=True, text=True, timeout=60)
    assert sorted(result.stdout.splitlines()) == sorted(f"row {i}" for i in range(100))
