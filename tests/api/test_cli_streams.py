"""`freshet streams` as a user runs it: without a terminal, so in 80 columns."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios

import pytest


@pytest.fixture
def kinesis(freshet):
    return freshet.client("kinesis")


def streams(freshet, *arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run(
        freshet.command("streams", *arguments, "--endpoint", freshet.endpoint), **options
    )


def told(freshet, *arguments):
    result = streams(freshet, *arguments)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert max(map(len, result.stdout.splitlines())) <= 80, result.stdout
    return result.stdout


def refused(freshet, *arguments, status=1):
    result = streams(freshet, *arguments)
    assert result.returncode == status, result
    return result.stderr


def bar(text, name="open"):
    """The lines of the picture that begin with `name`."""
    return [line for line in text.splitlines() if line.startswith(name + " ")]


def open_shards(kinesis):
    shards = kinesis.list_shards(StreamName="s")["Shards"]
    return {
        int(one["ShardId"][-12:]): int(one["HashKeyRange"]["StartingHashKey"])
        for one in shards
        if "EndingSequenceNumber" not in one["SequenceNumberRange"]
    }


def test_every_stream_is_listed_over_all_pages(freshet, kinesis):
    for i in range(120):
        kinesis.create_stream(StreamName=f"s{i:03}", ShardCount=1 + i % 3)
    kinesis.create_stream(StreamName="t", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.increase_stream_retention_period(StreamName="t", RetentionPeriodHours=30)
    lines = told(freshet, "list").splitlines()
    assert lines[0].split() == [
        "name",
        "mode",
        "status",
        "open",
        "shards",
        "retention",
        "consumers",
    ]
    assert [line.split()[0] for line in lines[1:]] == [f"s{i:03}" for i in range(120)] + ["t"]
    assert lines[3].split() == ["s002", "PROVISIONED", "ACTIVE", "3", "1", "d", "0"]
    assert lines[-1].split() == ["t", "ON_DEMAND", "ACTIVE", "4", "30", "h", "0"]
    listed = json.loads(told_json(freshet, "list"))["Streams"]
    assert [one["StreamDescriptionSummary"]["StreamName"] for one in listed] == [
        line.split()[0] for line in lines[1:]
    ]
    assert listed[-1]["StreamDescriptionSummary"]["OpenShardCount"] == 4


def told_json(freshet, *arguments):
    result = streams(freshet, *arguments, "--json")
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


def test_no_streams_are_an_empty_table(freshet):
    assert told(freshet, "list").splitlines() == [
        "name  mode  status  open shards  retention  consumers"
    ]
    assert json.loads(told_json(freshet, "list")) == {"Streams": []}


def test_a_stream_is_described_with_its_ring_lineage_and_consumers(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=4)
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey=str(1 << 125))
    kinesis.merge_shards(StreamName="s", ShardToMerge="2", AdjacentShardToMerge="3")
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")
    kinesis.enable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["IncomingBytes"])
    text = told(freshet, "describe", "s")
    assert bar(text) == [
        "open    |4 12.50%|5 12.50%|1 25.00%         |6 50.00%                          |"
    ]
    assert bar(text, "closed") == [
        "closed  :.......0........:                  :.......2.......::.......3........:"
    ]
    assert "shards      4 open, 3 closed" in text
    assert "metrics     IncomingBytes" in text and arn in text
    table = {
        line.split()[0]: line.split() for line in text.splitlines() if line[:6].strip().isdigit()
    }
    assert table["0"] == ["0", "25.00%", "0", "closed", "4,5"]
    assert table["5"] == ["5", "12.50%", str(1 << 125), "open", "0"]
    assert table["6"] == ["6", "50.00%", str(1 << 127), "open", "2+3"]
    assert text.splitlines()[-1].split()[:2] == ["reader", "ACTIVE"]
    answer = json.loads(told_json(freshet, "describe", "s"))
    assert sorted(answer) == ["Consumers", "Shards", "StreamDescriptionSummary"]
    assert [one["ShardId"][-2:] for one in answer["Shards"]] == [f"{i:02}" for i in range(7)]
    assert answer["Shards"][6]["AdjacentParentShardId"].endswith("3")


def test_a_ring_of_many_shards_still_fits(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=3000)
    kinesis.merge_shards(StreamName="s", ShardToMerge="2000", AdjacentShardToMerge="2001")
    text = told(freshet, "describe", "s")  # ListShards has pages of 1,000
    assert "2999 open, 2 closed" in text and bar(text)[0].count("+") > 60
    assert "2000+2001" in text


def test_the_picture_is_as_wide_as_the_terminal(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    result = streams(freshet, "describe", "s", capture_output=False, stdout=theirs, text=False)
    os.close(theirs)
    assert result.returncode == 0
    (line,) = bar(os.read(ours, 65536).decode().replace("\r", ""))
    os.close(ours)
    assert len(line) == 120 and line.endswith("|")


def test_a_shard_is_split_in_half_or_at_a_given_key(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    text = told(freshet, "split", "s", "0", "--wait")
    before, after = bar(text)
    assert (
        "0 100.00%" in before
        and "|1 50.00%" in after
        and "|2 50.00%" in after
        and "split shard 0 at " in text
    )
    assert open_shards(kinesis) == {1: 0, 2: 1 << 127}
    told(freshet, "split", "s", "shardId-000000000001", "--at", "1000")
    told(freshet, "split", "s", "2", "--at", "0xC0000000000000000000000000000000")
    assert open_shards(kinesis) == {3: 0, 4: 1000, 5: 1 << 127, 6: 3 << 126}


def test_neighbours_are_merged(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=4)
    assert "merged shards 0 and 1" in told(freshet, "merge", "s", "0")
    text = told(freshet, "merge", "s", "3", "2", "--wait")
    assert open_shards(kinesis) == {4: 0, 5: 1 << 127}
    assert "|4 50.00%" in bar(text)[1] and ":.......2" in bar(text, "closed")[-1]


def test_what_cannot_be_done_is_refused_and_changes_nothing(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=4)
    told(freshet, "split", "s", "0")
    before = open_shards(kinesis)
    assert "ResourceNotFoundException: Stream none under account" in refused(
        freshet, "describe", "none"
    )
    assert "stream s has no shard 9; open are 4, 5, 1, 2, 3" in refused(freshet, "split", "s", "9")
    assert "shard 0 of stream s is closed" in refused(freshet, "split", "s", "0")
    assert "--at 5 is not inside shard 3" in refused(freshet, "split", "s", "3", "--at", "5")
    assert "--at: x is not a number, nor 0x and hexadecimal" in refused(
        freshet, "split", "s", "3", "--at", "x", status=2
    )
    assert "shard 3 ends the ring and has no right-hand neighbour" in refused(
        freshet, "merge", "s", "3"
    )
    assert "shards 1 and 3 are not neighbours" in refused(freshet, "merge", "s", "1", "3")
    assert "cannot be merged with itself" in refused(freshet, "merge", "s", "1", "1")
    assert open_shards(kinesis) == before


def test_a_stream_that_is_changing_shows_it(make_freshet):
    freshet = make_freshet(config="streams: {updating_ms: 60000, creating_ms: 1000}\n")
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    text = told(freshet, "describe", "s")
    assert "status      CREATING" in text and "no shards yet" in text
    freshet.advance(1000)
    assert "stream s is UPDATING: --wait waits for the end of it" in told(
        freshet, "split", "s", "0"
    )
    assert "ResourceInUseException" in refused(freshet, "split", "s", "1")
    waiting = subprocess.Popen(
        freshet.command("streams", "split", "s", "1", "--wait", "--endpoint", freshet.endpoint),
        stdout=subprocess.PIPE,
        text=True,
    )
    freshet.until(lambda: waiting.poll() is not None, advance_ms=10_000)
    assert waiting.returncode == 0 and len(bar(waiting.communicate()[0])) == 2
