"""`freshet replay`: a range of one stream into another, at a speed, in the order of each key, with
nothing lost.
"""

import collections
import random
import subprocess
import time

import pytest

from test_kinesis_shards import Reader


@pytest.fixture
def kinesis(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="a", ShardCount=2)
    kinesis.create_stream(StreamName="b", ShardCount=3)
    return kinesis


def put_many(kinesis, count, keys=50, first=0):
    """Numbered records of `keys` keys."""
    for at in range(first, first + count, 500):
        numbers = range(at, min(at + 500, first + count))
        kinesis.put_records(
            StreamName="a",
            Records=[{"Data": b"%d" % i, "PartitionKey": f"key{i % keys}"} for i in numbers],
        )


def by_key(kinesis, stream):
    """What each key holds, in the order of its shards' lineage."""
    found = collections.defaultdict(list)
    for _, record in Reader(kinesis, stream).drain().records:
        found[record["PartitionKey"]].append(int(record["Data"]))
    return found


def replay(freshet, *arguments):
    return subprocess.run(
        freshet.command("replay", "a", "--to", "b", "--endpoint", freshet.endpoint, *arguments),
        capture_output=True,
        text=True,
        timeout=120,
    )


def done(freshet, *arguments):
    result = replay(freshet, *arguments)
    assert result.returncode == 0, result
    return result.stderr


def test_all_records_come_with_their_keys_in_order(freshet, kinesis):
    put_many(kinesis, 5000)
    told = done(freshet, "--speed", "max")
    assert (
        "replay: 5000 records, " in told
        and "the explicit hash keys that they were put with are not known" in told
    )
    assert (
        by_key(kinesis, "b")
        == by_key(kinesis, "a")
        == {f"key{i}": list(range(i, 5000, 50)) for i in range(50)}
    )


def test_data_is_kept_byte_by_byte_and_large_records_go_alone(freshet, kinesis):
    data = [bytes(range(256)), b"\0", *(bytes([i]) * 1_000_000 for i in range(6))]
    for i, one in enumerate(data):
        kinesis.put_record(StreamName="a", Data=one, PartitionKey=f"é{i}")
    done(freshet, "--speed", "max")
    found = {
        record["PartitionKey"]: record["Data"] for _, record in Reader(kinesis, "b").drain().records
    }
    assert found == {f"é{i}": one for i, one in enumerate(data)}


def test_a_range_has_its_beginning_and_not_its_end(freshet, kinesis):
    for minute in range(5):
        put_many(kinesis, 10, first=100 * minute)
        freshet.advance(60_000)
    done(
        freshet,
        "--speed",
        "max",
        "--from",
        "2026-01-01T00:01:00Z",
        "--until",
        "2026-01-01T00:03:00Z",
    )
    assert sorted(sum(by_key(kinesis, "b").values(), [])) == [*range(100, 110), *range(200, 210)]


def test_a_shard_without_a_record_of_the_range_holds_up_no_other(freshet, kinesis):
    """Its first page is after the range, and it has more pages."""
    kinesis.put_records(
        StreamName="a",
        Records=[
            {"Data": b"%d" % i, "PartitionKey": "k", "ExplicitHashKey": "0"} for i in range(5)
        ],
    )
    freshet.advance(60_000)
    for _ in range(3):
        kinesis.put_records(
            StreamName="a",
            Records=[{"Data": b"9", "PartitionKey": "k", "ExplicitHashKey": str(2**127)}] * 500,
        )
    done(freshet, "--speed", "1000", "--until", "2026-01-01T00:00:30Z")
    assert by_key(kinesis, "b") == {"k": [0, 1, 2, 3, 4]}


def test_a_very_low_speed_waits(freshet, kinesis):
    for i in range(2):
        put_many(kinesis, 1, first=i)
        freshet.advance(1000)
    run = subprocess.Popen(
        freshet.command(
            "replay", "a", "--to", "b", "--endpoint", freshet.endpoint, "--speed", "1e-300"
        ),
        stderr=subprocess.DEVNULL,
    )
    try:
        freshet.until(lambda: sum(by_key(kinesis, "b").values(), []) == [0])
        assert run.poll() is None
    finally:
        run.kill()
        run.wait()


def test_records_come_as_they_came_so_many_times_faster(freshet, kinesis, make_freshet, tmp_path):
    """Four minutes between the first and the last record, from another server to one whose clock
    runs.
    """
    (tmp_path / "other").mkdir()
    other = make_freshet(directory=tmp_path / "other", clock="system")
    target = other.client("kinesis")
    target.create_stream(StreamName="b", ShardCount=1)
    freshet.advance(3_600_000)  # nothing is waited for before the first record
    for i in range(5):
        kinesis.put_record(StreamName="a", Data=b"%d" % i, PartitionKey=f"{i}")
        freshet.advance(60_000)
    told = done(freshet, "--speed", "120", "--to-endpoint", other.endpoint)
    records = [record for _, record in Reader(target, "b").drain().records]
    assert [record["Data"] for record in records] == [b"%d" % i for i in range(5)], told
    times = [record["ApproximateArrivalTimestamp"].timestamp() for record in records]
    for i, came in enumerate(times):
        assert came - times[0] >= 0.5 * i - 0.2, (
            times
        )  # not sooner; later where the machine is slow
    assert times[-1] - times[0] < 20 and "reached 2026-01-01T01:04:00" in told


def test_a_key_keeps_its_order_over_reshards(freshet, kinesis):
    for i, count in enumerate((4, 3, 6, 1)):
        put_many(kinesis, 300, keys=7, first=300 * i)
        kinesis.update_shard_count(
            StreamName="a", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
    put_many(kinesis, 300, keys=7, first=1200)
    done(freshet, "--speed", "max")
    assert by_key(kinesis, "b") == {f"key{i}": list(range(i, 1500, 7)) for i in range(7)}


def test_refused_entries_are_sent_again_and_overtake_nothing(
    make_freshet, freshet, kinesis, tmp_path
):
    (tmp_path / "other").mkdir()
    other = make_freshet(directory=tmp_path / "other", clock="system", config="limits: aws\n")
    target = other.client("kinesis")
    target.create_stream(StreamName="b", ShardCount=1)
    sizes = random.Random(3)
    for i in range(
        40
    ):  # 4 MB of unequal records: a small one would pass where a large one was refused
        kinesis.put_records(
            StreamName="a",
            Records=[
                {
                    "Data": b"%05d" % (i * 10 + k) + b"." * sizes.choice((10, 30_000)),
                    "PartitionKey": f"key{k % 5}",
                }
                for k in range(10)
            ],
        )
    told = done(freshet, "--speed", "max", "--to-endpoint", other.endpoint)
    assert int(told.split(" retries")[0].split(", ")[-1]) > 0, told
    found = collections.defaultdict(list)
    for _, record in PatientReader(target, "b"):
        found[record["PartitionKey"]].append(int(record["Data"][:5]))
    assert {key: sorted(numbers) for key, numbers in found.items()} == found and sum(
        map(len, found.values())
    ) == 400


def watch(kinesis, stream):
    """Returns a function that says whether anything was put since."""
    iterators = [
        kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]
    ]
    return lambda: any(
        kinesis.get_records(ShardIterator=iterator, Limit=1)["Records"] for iterator in iterators
    )


class PatientReader:
    """Reads where GetRecords is throttled."""

    def __init__(self, kinesis, stream):
        self.kinesis, self.stream = kinesis, stream

    def __iter__(self):
        iterator = self.kinesis.get_shard_iterator(
            StreamName=self.stream, ShardId="0", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while True:
            try:
                answer = self.kinesis.get_records(ShardIterator=iterator)
            except self.kinesis.exceptions.ProvisionedThroughputExceededException:
                time.sleep(0.2)
                continue
            yield from ((0, record) for record in answer["Records"])
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                return


def test_a_killed_run_continues_and_loses_nothing(freshet, kinesis, tmp_path):
    """Each run is killed once some of its records have arrived, however fast the machine; a run
    that ended before that does not count as killed.
    """
    rng, position = random.Random(11), tmp_path / "position"
    put_many(kinesis, 10_000, keys=20)
    kinesis.update_shard_count(StreamName="a", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    count, kills = 10_000, 0
    while kills < 6 and count < 100_000:
        put_many(kinesis, 2_000, keys=20, first=count)
        count += 2_000
        has_come = watch(kinesis, "b")
        run = subprocess.Popen(
            freshet.command(
                "replay",
                "a",
                "--to",
                "b",
                "--endpoint",
                freshet.endpoint,
                "--speed",
                "max",
                "--resume",
                position,
            ),
            stderr=subprocess.DEVNULL,
        )
        freshet.until(lambda: has_come() or run.poll() is not None)
        time.sleep(rng.uniform(0, 0.03))
        kills += run.poll() is None
        run.kill()
        run.wait()
    assert kills == 6
    done(freshet, "--speed", "max", "--resume", position)
    for key, numbers in by_key(kinesis, "b").items():
        first_times = list(dict.fromkeys(numbers))  # some may come twice
        assert first_times == list(range(int(key[3:]), count, 20)), key
    again = done(freshet, "--speed", "max", "--resume", position)
    assert "replay: 0 records" in again
    put_many(kinesis, 40, first=count)
    assert "replay: 40 records" in done(freshet, "--speed", "max", "--resume", position)


def test_a_later_run_begins_where_the_first_one_did(freshet, kinesis, tmp_path):
    """ "An hour ago" is a later time when the run continues; records that the first run did not
    reach are not skipped.
    """
    position = tmp_path / "position"
    put_many(kinesis, 100)
    done(
        freshet,
        "--speed",
        "max",
        "--from",
        "2025-12-31T23:00:00Z",
        "--until",
        "2025-12-31T23:30:00Z",
        "--resume",
        position,
    )
    assert "from 2025-12-31T23:00:00.000Z\n" in position.read_text()
    freshet.advance(60_000)
    assert "replay: 100 records" in done(
        freshet, "--speed", "max", "--from", "2026-01-01T00:00:30Z", "--resume", position
    )


def test_follow_continues_with_new_records(freshet, kinesis):
    put_many(kinesis, 10)
    run = subprocess.Popen(
        freshet.command("replay", "a", "--to", "b", "--endpoint", freshet.endpoint, "--follow"),
        stderr=subprocess.DEVNULL,
    )
    try:
        freshet.until(lambda: len(Reader(kinesis, "b").drain().records) == 10)
        kinesis.split_shard(StreamName="a", ShardToSplit="0", NewStartingHashKey="1000")
        put_many(kinesis, 10, first=10)
        freshet.until(lambda: len(Reader(kinesis, "b").drain().records) == 20)
        assert run.poll() is None
    finally:
        run.kill()
        run.wait()


def test_what_cannot_be_done_is_reported(freshet, kinesis, tmp_path):
    put_many(kinesis, 5)
    for arguments, words in {
        ("--speed", "fast"): "--speed fast is not a number above 0, or max",
        ("--speed", "0"): "--speed 0 is not",
        ("--speed", "nan"): "--speed nan is not",
        ("--from", "x"): "--from x is not",
        ("--until", "trim-horizon"): "--until trim-horizon",
        ("--from", "1h", "--until", "2h"): "--until 2h is before --from 1h",
        ("--to", "none"): "none: ResourceNotFoundException: Stream none under account",
        ("--to", "a"): "a stream replayed into itself needs an --until that is past",
        ("--from", "latest", "--resume", tmp_path / "p"): "--resume needs a --from that stays",
    }.items():
        result = (
            replay(freshet, *arguments)
            if "--to" not in arguments
            else subprocess.run(
                freshet.command("replay", "a", *arguments, "--endpoint", freshet.endpoint),
                capture_output=True,
                text=True,
                timeout=60,
            )
        )
        assert result.returncode == (1 if "none" in arguments else 2) and words in result.stderr, (
            result
        )
    position = tmp_path / "position"
    position.write_text("300 rows acknowledged\n")
    assert (
        "not the position of a replay: '300 rows acknowledged'"
        in replay(freshet, "--resume", position).stderr
    )
    position.unlink()
    done(freshet, "--speed", "max", "--resume", position)
    kinesis.create_stream(StreamName="c", ShardCount=1)
    other = subprocess.run(
        freshet.command(
            "replay", "a", "--to", "c", "--endpoint", freshet.endpoint, "--resume", position
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert other.returncode == 1 and "is of a replay of arn:aws:kinesis" in other.stderr
    assert by_key(kinesis, "c") == {}
