"""Tables are merged and converted, and jobs do it, while the server is killed and loses power at
places with a label and at random moments, again and again over the same data. A reader polls the
lake all the time, and never asks Freshet for rows: pyarrow reads Parquet, DuckDB reads it again at
the end. Each row that was put is there once, as text, as Parquet or as a rejected row.
"""

import collections
import io
import json
import os
import pathlib
import subprocess
import sys
import threading
import urllib.error

import botocore.exceptions
import pyarrow.parquet
import pytest
import urllib3.exceptions
from test_tables import call, storage

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "api")]
from test_jobs import ROLE  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PRESET = os.environ.get("FRESHET_PRESET", "release")
DUCK = ROOT / "build" / PRESET / "freshet-bench-duck"  # DuckDB alone
RUN_PLACES = ["maintenance.after_stage", "maintenance.before_commit", "maintenance.after_commit"]
FILE_PLACES = [*RUN_PLACES, "objects.adopted"]
JOB_PLACES = ["jobs.before_work", "jobs.after_work", "jobs.after_end"]
PARTS = 2
GONE = (
    OSError,
    urllib.error.URLError,
    urllib3.exceptions.HTTPError,
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
)


def rows_of(key, body):
    if "/_rejected/" in key:
        return [json.loads(line)["raw"] for line in body.splitlines()]
    if key.endswith(".parquet"):
        read = pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()
        return [f"{row['a']},{row['b']}" for row in read]
    return body.decode().splitlines()


class Lake:
    """The table d.t of small objects below s3://lake/t/, and d.u that is made of it."""

    def __init__(self, server):
        self.server, self.s3, self.glue = server, server.client("s3"), server.client("glue")
        self.rows, self.objects = collections.Counter(), 0
        self.read = {}  # bodies that were read before, by key and ETag
        self.parsed = {}  # their rows
        for bucket in ("lake", "code"):
            self.s3.create_bucket(Bucket=bucket)
        self.glue.create_database(DatabaseInput={"Name": "d"})
        self.glue.create_table(
            DatabaseName="d",
            TableInput={
                "Name": "t",
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [{"Name": "p", "Type": "string"}],
                "StorageDescriptor": storage("s3://lake/t/"),
            },
        )
        for part in range(PARTS):
            self.glue.create_partition(
                DatabaseName="d",
                TableName="t",
                PartitionInput={
                    "Values": [str(part)],
                    "StorageDescriptor": storage(f"s3://lake/t/p={part}/"),
                },
            )

    def fill(self):
        """Three more objects in each partition; the last line of each does not fit the table."""
        for part in range(PARTS):
            for _ in range(3):
                self.objects += 1
                lines = [f"{self.objects * 100 + row},{part}" for row in range(8)]
                lines.append(f"no{self.objects},{part}")
                self.s3.put_object(
                    Bucket="lake",
                    Key=f"t/p={part}/{self.objects:06}.csv",
                    Body="\n".join(lines) + "\n" * (self.objects % 2),
                )
                self.rows.update(lines)

    def bodies(self, table):
        """The objects of one listing; it is taken again when one was removed since then."""
        while True:
            try:
                pages = self.s3.get_paginator("list_objects_v2").paginate(
                    Bucket="lake", Prefix=f"{table}/"
                )
                return {
                    one["Key"]: self.body(one["Key"], one["ETag"])
                    for page in pages
                    for one in page.get("Contents", [])
                }
            except self.s3.exceptions.NoSuchKey:
                continue

    def body(self, key, etag):
        """Text of an earlier strike lies there still: reading it again would be most of the time.
        check_end() reads all of it.
        """
        if (key, etag) not in self.read:
            answer = self.s3.get_object(Bucket="lake", Key=key)
            if answer["ETag"] != etag:
                return answer["Body"].read()
            self.read[key, etag] = answer["Body"].read()
        return self.read[key, etag]

    def found(self, table):
        """How often each row is there, read by pyarrow and as text."""
        rows = collections.Counter()
        for key, body in self.bodies(table).items():
            if (key, body) not in self.parsed:
                self.parsed[key, body] = rows_of(key, body)
            rows.update(self.parsed[key, body])
        return rows

    def check(self, mode):
        """At any moment, while nothing is put."""
        if mode.into:
            found = self.found("u")
            assert max(found.values(), default=1) == 1, "a row is there twice"
            assert not found - self.rows, "rows that nobody put"
        assert self.found("t") == self.rows

    def check_end(self, mode, directory):
        self.read.clear()
        self.parsed.clear()
        self.check(mode)
        table = "u" if mode.into else "t"
        assert self.found(table) == self.rows
        files = []
        for number, (key, body) in enumerate(self.bodies(table).items()):
            if key.endswith(".parquet"):
                files.append(str(directory / f"{number}.parquet"))
                pathlib.Path(files[-1]).write_bytes(body)
        if mode.is_merge:
            assert not files
            return
        rows = f"read_parquet({files}, union_by_name = true)"
        read = subprocess.run(
            [DUCK, f"SELECT string_agg(concat(a, ',', b), ';') FROM {rows}"],
            capture_output=True,
            text=True,
            check=True,
        )
        good = sorted(row for row in self.rows if not row.startswith("no"))
        assert sorted(json.loads(read.stdout)["value"].split(";")) == good


class Reader(threading.Thread):
    """Polls the lake; what it sees must be good each time. While the server is down it waits for
    the next one.
    """

    def __init__(self, lake, mode):
        super().__init__(daemon=True)
        self.lake, self.mode, self.seen, self.wrong = lake, mode, 0, None
        self.is_over, self.may_read = threading.Event(), threading.Lock()

    def run(self):
        while not self.is_over.is_set():
            try:
                with self.may_read:
                    self.lake.check(self.mode)
                self.seen += 1
            except GONE:
                self.is_over.wait(0.01)
            except AssertionError as wrong:
                self.wrong = wrong
                return


class Mode:
    """How the work is asked for, and when it is done."""

    def __init__(self, places, options=None, sql=None):
        self.places, self.options, self.sql = places, options, sql
        self.is_merge = not sql and not options
        self.into = bool(sql or options.get("into"))

    def prepare(self, lake):
        if not self.sql:
            return
        lake.s3.put_object(Bucket="code", Key="work.sql", Body=self.sql.encode())
        lake.glue.create_job(
            Name="work",
            Role=ROLE,
            Command={"Name": "freshetsql", "ScriptLocation": "s3://code/work.sql"},
            MaxRetries=1,
        )

    def begin(self, lake):
        if self.sql:
            lake.glue.start_job_run(JobName="work")
        else:
            call(
                lake.server,
                "tables/optimize",
                {"database": "d", "table": "t", **self.options},
            )

    def is_busy(self, lake):
        if self.sql:
            runs = lake.glue.get_job_runs(JobName="work")["JobRuns"]
            for run in runs:
                ended = run["JobRunState"] in ("SUCCEEDED", "FAILED")
                told = run.get("ErrorMessage", "Freshet ended while this run was at work")
                assert not ended or "Freshet ended while this run was at work" in told, run
            if not all("CompletedOn" in run for run in runs):
                return True
        runs = call(lake.server, "tables/runs")["runs"]
        assert all(run["state"] in ("RUNNING", "SUCCEEDED") for run in runs), runs
        return any(run["state"] == "RUNNING" for run in runs)

    def ended_well(self, lake):
        if self.sql:
            return (
                lake.glue.get_job_runs(JobName="work")["JobRuns"][0]["JobRunState"] == "SUCCEEDED"
            )
        return call(lake.server, "tables/runs")["runs"][0]["state"] == "SUCCEEDED"


MODES = {
    "merge": Mode(RUN_PLACES, {}),
    "convert": Mode(FILE_PLACES, {"convert": "parquet"}),
    "into": Mode(FILE_PLACES, {"convert": "parquet", "into": "d.u"}),
    "job": Mode(
        [*FILE_PLACES, *JOB_PLACES], sql="OPTIMIZE d.t REWRITE DATA USING PARQUET INTO d.u"
    ),
}


def start(server, spec):
    server.options = ("--failpoints", spec) if spec else ()
    server.start()


def strike(lake, mode, rng, reader, reached):
    """The server starts with the cause of its death, gets work unless it has some, and dies."""
    place = rng.choice([*mode.places, "random"])
    action = rng.choice(["kill", "cut"])
    server = lake.server
    start(server, None if place == "random" else f"{place}={action}@{rng.randint(1, 2)}")
    try:
        with reader.may_read:
            if not mode.is_busy(lake):
                lake.fill()
        if not mode.is_busy(lake):
            mode.begin(lake)
        wait_for_death(lake, mode, rng.uniform(0.02, 0.3) if place == "random" else None)
    except GONE:
        server.process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill9()
        place = "random"
    reached[place] += 1


def wait_for_death(lake, mode, seconds):
    """For so long, or, with none, until there is no work left in which the place could come."""
    if seconds is not None:
        lake.server.process.wait(timeout=seconds)
        return
    idle = 0
    while idle < 3:
        try:
            lake.server.process.wait(timeout=0.05)
            return
        except subprocess.TimeoutExpired:
            idle = 0 if mode.is_busy(lake) else idle + 1
    raise subprocess.TimeoutExpired(lake.server.process.args, 0)


@pytest.mark.parametrize("name", MODES)
def test_rows_are_there_once_at_every_moment(make_freshet, table_kills, rng, tmp_path, name):
    mode = MODES[name]
    server = make_freshet()
    lake = Lake(server)
    lake.fill()
    mode.prepare(lake)
    server.terminate()
    reader, reached = Reader(lake, mode), collections.Counter()
    reader.start()
    try:
        for _ in range(table_kills):
            strike(lake, mode, rng, reader, reached)
            assert reader.wrong is None, reader.wrong
    finally:
        reader.is_over.set()
        reader.join()
    assert reader.wrong is None, reader.wrong
    start(server, None)
    lake.check(mode)
    server.until(lambda: not mode.is_busy(lake))
    mode.begin(lake)
    server.until(lambda: not mode.is_busy(lake))
    assert mode.ended_well(lake)
    lake.check_end(mode, tmp_path)
    print(f"{name}: {dict(reached)}, {reader.seen} readings", file=sys.stderr)
    assert reader.seen > 0 and len(reached) > 1
