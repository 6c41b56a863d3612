"""Shards are split and merged and their count updated while the server is killed: nothing
acknowledged is lost, duplicated or reordered, the hash keys are covered, and the lineage is
complete.
"""

import random
import sys
import threading
import time

sys.path.insert(0, str(__import__("pathlib").Path(__file__).resolve().parent.parent / "api"))
from clients import reshard  # noqa: E402
from test_kinesis_shards import Reader, assert_whole, audit, open_ranges, shards_of  # noqa: E402
from test_kill9 import REFUSED, Writer, check, crash  # noqa: E402


class Resharder(threading.Thread):
    """Splits, merges and updates the shard count at random until stopped; the server may be down at
    any moment.
    """

    def __init__(self, kinesis, seed):
        super().__init__(daemon=True)
        self.kinesis, self.rng, self.stopping, self.done = kinesis, random.Random(seed), False, 0

    def run(self):
        while not self.stopping:
            try:
                self.step()
                self.done += 1
            except REFUSED:
                time.sleep(0.002)

    def step(self):
        reshard(self.kinesis, self.rng, open_max=12, count_max=6)


def test_reshards_under_kill9_lose_nothing(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)

    def putter(name):
        client = server.client("kinesis")
        return lambda n: client.put_record(StreamName="s", Data=b"%d" % n, PartitionKey=name)

    writers = {name: Writer(putter(name)) for name in "abc"}
    resharder = Resharder(server.client("kinesis"), rng.random())
    resharder.start()
    crash(server, list(writers.values()), kills, rng)
    server.until(lambda: resharder.done > 0)
    resharder.stopping = True
    resharder.join()
    shards = shards_of(kinesis, "s")
    audit(shards)
    assert_whole(open_ranges(kinesis, "s"))
    found = {name: [] for name in writers}
    last = {}
    for _, record in Reader(kinesis, "s").drain().records:
        key = record["PartitionKey"]
        found[key].append(int(record["Data"]))
        assert int(record["SequenceNumber"]) > last.get(key, 0)
        last[key] = int(record["SequenceNumber"])
    for name, writer in writers.items():
        check(found[name], writer)
