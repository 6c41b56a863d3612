"""Data directories that a normal stop never leaves: a start refuses each by name and changes
nothing, or repairs it and reports it.
"""

import shutil
import sqlite3

import botocore.exceptions
import pytest
from application_input import csv_input
from test_pipeline import ARN, ROLE
from test_restore import SMALL_JOURNAL, files_of, records_of, refused, start

KEPT_JOURNAL = (
    "--failpoints",
    "log.journal_segment_bytes=4096,disk.write(.segment)=eio@1+",
)  # nothing leaves the journal
MIB = 1 << 20


def stream(server, name, records, shards=1):
    kinesis = server.client("kinesis")
    if name not in kinesis.list_streams()["StreamNames"]:
        kinesis.create_stream(StreamName=name, ShardCount=shards)
        server.until(
            lambda: (
                kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"][
                    "StreamStatus"
                ]
                == "ACTIVE"
            ),
            advance_ms=1000,
        )
    for record in records:
        kinesis.put_record(StreamName=name, Data=record, PartitionKey="k")


def application(server, name, source):
    analytics = server.client("kinesisanalytics")
    analytics.create_application(
        ApplicationName=name,
        ApplicationCode=(
            'CREATE OR REPLACE STREAM "OUT" (N INTEGER); CREATE OR REPLACE PUMP P AS INSERT '
            'INTO "OUT" SELECT STREAM N FROM SOURCE_SQL_STREAM_001;'
        ),
        Inputs=[csv_input(ARN.format("kinesis", f"stream/{source}"), ROLE, {"N": "INTEGER"})],
    )
    analytics.start_application(
        ApplicationName=name,
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )


def positions(directory):
    """How many shards an application has read five records of."""
    database = sqlite3.connect(directory / "data/meta.db")
    try:
        return database.execute(
            "SELECT COUNT(*) FROM analytics_positions WHERE next >= 5"
        ).fetchone()[0]
    finally:
        database.close()


def change_meta(directory, sql, *values):
    database = sqlite3.connect(directory / "data/meta.db")
    changed = database.execute(sql, values).rowcount
    database.commit()
    database.close()
    return changed


def assert_refused_unchanged(directory, *words, but=("meta.db",)):
    """`but`: the files that a start may change because it moves its own write-ahead log."""

    def files():
        return {
            name: content
            for name, content in files_of(directory / "data").items()
            if name.name != "meta.db-shm" and not name.name.startswith(but)
        }

    before = files()
    refused(directory, *words)
    assert files() == before


def test_positions_beyond_the_end_of_the_log_are_named(tmp_path, make_freshet):
    server = make_freshet()
    stream(server, "s", [b"%d\n" % number for number in range(5)])
    application(server, "reader", "s")
    server.until(lambda: positions(tmp_path), advance_ms=1000)
    server.client("kinesis").split_shard(
        StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    server.until(
        lambda: (
            server.client("kinesis").describe_stream_summary(StreamName="s")[
                "StreamDescriptionSummary"
            ]["OpenShardCount"]
            == 2
        ),
        advance_ms=1000,
    )
    assert server.terminate() == 0
    assert (
        change_meta(tmp_path, "UPDATE analytics_positions SET next = next + 1000 WHERE next >= 5")
        == 1
    )
    assert_refused_unchanged(
        tmp_path, "log is older than meta.db", "application reader knows of records up to 1005"
    )
    change_meta(tmp_path, "UPDATE analytics_positions SET next = next - 1000 WHERE next >= 1000")
    assert (
        change_meta(
            tmp_path, "UPDATE shards SET end_ordinal = end_ordinal + 1000 WHERE end_ordinal > 0"
        )
        == 1
    )
    assert_refused_unchanged(
        tmp_path, "log is older than meta.db", "stream s knows of records up to 1005"
    )
    change_meta(
        tmp_path, "UPDATE shards SET end_ordinal = end_ordinal - 1000 WHERE end_ordinal > 1000"
    )
    server.start()
    assert len(records_of(server, "s")) == 5


@pytest.fixture
def long_journal(tmp_path):
    """A stopped directory with many segments in its journal, and its records."""
    server, said = start(tmp_path, options=KEPT_JOURNAL)
    assert server is not None, said
    records = [b"%03d" % number + b"-" * 1500 for number in range(20)]
    stream(server, "s", records)
    server.kill9()
    server.close()
    segments = sorted((tmp_path / "data/log/journal").glob("*.journal"))
    assert len(segments) > 5
    return tmp_path, segments, records


@pytest.mark.parametrize("hole", ["first", "middle", "last but one", "zeros"])
def test_a_hole_in_the_journal_is_named(long_journal, hole):
    directory, segments, records = long_journal
    with_all = segments[2].read_bytes()
    if hole == "zeros":
        segments[2].write_bytes(with_all[:1600] + b"\0" * 800 + with_all[2400:])
        assert_refused_unchanged(directory, f"{segments[2]} is damaged at byte")
        segments[2].write_bytes(with_all)
    else:
        gone = {"first": segments[0], "middle": segments[3], "last but one": segments[-2]}[hole]
        kept = gone.read_bytes()
        gone.unlink()
        assert_refused_unchanged(
            directory,
            "the records of partition" if hole == "first" else "a segment between them is missing",
        )
        gone.write_bytes(kept)
    server, said = start(directory)
    assert server is not None, said
    assert records_of(server, "s") == records
    server.close()


def test_a_segment_from_a_later_copy_is_named_and_kept(tmp_path, make_freshet):
    server = make_freshet(options=SMALL_JOURNAL)
    stream(server, "s", [b"%d" % number + b"-" * 1500 for number in range(6)])
    assert server.terminate() == 0
    shutil.copytree(tmp_path / "data", tmp_path / "old")
    server.start()
    server.advance(24 * 3600 * 1000)  # a new segment begins
    stream(server, "s", [b"%d" % number + b"-" * 1500 for number in range(6, 12)])
    server.restart()
    records = records_of(server, "s")
    assert len(records) == 12 and server.terminate() == 0
    later = [
        path
        for path in (tmp_path / "data/log/partitions").glob("*/*.segment")
        if not (tmp_path / "old" / path.relative_to(tmp_path / "data")).exists()
    ]
    assert later, "the later copy has a segment of its own"
    shutil.move(tmp_path / "data", tmp_path / "new")
    shutil.copytree(tmp_path / "old", tmp_path / "data")
    for path in later:
        shutil.copy(tmp_path / "new" / path.relative_to(tmp_path / "data"), path)
    server.start()
    with pytest.raises(botocore.exceptions.ClientError) as error:
        records_of(server, "s")
    assert "newer than the checkpoint and the journal: they are of different copies" in str(
        error.value
    )
    assert all(
        path.read_bytes() == (tmp_path / "new" / path.relative_to(tmp_path / "data")).read_bytes()
        for path in later
    )
    server.terminate()
    for path in later:
        path.unlink()
    server.start()
    assert records_of(server, "s") == records[:6]


def test_an_older_meta_db_that_knows_a_removed_partition(tmp_path, make_freshet):
    server = make_freshet(options=SMALL_JOURNAL)
    stream(server, "gone", [b"%d" % number + b"-" * 1500 for number in range(6)])
    stream(server, "kept", [b"%d" % number + b"-" * 1500 for number in range(6)])
    assert server.terminate() == 0
    shutil.copy(tmp_path / "data/meta.db", tmp_path / "old.db")
    server.start()
    kinesis = server.client("kinesis")
    kinesis.delete_stream(StreamName="gone")
    server.until(lambda: kinesis.list_streams()["StreamNames"] == ["kept"], advance_ms=1000)
    assert server.terminate() == 0
    shutil.copy(tmp_path / "data/meta.db", tmp_path / "new.db")
    shutil.copy(tmp_path / "old.db", tmp_path / "data/meta.db")
    server.start()
    assert "meta.db is older than the files beside it" in server.server_log()
    assert records_of(server, "gone") == [] and len(records_of(server, "kept")) == 6
    stream(server, "gone", [b"again"])
    assert records_of(server, "gone") == [b"again"]
    for _ in range(2):
        server.restart()
        assert records_of(server, "gone") == [b"again"]
    assert server.terminate() == 0
    shutil.copy(tmp_path / "new.db", tmp_path / "data/meta.db")
    server.start()
    assert (
        server.client("kinesis").list_streams()["StreamNames"] == ["kept"]
        and len(records_of(server, "kept")) == 6
    )


def test_a_removed_shard_continues_after_what_an_application_read(tmp_path, make_freshet):
    server = make_freshet(options=SMALL_JOURNAL)
    stream(server, "s", [b"1\n" * 800] * 6)
    application(server, "reader", "s")
    server.until(lambda: positions(tmp_path), advance_ms=1000)
    assert server.terminate() == 0
    shutil.copy(tmp_path / "data/meta.db", tmp_path / "old.db")
    server.start()
    analytics = server.client("kinesisanalytics")
    created = analytics.describe_application(ApplicationName="reader")["ApplicationDetail"][
        "CreateTimestamp"
    ]
    analytics.delete_application(ApplicationName="reader", CreateTimestamp=created)
    server.client("kinesis").delete_stream(StreamName="s", EnforceConsumerDeletion=True)
    stream(server, "filler", [b"-" * 1500] * 8)  # the journal forgets the others
    server.until(
        lambda: server.client("kinesis").list_streams()["StreamNames"] == ["filler"],
        advance_ms=1000,
    )
    assert server.terminate() == 0
    shutil.copy(tmp_path / "old.db", tmp_path / "data/meta.db")
    server.start()
    assert "a partition's records are gone" in server.server_log()
    stream(server, "s", [b"2\n"])
    for _ in range(2):
        server.kill9()
        server.start()
        assert records_of(server, "s") == [b"2\n"]


def test_a_start_on_a_full_disk(make_small_disk, make_freshet):
    place = make_small_disk(64)
    server = make_freshet(directory=place)
    stream(server, "s", [b"one", b"two"])
    server.client("s3").create_bucket(Bucket="lake")
    server.client("s3").put_object(Bucket="lake", Key="k", Body=b"content")
    for is_killed in (False, True):
        if is_killed:
            server.kill9()
        else:
            assert server.terminate() == 0
        with open(place / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
            while filler.write(b"\0" * 4096):
                pass
        again, said = start(place)
        if again is None:
            assert "the disk is full" in said, said
        else:
            assert records_of(again, "s")[:2] == [b"one", b"two"]
            assert (
                again.client("s3").get_object(Bucket="lake", Key="k")["Body"].read() == b"content"
            )
            with pytest.raises(botocore.exceptions.ClientError):
                again.client("kinesis").put_record(
                    StreamName="s", Data=b"-" * 100_000, PartitionKey="k"
                )
            again.kill9()
            again.close()
        (place / "filler").unlink()
        server.start()
        stream(server, "s", [b"three"])
        assert records_of(server, "s")[:3] == [b"one", b"two", b"three"]
    server.close()


def killed(directory, key):
    """A directory that a killed server left: meta.db, and what is newer in its write-ahead log."""
    directory.mkdir(exist_ok=True)
    server, said = start(directory)
    assert server is not None, said
    if "lake" not in [bucket["Name"] for bucket in server.client("s3").list_buckets()["Buckets"]]:
        server.client("s3").create_bucket(Bucket="lake")
    for number in range(40):
        server.client("s3").put_object(Bucket="lake", Key=f"{key}-{number}", Body=key.encode())
    server.kill9()
    server.close()
    assert (directory / "data/meta.db-wal").stat().st_size > 0


def test_the_write_ahead_log_of_another_meta_db_is_named(tmp_path):
    for name in ("mine", "other"):
        killed(tmp_path / name, name)
    own = (tmp_path / "mine/data/meta.db-wal").read_bytes()
    shutil.copy(tmp_path / "other/data/meta.db-wal", tmp_path / "mine/data/meta.db-wal")
    assert_refused_unchanged(tmp_path / "mine", "meta.db-wal", but=())
    (tmp_path / "mine/data/meta.db-wal").write_bytes(own)
    server, said = start(tmp_path / "mine")
    assert server is not None, said
    assert server.client("s3").list_objects_v2(Bucket="lake")["KeyCount"] == 40
    server.close()


@pytest.mark.parametrize("state", ["missing", "another"])
def test_missing_object_keys_are_reported_at_the_start(tmp_path, make_freshet, state):
    server = make_freshet()
    s3 = server.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="sealed", Body=b"sealed", ServerSideEncryption="AES256")
    s3.put_object(Bucket="lake", Key="open", Body=b"open")
    assert server.terminate() == 0
    keys = tmp_path / "data/keys/objects.keys"
    kept = keys.read_text()
    keys.unlink()
    if state == "another":
        keys.write_text(kept[:2] + "0" * 64 + "\n")
    server.start()
    assert (
        "a master key is missing from keys/objects.keys, or is another one: what it "
        "encrypted answers errors master=1"
    ) in server.server_log()
    assert server.client("s3").get_object(Bucket="lake", Key="open")["Body"].read() == b"open"
    with pytest.raises(botocore.exceptions.ClientError):
        server.client("s3").get_object(Bucket="lake", Key="sealed")
    assert server.terminate() == 0
    keys.write_text(kept)
    told = server.server_log().count("a master key is missing")
    server.start()
    assert server.client("s3").get_object(Bucket="lake", Key="sealed")["Body"].read() == b"sealed"
    assert server.server_log().count("a master key is missing") == told


def test_starts_that_died_before_each_part_had_entered_their_run(tmp_path, make_freshet):
    """The first died after entering the log's two parts, the next ones after the journal: the
    directory is still consistent.
    """
    server = make_freshet()
    stream(server, "s", [b"record"])
    assert server.terminate() == 0
    log = tmp_path / "data/log"
    for run, parts in ((2, ("journal", "partitions")), (3, ("journal",)), (4, ("journal",))):
        for part in parts:
            with open(log / part / "RUNS", "a") as runs:
                runs.write(f"{run} {run:032x}\n")
    server.start()
    stream(server, "s", [b"another"])
    server.kill9()
    server.start()
    assert len(records_of(server, "s")) == 2
