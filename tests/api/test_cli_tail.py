"""`freshet tail` with filters, ranges of time and chosen shards, over splits and merges."""

import select
import subprocess

import pytest
from aws_kinesis_agg import aggregator


@pytest.fixture
def kinesis(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    return kinesis


def put(kinesis, data, key="k", shard=None):
    explicit = {} if shard is None else {"ExplicitHashKey": str(shard << 127)}
    kinesis.put_record(
        StreamName="s",
        Data=data.encode() if isinstance(data, str) else data,
        PartitionKey=key,
        **explicit,
    )


def tail(freshet, *arguments):
    return subprocess.run(
        freshet.command("tail", "s", "--endpoint", freshet.endpoint, *arguments),
        capture_output=True,
        text=True,
        timeout=60,
    )


def lines(freshet, *arguments):
    """What a tail over all present records prints."""
    result = tail(freshet, "--from", "trim-horizon", "--to", "latest", *arguments)
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout.splitlines()


def test_records_are_chosen_by_key_text_and_expression(freshet, kinesis):
    for key, data in (
        ("a", "GET /index 200"),
        ("b", "GET /missing 404"),
        ("a", "PUT /index 500"),
        ("a", "GET /other 404"),
    ):
        put(kinesis, data, key, shard=0)
    assert len(lines(freshet)) == 4
    assert lines(freshet, "--key", "b") == ["GET /missing 404"]
    assert lines(freshet, "--contains", "/index") == ["GET /index 200", "PUT /index 500"]
    assert lines(freshet, "--regex", "^GET .* 4\\d\\d$") == ["GET /missing 404", "GET /other 404"]
    assert lines(freshet, "--regex", " 404$", "--key", "a", "--contains", "other") == [
        "GET /other 404"
    ]
    assert lines(freshet, "--contains", "GET", "--count", "2") == [
        "GET /index 200",
        "GET /missing 404",
    ]
    assert lines(freshet, "--key", "nobody") == []


def test_user_records_of_aggregates_are_chosen_one_by_one(freshet, kinesis):
    made = aggregator.RecordAggregator()
    for i in range(6):
        made.add_user_record(f"key{i % 2}", f"row {i}".encode())
    put(kinesis, made.clear_and_get().get_contents()[2], "key0")
    assert lines(freshet, "--deaggregate", "--key", "key1") == ["row 1", "row 3", "row 5"]
    assert lines(freshet, "--deaggregate", "--regex", "[45]") == ["row 4", "row 5"]


def test_a_range_of_time_has_its_beginning_and_not_its_end(freshet, kinesis):
    for minute in range(5):
        put(kinesis, f"minute {minute}", shard=minute % 2)
        freshet.advance(60_000)

    def between(*arguments):
        result = tail(freshet, *arguments)
        assert (result.returncode, result.stderr) == (0, ""), result
        return sorted(result.stdout.splitlines())

    assert between("--from", "2026-01-01T00:01:00Z", "--to", "2026-01-01T00:03:00Z") == [
        "minute 1",
        "minute 2",
    ]
    assert between("--from", "2026-01-01T01:01:00+01:00", "--to", "2026-01-01T00:01:00.001Z") == [
        "minute 1"
    ]
    assert between("--from", "trim-horizon", "--to", "2026-01-01T00:02:00Z") == [
        "minute 0",
        "minute 1",
    ]
    assert between("--from", "2025-12-31T00:00:00Z", "--to", "now") == [
        f"minute {i}" for i in range(5)
    ]


def test_a_time_ago_is_counted_from_now(make_freshet):
    freshet = make_freshet(clock="system")
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    put(kinesis, "new")
    for arguments, found in {
        ("--from", "15m", "--to", "now"): "new\n",
        ("--from", "trim-horizon", "--to", "15m"): "",
    }.items():
        assert tail(freshet, *arguments).stdout == found


def test_shards_are_chosen_by_number_or_id(freshet, kinesis):
    for shard in (0, 1):
        put(kinesis, f"in {shard}", shard=shard)
    assert lines(freshet, "--shard", "1") == ["in 1"]
    assert lines(freshet, "--shard", "shardId-000000000000") == ["in 0"]
    assert sorted(lines(freshet, "--shard", "0", "--shard", "1")) == ["in 0", "in 1"]
    kinesis.merge_shards(StreamName="s", ShardToMerge="0", AdjacentShardToMerge="1")
    put(kinesis, "in 2")
    assert lines(freshet, "--shard", "2") == ["in 2"] and lines(freshet, "--shard", "1") == [
        "in 1"
    ]  # its child is not asked for
    assert lines(freshet, "--shard", "2", "--shard", "0") == ["in 0", "in 2"]


def number_over_reshards(kinesis, first=0):
    """Numbered records of one key, with a split or a merge after each; the key moves from shard to
    shard.
    """
    number = first
    for count in (4, 3, 6, 1, 5, 2):
        put(kinesis, f"{number}")
        put(kinesis, f"{number + 1}")
        number += 2
        kinesis.update_shard_count(
            StreamName="s", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
    put(kinesis, f"{number}")
    return number + 1


def test_children_come_after_their_parents(freshet, kinesis):
    count = number_over_reshards(kinesis)
    assert lines(freshet) == [f"{i}" for i in range(count)]
    result = tail(freshet, "--from", "2025-01-01T00:00:00Z", "--to", "now")
    assert result.stdout.splitlines() == [f"{i}" for i in range(count)]


def test_a_tail_that_runs_follows_splits_and_merges(freshet, kinesis):
    running = subprocess.Popen(
        freshet.command("tail", "s", "--endpoint", freshet.endpoint, "--count", "500"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        put_until_seen(freshet, kinesis, running)
        kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey=str(1 << 126))
        count = number_over_reshards(kinesis, first=1000)
        numbers = []
        while numbers[-1:] != [count - 1]:
            line = running.stdout.readline()
            assert line, numbers
            numbers += [int(line)] if int(line) >= 1000 else []
        assert numbers == list(range(1000, count))
    finally:
        running.kill()
        running.wait()


def put_until_seen(freshet, kinesis, running):
    """Puts numbers below 1000 until the tail prints one: then it has reached the latest record."""
    numbers = iter(range(7))

    def seen():
        number = next(numbers, None)
        if number is not None:
            put(kinesis, f"{number}")
        return select.select([running.stdout], [], [], 0.3)[0]

    freshet.until(seen, tries=50)


def test_impossible_requests_are_refused(freshet, kinesis):
    for arguments, words in {
        ("--from", "yesterday"): "--from yesterday is not a time",
        ("--to", "trim-horizon"): "--to trim-horizon is not",
        ("--from", "1h", "--to", "2h"): "--to 2h is before --from 1h",
        ("--regex", "a(b"): "the regular expression 'a(b' cannot be read",
        ("--shard", "7"): "stream s has no shard 7",
    }.items():
        result = tail(freshet, *arguments)
        assert (
            result.returncode == (1 if "--shard" in arguments else 2) and words in result.stderr
        ), result
    missing = subprocess.run(
        freshet.command("tail", "none", "--endpoint", freshet.endpoint),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert missing.returncode == 1 and "Stream none under account" in missing.stderr


def test_an_expired_iterator_is_renewed(make_freshet):
    """More than five minutes pass between two reads of a shard: nothing is lost, nothing is printed
    twice.
    """
    freshet = make_freshet()
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    put(kinesis, "0")
    running = subprocess.Popen(
        freshet.command(
            "tail", "s", "--endpoint", freshet.endpoint, "--from", "trim-horizon", "--count", "40"
        ),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout.readline() == "0\n"
        for number in range(1, 40):
            freshet.advance(301_000)
            put(kinesis, f"{number}")
        assert running.stdout.read().split() == [f"{number}" for number in range(1, 40)]
    finally:
        running.kill()
        running.wait()
