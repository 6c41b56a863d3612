"""Retention unlinks segments while the server dies: the newest part remains, whole."""

import pytest

from clients import AWAY
from deaths import SMALL, start
from test_kinesis_shards import Reader

HOUR = 3_600_000


def age(server):
    """Until the server has died of it: a pass of the retention that is in progress does not see the
    new time.
    """
    try:
        server.advance(25 * HOUR)
        server.until(lambda: server.process.poll() is not None, advance_ms=60_000)
    except (*AWAY, ValueError):
        pass


@pytest.mark.parametrize("death", ["kill", "cut"])
def test_what_retention_leaves_is_the_newest_part(make_freshet, rng, death):
    server = make_freshet()
    server.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    server.terminate()
    server.options = ["--failpoints", SMALL]
    server.start()
    kinesis, put = server.client("kinesis"), []

    def fill():
        for _ in range(40):
            put.append(b"%d " % len(put) + b"x" * 9000)
            kinesis.put_record(StreamName="s", Data=put[-1], PartitionKey="k")
        server.advance(1000)

    for _ in range(3):
        fill()
    for n in (1, 2):
        server.terminate()
        assert start(server, f"{SMALL},retention.unlink={death}@{n}")
        age(server)
        assert server.process.wait(timeout=20) == -9
        server.options = ["--failpoints", SMALL]
        server.start()
        fill()
        found = [record["Data"] for _, record in Reader(kinesis, "s").drain().records]
        assert found and found == put[-len(found) :]
        assert len(found) >= 40, "and what is not old stays"
    server.advance(25 * HOUR)
    server.until(lambda: len(Reader(kinesis, "s").drain().records) < 40, advance_ms=60_000)
