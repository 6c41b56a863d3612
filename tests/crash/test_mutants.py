"""Mutants: servers with a deliberate fault. A harness that does not detect one is broken. The
clients and the checker are those of test_history.py; the only difference is a disk that errs
(src/log/mutants.h), or a retry that the server takes twice.
"""

import signal
import subprocess

import pytest

from clients import AWAY, Boto3Reader, Boto3Writer
from deaths import SMALL, start, wait_for_death
from history import Broken, History, payload
from test_kinesis_shards import Reader

MUTANTS = {
    "acknowledges before the sync": ("lost", "mutant.ack_before_sync=on@1+,log.before_ack=cut@{n}"),
    "shows readers what is not synced": (
        "taken back",
        "mutant.read_before_sync=on@1+,log.before_ack=stall@1+,log.before_ack=cut@{n}",
    ),
    "tries a failed sync again": (
        "lost",
        "mutant.retry_sync=on@1+,disk.sync(.journal)=eio@{n},log.before_ack=cut@{next}",
    ),
    "leaves names unsynced": (
        "lost",
        "log.journal_segment_bytes=3000,mutant.skip_directory_sync=on@1+,log.before_ack=cut@{n}",
    ),
    "takes a retry twice": ("doubled", "log.before_ack=kill@100"),
}


class Retrier(Boto3Writer):
    """Sends its first put twice, and the server takes both: that is what a server makes of a retry
    when it has forgotten the token.
    """

    def step(self):
        super().step()
        if self.number == 1:
            self.kinesis.put_record(
                StreamName="s", Data=payload(self.name, 1), PartitionKey=self.name
            )


def live_through_one(server, spec, writer=Boto3Writer):
    history = History()
    clients = [
        writer(server, history, "alice"),
        Boto3Writer(server, history, "bob"),
        Boto3Reader(server, history, "reader", 1),
    ]
    server.terminate()
    start(server, spec)
    for client in clients:
        client.start()
    wait_for_death(server, 10)
    for client in clients:
        client.stopping = True
    for client in clients:
        client.end()
    return history


def final_of(server):
    return [
        (shard, int(record["SequenceNumber"]), record["Data"])
        for shard, record in Reader(server.client("kinesis"), "s").drain().records
    ]


def judge(server, history):
    """What the checker reports, or the server's error when it refuses to start."""
    server.options = []
    try:
        server.start()
    except AssertionError as refused:
        assert any(word in str(refused) for word in ("lost", "damaged", "is older than meta.db"))
        return f"lost: {refused}"
    try:
        history.check(final_of(server))
    except Broken as broken:
        return str(broken)
    return ""


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_checker_catches(make_freshet, tmp_path, mutant):
    expected, spec = MUTANTS[mutant]
    verdicts = []
    for n in range(20, 26):
        place = tmp_path / str(n)
        place.mkdir()
        server = make_freshet(clock="system", directory=place)
        server.client("kinesis").create_stream(StreamName="s", ShardCount=2)
        writer = Retrier if mutant == "takes a retry twice" else Boto3Writer
        history = live_through_one(server, spec.format(n=n, next=n + 1), writer)
        verdicts.append(judge(server, history))
        if verdicts[-1].startswith(expected):
            return
    raise AssertionError(f"the server that {mutant} passed: {verdicts}")


def test_without_a_mutant_the_checker_passes(make_freshet, tmp_path):
    server = make_freshet(clock="system")
    server.client("kinesis").create_stream(StreamName="s", ShardCount=2)
    history = live_through_one(server, "log.before_ack=cut@40")
    assert judge(server, history) == ""
    assert history.counts()["acknowledged"] and history.counts()["seen"]


@pytest.mark.parametrize("skips", [False, True])
def test_a_byte_that_changed_on_the_disk_is_refused_and_never_served(make_freshet, skips):
    """... unless the server skips its checksums; then the checker detects it."""
    server = make_freshet(clock="system")
    server.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    history = live_through_one(server, SMALL + ",log.before_ack=kill@150")
    segments = sorted((server.directory / "data/log/partitions").glob("*/*.segment"))
    assert len(segments) > 1
    content = bytearray(segments[0].read_bytes())
    content[-5] ^= 4  # in the last record's data
    segments[0].write_bytes(content)
    assert start(server, SMALL + (",mutant.skip_checksum=on@1+" if skips else ""))
    try:
        history.check(final_of(server))
        verdict = ""
    except Broken as broken:
        verdict = str(broken)
    except AWAY as refused:
        verdict = f"refused: {refused}"
    assert verdict.startswith("changed" if skips else "refused"), verdict
    assert server.process.poll() is None
    if not skips:
        assert "is damaged at byte" in verdict or "is damaged at byte" in server.server_log()


def test_a_failed_sync_ends_the_server_and_acknowledges_nothing(make_freshet):
    server = make_freshet(clock="system")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    server.terminate()
    start(server, "disk.sync(.journal)=eio@5")
    acknowledged = []
    with pytest.raises(AWAY):
        for number in range(9):
            acknowledged.append(
                kinesis.put_record(StreamName="s", Data=b"%d" % number, PartitionKey="k")[
                    "SequenceNumber"
                ]
            )
    assert len(acknowledged) == 4 and server.process.wait(timeout=20) == -signal.SIGABRT
    assert "fsync failed, stopping" in server.server_log()
    server.options = []
    server.start()
    assert [str(sequence) for _, sequence, _ in final_of(server)][:4] == acknowledged


def test_mutants_cannot_be_armed_by_accident(freshet, tmp_path):
    """Only by an option that no help text has, with a label that exists; and then the log warns."""

    def serve(*options, **environment):
        return subprocess.run(
            freshet.command("serve", "--data", tmp_path / "other", *options),
            capture_output=True,
            text=True,
            timeout=30,
            env={**freshet.environment(), **environment},
        )

    assert "failpoint" not in serve("--help").stdout
    for wrong in (
        "mutant.ack_befor_sync=on",
        "mutant.ack_before_sync=yes",
        "mutant.ack_before_sync",
        "log.before_ack=eio",
        "log.before_ack=kill@x",
    ):
        refused = serve("--failpoints", wrong)
        assert refused.returncode == 2 and "ready" not in refused.stdout, wrong
    assert "FAILPOINTS" not in freshet.server_log()
    server = freshet
    server.terminate()
    assert start(server, "log.before_ack=kill@1000000")
    assert "FAILPOINTS ARE ARMED" in server.server_log()
