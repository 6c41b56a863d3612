"""Data directories assembled from the parts of two copies: each is refused by name or served, and
the newer copy's meta.db finds everything again.
"""

import importlib.util
import itertools
import os
import pathlib
import shutil
import sqlite3

import botocore.exceptions
import pytest

SPEC = importlib.util.spec_from_file_location(
    "servers", pathlib.Path(__file__).resolve().parent.parent / "conftest.py"
)
SERVERS = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(SERVERS)
Freshet = SERVERS.Freshet

PARTS = ("FORMAT", "meta.db", "log", "objects")
SMALL_JOURNAL = (
    "--failpoints",
    "log.journal_segment_bytes=4096",
)  # so that records reach the partitions' segments
SIZES = {"small": 100, "packed": 90_000, "large": 400_000}


class Copies:
    """Two copies of one stopped directory: "old" after its first run, "new" after its second."""

    def __init__(self, place):
        self.place = place
        self.objects, self.records = {}, {}
        server = Freshet(place, options=SMALL_JOURNAL)
        server.client("s3").create_bucket(Bucket="lake")
        self.stream(server, "s", [b"one" * 500, b"two" * 500])
        self.delivery(server, 20)
        self.put(server, "old")
        server.terminate()
        shutil.copytree(place / "data", place / "old")
        server.start()
        self.put(server, "new")
        server.client("s3").delete_object(Bucket="lake", Key="old-packed")
        del self.objects["old-packed"]
        self.stream(server, "s", [b"three" * 500])
        self.delivery(server, 20)
        self.stream(server, "late", [bytes([number]) * 1500 for number in range(12)])
        server.terminate()
        server.close()
        shutil.copytree(place / "data", place / "new")

    def put(self, server, name):
        for size, count in SIZES.items():
            content = os.urandom(count)
            server.client("s3").put_object(Bucket="lake", Key=f"{name}-{size}", Body=content)
            self.objects[f"{name}-{size}"] = content

    def stream(self, server, name, records):
        kinesis = server.client("kinesis")
        if name not in self.records:
            kinesis.create_stream(StreamName=name, ShardCount=1)
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
            self.records.setdefault(name, []).append(record)

    def delivery(self, server, count):
        """Records that are in the lake: the position in meta.db is after them."""
        firehose = server.client("firehose")
        if "d" not in firehose.list_delivery_streams()["DeliveryStreamNames"]:
            firehose.create_delivery_stream(
                DeliveryStreamName="d",
                ExtendedS3DestinationConfiguration={
                    "RoleARN": "arn:aws:iam::000000000000:role/any",
                    "BucketARN": "arn:aws:s3:::lake",
                    "Prefix": "d/",
                    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
                },
            )
        had = self.delivered(server)
        firehose.put_record_batch(
            DeliveryStreamName="d", Records=[{"Data": b"%d\n" % number} for number in range(count)]
        )
        server.until(lambda: self.delivered(server) > had, advance_ms=20_000)

    @staticmethod
    def delivered(server):
        return server.client("s3").list_objects_v2(Bucket="lake", Prefix="d/").get("KeyCount", 0)

    def assemble(self, directory, **choice):
        """`choice` is None, "old" or "new" for each part."""
        directory.mkdir()
        (directory / "data").mkdir()
        shutil.copy(self.place / "new/manual-clock", directory / "data")
        for part, copy in choice.items():
            self.replace(directory, part, copy)

    def replace(self, directory, part, copy):
        target = directory / "data" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
        if copy is None:
            return
        source = self.place / copy / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    return Copies(tmp_path_factory.mktemp("copies"))


def files_of(directory):
    """Each file of the directory with its bytes, without the lock that a refused start leaves."""
    return {
        path.relative_to(directory): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name not in ("LOCK", "manual-clock")
    }


def start(directory, **options):
    """A server, or its error when it refuses to start."""
    program = Freshet.__new__(Freshet)
    try:
        program.__init__(directory, **options)
        return program, ""
    except AssertionError as error:
        program.close()
        return None, str(error)


def records_of(server, name):
    kinesis = server.client("kinesis")
    shard = kinesis.list_shards(StreamName=name)["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        found += [record["Data"] for record in answer["Records"]]
        iterator = answer.get("NextShardIterator")
        if answer["MillisBehindLatest"] == 0 or iterator is None:
            return found


def check(server, copies, objects, streams):
    s3 = server.client("s3")
    for key in objects:
        assert s3.get_object(Bucket="lake", Key=key)["Body"].read() == copies.objects[key], key
    for name, records in streams.items():
        assert records_of(server, name) == records, name


def expected(meta, log, objects):
    """The expected result of a start on these parts: a part of its error, or "" when it starts."""
    if meta is None:
        return "no meta.db"
    if log is None:
        return "log/journal is missing"
    if log == "old" and meta == "new":
        return "log/journal is older than meta.db"
    if objects is None:
        return "objects is missing"
    if objects == "old" and meta == "new":
        return "objects is older than meta.db"
    return ""


COMBINATIONS = [
    choice for choice in itertools.product((None, "old", "new"), repeat=3) if any(choice)
]


@pytest.mark.parametrize("meta, log, objects", COMBINATIONS, ids=lambda value: value or "none")
def test_parts_of_two_copies(copies, tmp_path, meta, log, objects):
    directory = tmp_path / "mixed"
    copies.assemble(directory, **{"FORMAT": "new", "meta.db": meta, "log": log, "objects": objects})
    before = files_of(directory / "data")
    server, said = start(directory)
    refusal = expected(meta, log, objects)
    if refusal:
        assert server is None and refusal in said, said
        after = files_of(directory / "data")
        assert {name: content for name, content in after.items() if "meta.db" not in name.name} == {
            name: content for name, content in before.items() if "meta.db" not in name.name
        }
    else:
        assert server is not None, said
        old = [key for key in copies.objects if key.startswith("old")]
        check(server, copies, old if meta == "old" else copies.objects, {})
        if (log, objects) != (meta, meta):
            assert "meta.db is older than the files beside it" in server.server_log()
        if objects == "new" and meta == "old":
            assert (
                "files=2 bytes=" in server.server_log()
                and "objects/quarantine" in server.server_log()
            )
        server.terminate()
        server.close()
    # The rest of the newer copy comes back: everything is there again.
    for part, copy in (("FORMAT", "new"), ("meta.db", meta), ("log", log), ("objects", objects)):
        if copy != "new" or part == "meta.db":
            copies.replace(directory, part, "new")
    for leftover in ("meta.db-wal", "meta.db-shm"):
        (directory / "data" / leftover).unlink(missing_ok=True)
    server, said = start(directory)
    assert server is not None, said
    check(server, copies, copies.objects, copies.records)
    server.close()


def test_a_missing_file_is_reported_at_the_start_and_to_the_reader(copies, tmp_path):
    directory = tmp_path / "lost"
    copies.assemble(directory, **dict.fromkeys(PARTS, "new"))
    files = sorted(
        path
        for path in (directory / "data/objects").glob("??/*")
        if path.stat().st_size >= SIZES["large"]
    )
    for path in files:
        path.unlink()
    server, said = start(directory)
    assert server is not None, said
    for path in files:
        assert (
            f"a file that meta.db names is missing: its objects answer 500 file={path}"
            in server.server_log()
        )
    s3 = server.client("s3")
    for key in ("old-large", "new-large"):
        for arguments in ({}, {"Range": "bytes=5-9"}):
            with pytest.raises(botocore.exceptions.ClientError) as error:
                s3.get_object(Bucket="lake", Key=key, **arguments)
            assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
            assert any(str(path) in error.value.response["Error"]["Message"] for path in files)
    check(server, copies, ["old-small", "new-packed"], copies.records)
    # While the server runs, too; and a file that became too short.
    for path in (directory / "data/objects").glob("??/*"):
        os.truncate(path, 50)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.get_object(Bucket="lake", Key="new-packed")
    assert (
        error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        and "has 50 of" in error.value.response["Error"]["Message"]
    )
    server.close()


def test_quarantined_files_expire(copies, tmp_path):
    directory = tmp_path / "expire"
    copies.assemble(
        directory, **{"FORMAT": "new", "meta.db": "old", "log": "new", "objects": "new"}
    )
    server, said = start(directory)
    assert server is not None, said
    quarantine = directory / "data/objects/quarantine"
    assert len(list(quarantine.glob("*/*"))) == 2
    # What is deleted now could be named by the newer meta.db: it is kept as long.
    server.client("s3").delete_object(Bucket="lake", Key="old-large")
    server.until(lambda: len(list(quarantine.glob("*/*"))) == 3, advance_ms=5 * 60_000)
    server.advance(8 * 24 * 3600 * 1000)
    server.until(lambda: not list(quarantine.glob("*/*")), advance_ms=60_000)
    check(
        server,
        copies,
        ["old-small", "old-packed"] if "old-packed" in copies.objects else ["old-small"],
        {},
    )
    server.close()


def test_a_foreign_file_is_left_alone(copies, tmp_path):
    directory = tmp_path / "foreign"
    copies.assemble(directory, **dict.fromkeys(PARTS, "new"))
    note = directory / "data/objects/00/notes.txt"
    note.write_text("mine")
    server, said = start(directory)
    assert server is not None, said
    assert note.read_text() == "mine" and "left alone" in server.server_log()
    server.close()


def test_format_is_written_again(copies, tmp_path):
    directory = tmp_path / "format"
    copies.assemble(directory, **{"FORMAT": None, "meta.db": "new", "log": "new", "objects": "new"})
    server, said = start(directory)
    assert server is not None, said
    assert (
        directory / "data/FORMAT"
    ).read_text() == "freshet 1\n" and "FORMAT was missing" in server.server_log()
    check(server, copies, copies.objects, copies.records)
    server.close()


def whole(copies, directory, **other):
    copies.assemble(directory, **{**dict.fromkeys(PARTS, "new"), **other})
    return directory / "data/log"


def test_an_older_meta_db_keeps_the_partitions_that_it_does_not_name(copies, tmp_path):
    directory = tmp_path / "older"
    log = whole(copies, directory, **{"meta.db": "old"})
    server, said = start(directory, options=SMALL_JOURNAL)
    assert server is not None, said
    assert "partitions that meta.db does not name are kept" in server.server_log()
    # New work meanwhile flushes the journal and makes new partitions beside the kept ones.
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="meanwhile", ShardCount=1)
    server.until(
        lambda: (
            kinesis.describe_stream_summary(StreamName="meanwhile")["StreamDescriptionSummary"][
                "StreamStatus"
            ]
            == "ACTIVE"
        ),
        advance_ms=1000,
    )
    for number in range(20):
        kinesis.put_record(
            StreamName="meanwhile", Data=b"%d" % number + b"-" * 1500, PartitionKey="k"
        )
    server.kill9()
    server.start()
    assert len(records_of(server, "meanwhile")) == 20
    server.terminate()
    server.close()
    copies.replace(directory, "meta.db", "new")
    for leftover in ("meta.db-wal", "meta.db-shm"):
        (directory / "data" / leftover).unlink(missing_ok=True)
    server, said = start(directory, options=SMALL_JOURNAL)
    assert server is not None, said
    check(server, copies, copies.objects, copies.records)
    assert (log / "partitions/UNNAMED").read_text().split()  # the partition of "meanwhile"
    server.advance(8 * 24 * 3600 * 1000)
    server.restart()
    assert "removed a partition that no meta.db has named for long" in server.server_log()
    server.close()


@pytest.mark.parametrize("copy", [None, "old", "damaged"])
def test_the_checkpoint_is_not_needed(copies, tmp_path, copy):
    directory = tmp_path / "checkpoint"
    log = whole(copies, directory)
    assert (log / "checkpoint").read_bytes() != (copies.place / "old/log/checkpoint").read_bytes()
    copies.replace(directory, "log/checkpoint", "old" if copy == "old" else "new" if copy else None)
    if copy == "damaged":
        content = bytearray((log / "checkpoint").read_bytes())
        content[30] ^= 1
        (log / "checkpoint").write_bytes(content)
    server, said = start(directory, options=SMALL_JOURNAL)
    assert server is not None, said
    check(server, copies, copies.objects, copies.records)
    if copy:
        assert "reading the segments instead" in server.server_log()
    server.client("kinesis").put_record(StreamName="s", Data=b"more", PartitionKey="k")
    server.restart()
    assert records_of(server, "s") == [*copies.records["s"], b"more"]
    server.close()


def refused(directory, *words):
    server, said = start(directory)
    assert server is None and all(word in said for word in words), said


def test_parts_of_the_log_that_are_missing_or_of_another_copy(copies, tmp_path):
    log = whole(copies, tmp_path / "journal")
    for path in (log / "journal").glob("*.journal"):
        path.unlink()
    refused(tmp_path / "journal", "journal has no segment")

    log = whole(copies, tmp_path / "partition")
    gone = sorted(path for path in (log / "partitions").iterdir() if path.is_dir())[0]
    shutil.rmtree(gone)
    refused(tmp_path / "partition", f"{gone} is missing")

    log = whole(copies, tmp_path / "all")
    shutil.rmtree(log / "partitions")
    refused(tmp_path / "all", "log/partitions is missing")

    for part, name in (("log/partitions", "older-partitions"), ("log/journal", "older-journal")):
        whole(copies, tmp_path / name)
        copies.replace(tmp_path / name, part, "old")
        refused(tmp_path / name, f"{part} is older than meta.db")
        whole(
            copies, tmp_path / f"{name}-new", **{"meta.db": "old", "log": "old", "objects": "old"}
        )
        copies.replace(tmp_path / f"{name}-new", part, "new")
        if part == "log/partitions":
            refused(tmp_path / f"{name}-new", "do not belong together")


def test_a_log_without_runs_is_compared_with_the_positions_in_it(copies, tmp_path):
    """A directory of an earlier version has no RUNS: the positions show that its log is older."""
    directory = tmp_path / "cursors"
    whole(copies, directory, log="old")
    for path in directory.rglob("RUNS"):
        path.unlink()
    database = sqlite3.connect(directory / "data/meta.db")
    database.execute("DELETE FROM data_runs")
    database.commit()
    database.close()
    refused(directory, "is older than meta.db: delivery stream d knows of records up to 40")
