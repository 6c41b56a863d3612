"""`freshet produce` and `freshet tail` as a user runs them."""

import base64
import csv
import gzip
import io
import json
import random
import re
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
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            if not aggregated:
                rows += [record["Data"].decode() for record in answer["Records"]]
            for record in (
                []
                if not aggregated
                else deaggregator.iter_deaggregate_records(answer["Records"], data_format="Boto3")
            ):
                rows.append(base64.b64decode(record["kinesis"]["data"]).decode())
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                break
    return rows


def produce(freshet, *arguments, **options):
    return subprocess.run(
        freshet.command("produce", "--stream", "s", "--endpoint", freshet.endpoint, *arguments),
        capture_output=True,
        timeout=60,
        **options,
    )


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
    sent = rows_of(stream)
    assert all(row.endswith("\n") for row in sent), (
        "each row ends with its line break, inside aggregates too"
    )
    assert sorted(next(csv.reader(io.StringIO(row))) for row in sent) == sorted(rows + rows)


def test_lines_from_standard_input_without_aggregation(freshet, stream):
    result = produce(
        freshet, "-", "--format", "lines", "--no-aggregate", input=b'one "\ntwo\n\nthree'
    )
    assert result.returncode == 0, result.stderr
    assert sorted(rows_of(stream, aggregated=False)) == ['one "\n', "three\n", "two\n"]


def test_a_killed_run_continues_and_loses_nothing(freshet, stream, tmp_path):
    rng, file, position = random.Random(7), tmp_path / "rows.csv", tmp_path / "position"
    file.write_text("n\n" + "".join(f"{i}\n" for i in range(30_000)))
    for _ in range(4):
        run = subprocess.Popen(
            freshet.command(
                "produce",
                "--stream",
                "s",
                "--endpoint",
                freshet.endpoint,
                "--resume",
                position,
                "--rate",
                "20000",
                file,
            ),
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(0.05, 0.4))
        run.kill()
        run.wait()
    result = produce(freshet, "--resume", position, file)
    assert result.returncode == 0, result.stderr
    assert {row.rstrip("\n") for row in rows_of(stream)} == {str(i) for i in range(30_000)}
    assert position.read_text().startswith("30000 ")
    assert b"produce: 0 rows" in produce(freshet, "--resume", position, file).stderr


def test_what_cannot_be_sent_is_reported(freshet, stream, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")
    missing = subprocess.run(
        freshet.command("produce", "--stream", "none", "--endpoint", freshet.endpoint, file),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (
        missing.returncode == 1
        and "Stream none under account 000000000000 not found" in missing.stderr
    )
    assert "cannot be opened" in produce(freshet, tmp_path / "nothing.csv").stderr.decode()
    file.write_text('a\n"' + "x" * 2_000_000)
    assert "row 2 is longer than" in produce(freshet, file).stderr.decode()


def test_tail_takes_aggregates_apart(freshet, stream, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("h\n" + "".join(f"row {i}\n" for i in range(100)))
    assert produce(freshet, file).returncode == 0
    result = subprocess.run(
        freshet.command(
            "tail",
            "s",
            "--endpoint",
            freshet.endpoint,
            "--from",
            "start",
            "--deaggregate",
            "--count",
            "100",
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert sorted(result.stdout.splitlines()) == sorted(f"row {i}" for i in range(100))


def test_produce_reports_what_it_took_for_the_header(freshet, stream, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name,city\nann,paris\nbob,rome\n")
    said = produce(freshet, file).stderr.decode()
    assert (
        "people.csv: the first row is sent as a row, because it is like the rows below it "
        "(--header skip leaves it out): name,city"
    ) in said
    assert sorted(rows_of(stream)) == ["ann,paris\n", "bob,rome\n", "name,city\n"]
    file.write_text("name,age\ncid,31\n")
    said = produce(freshet, file).stderr.decode()
    assert (
        "the first row is taken for a header and is not sent, because below 'age' come "
        "numbers (--header send sends it): name,age"
    ) in said
    assert "cid,31\n" in rows_of(stream) and "name,age\n" not in rows_of(stream)
    file.write_text("1,2\n3,4\n")
    assert "because '1' in it is a number" in produce(freshet, file).stderr.decode()
    assert "1,2\n" in rows_of(stream)
    file.write_text("\ufeffx,y\nz,w\n")
    assert produce(freshet, "--header", "skip", "--no-newline", file).returncode == 0
    assert "z,w" in rows_of(stream) and not any("x,y" in row for row in rows_of(stream))


@pytest.mark.parametrize(
    "name, text",
    [
        (
            "movies.json",
            '[\n  {"title": "A, b",\n   "year": 1999},\n  {"title": "\\"C\\"", "year": 2001}\n]\n',
        ),
        ("movies.jsonl", '{"title": "A, b", "year": 1999}\n{"title": "\\"C\\"", "year": 2001}\n'),
        ("movies", '{"title":"A, b","year":1999}{"title":"\\"C\\"","year":2001}'),
        ("movies.data", '[{"title":"A, b","year":1999},{"title":"\\"C\\"","year":2001}]'),
    ],
)
def test_json_is_rows(freshet, stream, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    result = produce(freshet, tmp_path / name)
    assert result.returncode == 0 and b"JSON" in result.stderr, result.stderr
    assert sorted(rows_of(stream)) == [
        '{"title":"A, b","year":1999}\n',
        '{"title":"\\"C\\"","year":2001}\n',
    ]


def test_invalid_json_is_refused_with_its_place(freshet, stream, tmp_path):
    file = tmp_path / "movies.json"
    file.write_text('[{"a":1},\n{"a":2,}]')
    result = produce(freshet, file)
    assert result.returncode == 1
    assert (
        "movies.json: row 2, byte 18: it is not JSON: expected a name in quotes, found '}'"
        in result.stderr.decode()
    )


@pytest.mark.parametrize("more", [[], ["--no-aggregate"]])
def test_rows_go_under_their_keys_in_order(freshet, stream, tmp_path, more):
    file = tmp_path / "orders.csv"
    rows = [(f"customer {i % 7}" if i % 50 else "", i) for i in range(4000)]
    file.write_text("customer,n\n" + "".join(f"{customer},{n}\n" for customer, n in rows))
    assert produce(freshet, "--key", "customer", file, *more).returncode == 0
    found = {}
    for shard in ("0", "1"):
        iterator = stream.get_shard_iterator(
            StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in iter_records(stream, iterator):
            if more:
                found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
                continue
            for user in deaggregator.iter_deaggregate_records([record], data_format="Boto3"):
                key, data = (
                    user["kinesis"]["partitionKey"],
                    base64.b64decode(user["kinesis"]["data"]).decode(),
                )
                assert key == record["PartitionKey"], "a key's rows are alone in their aggregate"
                found.setdefault(key, []).append(data)
    expected = {}
    for customer, n in rows:
        expected.setdefault(customer or "-", []).append(f"{customer},{n}\n")
    assert found == expected


def iter_records(kinesis, iterator):
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        yield from answer["Records"]
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0:
            return


def test_a_key_is_found_or_refused_by_name(freshet, stream, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("customer,n\nann,1\n")
    result = produce(freshet, "--key", "custmer", file)
    assert (
        result.returncode == 1
        and "the header has no column 'custmer'; did you mean 'customer'?" in result.stderr.decode()
    )
    assert produce(freshet, "--key", "2", file).returncode == 0
    (tmp_path / "o.json").write_text('{"customer": 12, "n": 1}')
    assert produce(freshet, "--key", "customer", tmp_path / "o.json").returncode == 0
    keys = {
        record["PartitionKey"]
        for shard in ("0", "1")
        for record in iter_records(
            stream,
            stream.get_shard_iterator(
                StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"],
        )
    }
    assert keys == {"1", "12"}
    (tmp_path / "plain.txt").write_text("a line\n")
    assert (
        "lines have no column for --key"
        in produce(freshet, "--key", "1", tmp_path / "plain.txt").stderr.decode()
    )
    assert produce(freshet, "--key", "1", "--connections", "2", file).returncode == 2


def test_create_makes_the_stream(freshet, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("n\n1\n")
    command = freshet.command(
        "produce",
        file,
        "--stream",
        "new",
        "--create",
        "--shards",
        "3",
        "--endpoint",
        freshet.endpoint,
        "--json",
    )
    for _ in range(2):
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0 and json.loads(result.stdout)["rows"] == 1, result.stderr
    summary = freshet.client("kinesis").describe_stream_summary(StreamName="new")[
        "StreamDescriptionSummary"
    ]
    assert summary["OpenShardCount"] == 3 and summary["StreamStatus"] == "ACTIVE"


def test_input_that_ends_too_early_is_an_error(freshet, stream, tmp_path):
    packed = gzip.compress("".join(f"{i},text of row {i}\n" for i in range(1000)).encode())
    (tmp_path / "torn.csv.gz").write_bytes(packed[: len(packed) // 2])
    result = produce(freshet, tmp_path / "torn.csv.gz")
    assert (
        result.returncode == 1
        and "torn.csv.gz ends early: its gzip data is cut off" in result.stderr.decode()
    )
    (tmp_path / "open.csv").write_text('id,name\n1,"unclosed\n2,x\n')
    result = produce(freshet, tmp_path / "open.csv")
    assert (
        result.returncode == 1 and "row 2 has a quote that does not end" in result.stderr.decode()
    )
    assert produce(freshet, "--format", "lines", tmp_path / "open.csv").returncode == 0


def test_a_file_of_progress_may_lie_in_the_working_directory(freshet, stream, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n2\n")
    result = produce(freshet, tmp_path / "rows.csv", "--resume", "progress", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "progress").exists()


def test_a_file_without_progress_is_refused(freshet, stream, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n")
    (tmp_path / "other").write_text("3 pigs\n")
    result = produce(freshet, tmp_path / "rows.csv", "--resume", tmp_path / "other")
    assert (
        result.returncode == 1
        and b"other is not a file of --resume: it does not say '12 rows acknowledged'"
        in result.stderr
    )
    assert rows_of(stream) == [] and (tmp_path / "other").read_text() == "3 pigs\n"


def test_progress_that_cannot_be_stored_is_reported_before_a_row_is_sent(freshet, stream, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n")
    for place, problem in [(tmp_path / "none" / "x", b"none/x"), (tmp_path, b"is a directory")]:
        result = produce(freshet, tmp_path / "rows.csv", "--resume", place)
        assert result.returncode == 1 and problem in result.stderr
    assert rows_of(stream) == []


def test_utf_16_is_refused_by_name(freshet, stream, tmp_path):
    for encoding in ("utf-16", "utf-16-be"):
        (tmp_path / "rows.csv").write_bytes(
            "\ufeff".encode("utf-16-be") * (encoding == "utf-16-be") + "a,b\n1,2\n".encode(encoding)
        )
        result = produce(freshet, tmp_path / "rows.csv")
        assert result.returncode == 1 and b"it is UTF-16" in result.stderr and rows_of(stream) == []
    assert produce(freshet, tmp_path / "rows.csv", "--format", "lines").returncode == 0


def test_a_key_by_number_names_how_many_columns_there_are(freshet, stream, tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    result = produce(freshet, tmp_path / "rows.csv", "--key", "3")
    assert result.returncode == 1 and b"no column '3'; it has 2 columns" in result.stderr


def test_bytes_after_gzip_data_are_not_dropped_silently(freshet, stream, tmp_path):
    packed = gzip.compress(b"id,name\n1,ann\n")
    (tmp_path / "mixed.csv.gz").write_bytes(packed + b"2,bob\n")
    result = produce(freshet, tmp_path / "mixed.csv.gz")
    assert (
        result.returncode == 1
        and f"its gzip data ends at byte {len(packed)}, but more bytes follow, which are not"
        in result.stderr.decode()
    )
    (tmp_path / "members.csv.gz").write_bytes(packed + gzip.compress(b"3,cid\n") + bytes(512))
    result = produce(freshet, tmp_path / "members.csv.gz")
    assert result.returncode == 0 and b"produce: 2 rows" in result.stderr, result.stderr
    (tmp_path / "plain.csv.gz").write_bytes(b"id,name\n4,dan\n")
    result = produce(freshet, tmp_path / "plain.csv.gz")
    assert (
        result.returncode == 0
        and "plain.csv.gz: it is not gzip, and is read as it is" in result.stderr.decode()
    )
    assert {"3,cid\n", "4,dan\n"} <= set(rows_of(stream))
    (tmp_path / "bad.csv.gz").write_bytes(packed[:12] + b"\xff" * 20)
    result = produce(freshet, tmp_path / "bad.csv.gz")
    assert result.returncode == 1 and result.stderr.decode().count("bad.csv.gz") == 1


def test_a_file_that_cannot_be_read_is_named_once_and_makes_no_stream(freshet, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n")
    (tmp_path / "orders.csv").write_text("customer,n\nann,1\n")
    for words, problem in [
        (
            [tmp_path / "rows.csv", tmp_path / "none.csv"],
            "none.csv cannot be opened: No such file or directory",
        ),
        ([tmp_path], f"{tmp_path} is a directory"),
        ([tmp_path / "orders.csv", "--key", "custmer"], "no column 'custmer'"),
    ]:
        result = subprocess.run(
            freshet.command(
                "produce", "--stream", "new", "--create", "--endpoint", freshet.endpoint, *words
            ),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (
            result.returncode == 1
            and problem in result.stderr
            and result.stderr.count(str(words[-1])) == 1
        ), result.stderr
    assert freshet.client("kinesis").list_streams()["StreamNames"] == []


def test_a_server_that_was_never_there_ends_the_run_at_once(freshet, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n")
    result = subprocess.run(
        freshet.command(
            "produce", tmp_path / "rows.csv", "--stream", "s", "--endpoint", "http://127.0.0.1:1"
        ),
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert result.returncode == 1 and "freshet: 127.0.0.1:1: Connection refused" in result.stderr


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_guess_of_what_is_left_counts_rows_that_were_sent(freshet, stream, tmp_path, pack):
    (tmp_path / "rows").write_bytes(
        pack(
            "".join(f"{i},a row of some length {i * 7919 % 10007}\n" for i in range(3000)).encode()
        )
    )
    result = produce(freshet, tmp_path / "rows", "--rate", "1000", "--header", "send")
    guesses = [
        (int(rows), int(left))
        for rows, left in re.findall(
            r"produce: (\d+) rows.*?, (\d+) s left", result.stderr.decode()
        )
    ]
    assert guesses and all(abs(rows / 1000 + left - 3) <= 1.3 for rows, left in guesses), (
        result.stderr
    )


def test_a_key_in_json_escapes_is_its_characters(freshet, stream, tmp_path):
    (tmp_path / "o.json").write_text('{"k": "\\ud83d\\ude00"}')
    assert produce(freshet, "--key", "k", tmp_path / "o.json").returncode == 0
    keys = {
        record["PartitionKey"]
        for shard in ("0", "1")
        for record in iter_records(
            stream,
            stream.get_shard_iterator(
                StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"],
        )
    }
    assert keys == {"\U0001f600"}


def test_tail_hints_at_aggregates(freshet, stream, tmp_path):
    (tmp_path / "rows.csv").write_text("n\n1\n2\n")
    assert produce(freshet, tmp_path / "rows.csv").returncode == 0
    tail = freshet.command(
        "tail", "s", "--endpoint", freshet.endpoint, "--from", "trim-horizon", "--to", "latest"
    )
    assert (
        subprocess.run(tail, capture_output=True, timeout=60).stderr.count(
            b"--deaggregate splits them"
        )
        == 1
    )
    assert subprocess.run([*tail, "--deaggregate"], capture_output=True, timeout=60).stderr == b""
