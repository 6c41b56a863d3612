"""Delivery with format conversion while the server is killed and loses power: every record that was
acknowledged is one row or one failure, at every moment that a reader sees, read by pyarrow and by
DuckDB.
"""

import base64
import contextlib
import io
import json
import threading
import time

import pyarrow.orc
import pyarrow.parquet
import pytest
from test_kill9 import REFUSED, Writer

from duckdb_library import DuckDB

ROLE = "arn:aws:iam::000000000000:role/any"
PLACES = ("delivery.after_convert", "delivery.before_commit", "delivery.after_commit")
BAD_EVERY = 7


def create(server, interval_s, serde="ParquetSerDe"):
    server.client("s3").create_bucket(Bucket="lake")
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": "d"})
    columns = [{"Name": "id", "Type": "bigint"}, {"Name": "text", "Type": "string"}]
    glue.create_table(
        DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": {"Columns": columns}}
    )
    server.client("firehose").create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "rows/!{timestamp:yyyy}/",
            "ErrorOutputPrefix": "err/!{firehose:error-output-type}/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": interval_s},
            "DataFormatConversionConfiguration": {
                "SchemaConfiguration": {"RoleARN": ROLE, "DatabaseName": "d", "TableName": "t"},
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                "OutputFormatConfiguration": {"Serializer": {serde: {}}},
            },
        },
    )


def record(number):
    if number % BAD_EVERY == 0:
        return b"bad %d" % number
    return json.dumps({"id": number, "text": f"row {number}"}).encode()


def put(server):
    client = server.client("firehose")
    return lambda number: client.put_record(
        DeliveryStreamName="out", Record={"Data": record(number)}
    )


def numbers_of(s3, read_rows):
    """Of the rows and of the failures in the objects of one listing."""
    rows, failures = [], []
    for item in s3.list_objects_v2(Bucket="lake").get("Contents", []):
        body = s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read()
        if item["Key"].startswith("rows/"):
            rows += read_rows(body)
            continue
        for line in body.splitlines():
            raw = base64.b64decode(json.loads(line)["rawData"])
            failures.append(int(raw.removeprefix(b"bad ")))
    assert all(number % BAD_EVERY for number in rows)
    assert not any(number % BAD_EVERY for number in failures)
    return rows + failures


def by_pyarrow(body):
    reader = pyarrow.orc if body.startswith(b"ORC") else pyarrow.parquet
    rows = reader.read_table(io.BytesIO(body)).to_pylist()
    assert all(row["text"] == f"row {row['id']}" for row in rows)
    return [row["id"] for row in rows]


def by_duckdb(path):
    database = DuckDB()

    def read(body):
        path.write_bytes(body)
        rows = database.rows("SET enable_external_file_cache = false") or database.rows(
            f"SELECT id, text FROM read_parquet('{path}')"
        )
        assert all(text == f"row {number}" for number, text in rows)
        return [int(number) for number, _ in rows]

    return read


class Poller(threading.Thread):
    """Reads the lake again and again: what it sees never shrinks, holds nothing twice, and has no
    gap that an acknowledged record would fill.
    """

    def __init__(self, server, writer):
        super().__init__(daemon=True)
        self.server, self.writer, self.stopping, self.problem = server, writer, False, None
        self.polls = 0

    def run(self):
        before = set()
        while not self.stopping and not self.problem:
            acknowledged = list(self.writer.acknowledged)
            try:
                found = numbers_of(self.server.client("s3"), by_pyarrow)
            except REFUSED:
                time.sleep(0.01)
                continue
            seen = set(found)
            last = max(seen, default=0)
            missing = {number for number in acknowledged if number < last} - seen
            if len(seen) != len(found) or not before <= seen or missing:
                self.problem = (sorted(found)[-5:], sorted(before - seen)[:5], sorted(missing)[:5])
            before = seen
            self.polls += 1


@pytest.mark.parametrize("serde", ["ParquetSerDe", "OrcSerDe"])
def test_each_record_is_a_row_or_a_failure_once(make_freshet, kills, rng, tmp_path, serde):
    server = make_freshet(clock="system")
    create(server, 0, serde)
    writer = Writer(put(server))
    poller = Poller(server, writer)
    writer.start()
    poller.start()
    for _ in range(kills):
        time.sleep(rng.uniform(0.01, 0.6))
        server.kill9()
        server.start()
    server.until(lambda: writer.acknowledged)
    writer.stopping = True
    writer.join()
    s3 = server.client("s3")
    server.until(lambda: set(writer.acknowledged) <= set(numbers_of(s3, by_pyarrow)))
    server.until(lambda: poller.polls > 0 or poller.problem)
    poller.stopping = True
    poller.join()
    assert poller.problem is None
    readers = [by_pyarrow]
    if serde == "ParquetSerDe":
        readers.append(by_duckdb(tmp_path / "one.parquet"))
    for read in readers:
        found = numbers_of(s3, read)
        assert len(found) == len(set(found)), "doubled"
        assert set(found) <= set(writer.acknowledged) | writer.in_doubt, "invented"
        assert set(writer.acknowledged) <= set(found), "lost"


@pytest.mark.parametrize("serde", ["ParquetSerDe", "OrcSerDe"])
@pytest.mark.parametrize("action", ["kill", "cut"])
@pytest.mark.parametrize("place", PLACES)
def test_a_cut_is_converted_again_after_a_death(make_freshet, place, action, serde):
    server = make_freshet()
    create(server, 60, serde)
    numbers = list(range(1, 40))
    for number in numbers:
        put(server)(number)
    server.terminate()
    for death in (f"{place}={action}", f"{place}={action}", None):
        server.options = ("--failpoints", death) if death else ()
        server.start()
        if not death:
            break
        is_delivered = False
        try:
            server.advance(60_000)
            # After the commit there is nothing left to die at.
            is_delivered = server.until(lambda: len(keys(server)) == 2)
        except REFUSED:
            pass
        if is_delivered:
            server.terminate()
        else:
            assert server.process.wait(timeout=60) != 0
    s3 = server.client("s3")
    server.until(lambda: len(keys(server)) == 2, advance_ms=1000)
    assert sorted(numbers_of(s3, by_pyarrow)) == numbers
    scratch = server.directory / "data/objects/scratch"
    server.until(lambda: not any(scratch.iterdir()))


def keys(server):
    listed = server.client("s3").list_objects_v2(Bucket="lake")
    return [item["Key"] for item in listed.get("Contents", [])]


@pytest.mark.parametrize("place", ["delivery.after_convert", "delivery.before_commit"])
def test_a_record_that_ends_the_worker_is_a_failure_once(make_freshet, place):
    """The server dies after the record was found, and finds it again."""
    server = make_freshet()
    create(server, 60)
    given = [b'{"id":%d,"text":"%s"}' % (i, b"deadly" if i == 5 else b"fine") for i in range(12)]
    for data in given:
        server.client("firehose").put_record(DeliveryStreamName="out", Record={"Data": data})
    server.terminate()
    for death in (f",{place}=kill", ""):
        server.options = ("--failpoints", "worker.ends(deadly)=on+" + death)
        server.start()
        if death:
            with contextlib.suppress(*REFUSED):
                server.advance(60_000)
            assert server.process.wait(timeout=60) != 0
    server.until(lambda: any(key.startswith("err/") for key in keys(server)), advance_ms=1000)
    s3, rows, failures = server.client("s3"), [], []
    for key in keys(server):
        body = s3.get_object(Bucket="lake", Key=key)["Body"].read()
        if key.startswith("rows/"):
            rows += pyarrow.parquet.read_table(io.BytesIO(body)).column("id").to_pylist()
        else:
            failures += [
                base64.b64decode(json.loads(line)["rawData"]) for line in body.splitlines()
            ]
    assert sorted(rows) == [i for i in range(12) if i != 5]
    assert failures == [given[5]]
