"""Flink's Kinesis consumer, polling and with enhanced fan-out: each record arrives once, during a
split and a merge.
"""

import subprocess
import threading
import time

import pytest

pytestmark = pytest.mark.heavy
OPENED = [
    f"--add-opens=java.base/java.{package}=ALL-UNNAMED"
    for package in ("util", "lang", "time", "nio")
]


@pytest.mark.parametrize("way", ["fan-out", "polling"])
def test_each_record_once_while_the_stream_is_resharded(system_freshet, java, tmp_path, way):
    kinesis = system_freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    put = 0

    def more(count):
        nonlocal put
        for at in range(put, put + count, 100):
            kinesis.put_records(
                StreamName="s",
                Records=[
                    {"Data": str(i).encode(), "PartitionKey": f"key-{i}"}
                    for i in range(at, at + 100)
                ],
            )
        put += count

    more(500)
    seen = []
    with open(tmp_path / "complaints", "w") as complaints:
        flink = subprocess.Popen(
            [*java("flink", "Flink", *OPENED), system_freshet.endpoint, "s", way],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
    threading.Thread(
        target=lambda: [seen.append(line.split()) for line in flink.stdout], daemon=True
    ).start()

    def until(count):
        end = time.monotonic() + 180
        while len(seen) < count:
            assert time.monotonic() < end and flink.poll() is None, (
                len(seen),
                put,
                (tmp_path / "complaints").read_text()[-5000:],
            )
            time.sleep(0.1)

    try:
        until(1)  # it runs
        more(500)
        kinesis.split_shard(
            StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126)
        )
        more(500)
        kinesis.merge_shards(
            StreamName="s",
            ShardToMerge="shardId-000000000003",
            AdjacentShardToMerge="shardId-000000000001",
        )
        more(500)
        until(put)
        time.sleep(3)  # for duplicates to show
    finally:
        flink.kill()
        flink.wait()
    numbers = [int(line[-1]) for line in seen]
    assert sorted(numbers) == list(range(put))
    assert len({line[-2] for line in seen}) == put and len({line[-3] for line in seen}) == 5
