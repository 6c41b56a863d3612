"""Streams under real clients while the server dies repeatedly: killed, without power, or with a
disk that fails. Nothing acknowledged is lost, duplicated or reordered, nothing is invented, and no
reader sees what a restart takes away.
"""

import shutil
import subprocess
import sys

import pytest

from clients import Boto3Reader, Boto3Writer, CborWriter, FanOutReader, Resharder, foreign_clients
from deaths import IoFault, Labelled, PowerCut, Unmounted
from history import History
from test_kinesis_shards import Reader, assert_whole, audit, open_ranges, shards_of


ROUND = (
    50  # kills that one stream lives through; a night has many rounds, each from an empty directory
)


def rounds(kills):
    return [min(ROUND, kills - done) for done in range(0, kills, ROUND)]


def live_through(server, death, kills, rng):
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    history = History()
    clients = [
        Boto3Writer(server, history, "alice"),
        Boto3Writer(server, history, "bob"),
        CborWriter(server, history, "carol"),
        Boto3Reader(server, history, "reader", rng.random()),
        FanOutReader(server, history, "listener", rng.random()),
        Resharder(server, rng.random()),
    ]
    clients += foreign_clients(server, history)
    server.terminate()
    for client in clients:
        client.start()
    for _ in range(kills):
        death.strike(server)
    death.finish(server)
    # However short the run was: everyone took part.
    names = {client.name for client in clients} - {"resharder"}
    server.until(lambda: names <= history.present())
    for client in clients:
        client.stopping = True
    for client in clients:
        client.end()
    print(f"{death.tried} deaths, at {death.reached}; {history.counts()}", file=sys.stderr)
    verify(server, history)
    return history


def verify(server, history):
    kinesis = server.client("kinesis")
    for _ in range(2):  # the second time from what it left
        shards = shards_of(kinesis, "s")
        audit(shards)
        assert_whole(open_ranges(kinesis, "s"))
        final = [
            (shard, int(record["SequenceNumber"]), record["Data"])
            for shard, record in Reader(kinesis, "s").drain().records
        ]
        history.check(final)
        server.restart()
    assert history.counts()["acknowledged"] and history.counts()["seen"], (
        "nothing happened between the deaths"
    )


@pytest.mark.parametrize("death", [Labelled, PowerCut, IoFault])
def test_one_history_explains_all_that_clients_saw(
    tmp_path, make_freshet, stream_kills, rng, death
):
    for number, kills in enumerate(rounds(stream_kills)):
        place = tmp_path / str(number)
        place.mkdir()
        server = make_freshet(clock="system", directory=place)
        live_through(server, death(rng), kills, rng)
        server.close()
        shutil.rmtree(place)


def test_one_history_explains_all_over_a_file_system_that_is_cut_off(
    tmp_path, make_freshet, stream_kills, rng
):
    for number, kills in enumerate(rounds(stream_kills)):
        over_ext4(tmp_path / str(number), make_freshet, kills, rng)


def over_ext4(root, make_freshet, kills, rng):
    place, image = root / "ext4", root / "image"
    place.mkdir(parents=True)
    reason = Unmounted.why_not(place, image)
    if reason:
        pytest.skip(f"no power cuts of a real file system here: {reason}")
    try:
        server = make_freshet(clock="system", directory=place)
        server.log.close()  # the server's own words are not to go with the file system
        server.log = open(root / "server.log", "ab")
        server.server_log = lambda: (root / "server.log").read_text(errors="replace")
        live_through(server, Unmounted(rng, place, image), kills, rng)
        server.close()
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    shutil.rmtree(root)
