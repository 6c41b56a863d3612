"""Small objects of a table become few of the target size while queries read it: `freshet table
optimize`, its API and its runs. What is there afterwards is read by pyarrow and by plain S3 calls,
not by Freshet's queries alone.
"""

import collections
import gzip
import io
import json
import subprocess
import threading
import urllib.error
import urllib.request

import pyarrow.csv
import pytest

from test_athena import Lake

TEXT = "org.apache.hadoop.mapred.TextInputFormat"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
QUOTED = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
ORC = (
    "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
)


class Tables(Lake):
    """A lake with tables below s3://lake/NAME/, and what is asked of their maintenance."""

    def make(self, name, columns, keys=(), serde=LAZY, options=None, parameters=None, input=TEXT):
        self.freshet.client("glue").create_table(
            DatabaseName="default",
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": parameters or {},
                "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
                "StorageDescriptor": self.storage(
                    f"s3://lake/{name}/", columns, serde, options, input
                ),
            },
        )

    def storage(self, location, columns, serde=LAZY, options=None, input=TEXT):
        return {
            "Columns": [
                {"Name": column, "Type": type}
                for column, type in (one.split(" ", 1) for one in columns)
            ],
            "Location": location,
            "InputFormat": input,
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": serde,
                "Parameters": options or {"field.delim": ","},
            },
        }

    def add_partition(self, table, value, columns, **options):
        self.freshet.client("glue").create_partition(
            DatabaseName="default",
            TableName=table,
            PartitionInput={
                "Values": [value],
                "StorageDescriptor": self.storage(
                    f"s3://lake/{table}/p={value}/", columns, **options
                ),
            },
        )

    def put(self, key, body):
        self.s3.put_object(Bucket="lake", Key=key, Body=body)

    def objects(self, prefix, hidden=False):
        """Bodies by key."""
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=prefix):
            for one in page.get("Contents", []):
                rest = one["Key"][len(prefix) :]
                if not hidden and any(part.startswith(("_", ".")) for part in rest.split("/")):
                    continue
                try:
                    answer = self.s3.get_object(Bucket="lake", Key=one["Key"])
                except self.s3.exceptions.NoSuchKey:
                    continue  # removed since it was listed
                found[one["Key"]] = answer["Body"].read()
        return found

    def call(self, path, **fields):
        request = urllib.request.Request(
            f"{self.freshet.endpoint}/_freshet/api/{path}",
            method="POST" if fields else "GET",
            data=json.dumps(fields).encode() if fields else None,
            headers={"X-Freshet-Request": "1", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{refused.code} {refused.read().decode()}") from None

    def ended(self, run):
        return self.freshet.until(
            lambda: (
                (one := self.call(f"tables/run?id={run}"))["state"] not in ("RUNNING", "STOPPING")
                and one
            )
        )

    def optimize(self, table, **fields):
        started = self.call("tables/optimize", database="default", table=table, **fields)
        return self.ended(started["id"])

    def table_command(self, *words):
        return subprocess.run(
            self.freshet.command("table", *words, "--endpoint", self.freshet.endpoint),
            capture_output=True,
            text=True,
            timeout=120,
            env=self.freshet.environment(),
        )

    def count(self, table):
        return collections.Counter(map(tuple, self.rows(f"SELECT * FROM {table}")[1:]))


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


def test_csv_is_joined_with_one_header_and_whole_lines(lake):
    columns = ["a bigint", "b string"]
    lake.make("t", columns, keys=["p"], parameters={"skip.header.line.count": "1"})
    for value in ("1", "2"):
        lake.add_partition("t", value, columns)
        for number in range(30):
            end = "" if number % 3 == 0 else "\n"
            lake.put(f"t/p={value}/{number:03}.csv", f"a,b\n{number},x{value}\n-1,y{end}".encode())
    before = lake.count("t")
    assert sum(before.values()) == 120
    run = lake.optimize("t")
    assert run["state"] == "SUCCEEDED", run
    assert (run["files_before"], run["files_after"], run["partitions"]) == (60, 2, 2)
    assert run["rows_read"] == run["rows_written"] == 120 and run["commits"] == 2
    for value in ("1", "2"):
        [(key, body)] = lake.objects(f"t/p={value}/").items()
        assert key.startswith(f"t/p={value}/merged-") and key.endswith(".csv")
        read = pyarrow.csv.read_csv(io.BytesIO(body)).to_pylist()
        assert len(read) == 60 and body.count(b"a,b") == 1
        assert sorted(row["a"] for row in read if row["a"] >= 0) == list(range(30))
    assert lake.count("t") == before
    # Nothing is left to do.
    again = lake.optimize("t")
    assert again["commits"] == 0 and again["files_after"] == 2


def test_gzip_stays_gzip_and_other_compressions_are_left_alone_by_name(lake):
    lake.make("t", ["a bigint"])
    for number in range(4):
        members = gzip.compress(f"{number}\n".encode()) + gzip.compress(f"{number}0".encode())
        lake.put(f"t/{number}.csv.gz", members)
    lake.put("t/a.csv", b"7")
    lake.put("t/b.csv", b"8\n")
    lake.put("t/c.zst", b"\x28\xb5\x2f\xfd....")
    run = lake.optimize("t")
    assert run["state"] == "SUCCEEDED" and run["left_alone"] == 1
    assert run["notes"] == [
        "s3://lake/t/c.zst is left alone: the compression .zst is not rewritten"
    ]
    objects = lake.objects("t/")
    [packed] = [body for key, body in objects.items() if key.endswith(".csv.gz")]
    assert gzip.decompress(packed).split() == b"0 00 1 10 2 20 3 30".split()
    [plain] = [body for key, body in objects.items() if key.endswith(".csv")]
    assert plain == b"7\n8\n"
    assert objects["t/c.zst"] == b"\x28\xb5\x2f\xfd...."


def test_damaged_objects_stay_and_the_rest_is_merged(lake):
    lake.make("t", ["a string"], serde=QUOTED, options={"separatorChar": ",", "quoteChar": '"'})
    whole = gzip.compress(b"1\n" * 1000)
    lake.put("t/1.gz", whole)
    lake.put("t/2.gz", whole[:-10])
    lake.put("t/3.gz", whole)
    lake.put("t/4", b'"a"\n')
    lake.put("t/5", b'"open\n')
    lake.put("t/6", b'"b"\n')
    run = lake.optimize("t")
    assert run["state"] == "SUCCEEDED" and run["left_alone"] == 2
    assert sorted(run["notes"]) == [
        "s3://lake/t/2.gz is left alone: its gzip data is cut short",
        "s3://lake/t/5 is left alone: a quote is open at its end",
    ]
    objects = lake.objects("t/")
    assert len(objects) == 4
    assert objects["t/2.gz"] == whole[:-10] and objects["t/5"] == b'"open\n'
    assert b'"a"\n"b"\n' in objects.values()
    assert b"1\n" * 2000 in [
        gzip.decompress(body) for key, body in objects.items() if "merged" in key and ".gz" in key
    ]


def test_orc_is_left_alone_by_name(lake):
    lake.make("t", ["a string"], serde=ORC[1], input=ORC[0])
    lake.put("t/1", b"ORC...")
    lake.put("t/2", b"ORC...")
    run = lake.optimize("t")
    assert run["state"] == "SUCCEEDED" and run["left_alone"] == 2 and run["commits"] == 0
    assert "files of the SerDe org.apache.hadoop.hive.ql.io.orc.OrcSerde" in run["notes"][0]


def test_what_does_not_fit_is_refused_by_name(lake):
    lake.make("t", ["a string"], keys=["p"])
    for fields, says in (
        ({"table": "nope"}, "404"),
        ({"table": "t", "convert": "orc"}, "objects are converted to parquet, not to orc"),
        ({"table": "t", "into": "default.u"}, "a second table takes Parquet: convert to it"),
        (
            {"table": "t", "convert": "parquet", "into": "default.t"},
            "the second table is the first",
        ),
        ({"table": "t", "where": "q = 'x'"}, "WHERE q = 'x'"),
        ({"table": "t", "target_mb": "0"}, "target_mb is not 0"),
        ({"table": "t", "keep_raw_ms": "5"}, "sources are kept when they are converted in place"),
        ({"table": "t", "sort": "z"}, "table default.t has no column z"),
        ({"table": "t", "convert": "parquet", "compression": "lzo"}, "not lzo"),
    ):
        with pytest.raises(AssertionError) as refused:
            lake.call("tables/optimize", **{"database": "default", **fields})
        assert says in str(refused.value), refused.value


def test_where_chooses_partitions_and_a_dry_run_changes_nothing(lake):
    lake.make("t", ["a bigint"], keys=["p"])
    for value in ("1", "2"):
        lake.add_partition("t", value, ["a bigint"])
        for number in range(3):
            lake.put(f"t/p={value}/{number}", b"1\n")
    before = lake.objects("t/")
    proposal = lake.call(
        "tables/optimize", database="default", table="t", where="p = '2'", dry_run="true"
    )
    assert proposal["parts"] == [{"name": "p=2", "files": 3, "bytes": 6, "files_after": 1}]
    assert lake.objects("t/") == before
    run = lake.optimize("t", where="p = '2'")
    assert run["files_before"] == 3 and run["files_after"] == 1
    after = lake.objects("t/")
    assert len(after) == 4 and [key for key in after if key.startswith("t/p=2/merged-")]
    sizes = lake.call("tables/sizes?database=default&table=t")["parts"]
    assert [(one["name"], one["files"], one["bytes"]) for one in sizes] == [
        ("p=1", 3, 6),
        ("p=2", 1, 6),
    ]


def test_optimize_is_a_statement_of_athena(lake):
    lake.make("t", ["a bigint"], keys=["p"])
    for value in ("1", "2"):
        lake.add_partition("t", value, ["a bigint"])
        for number in range(3):
            lake.put(f"t/p={value}/{number}", b"1\n")
    query = lake.start("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE p = '2'")
    execution = lake.wait(query)
    assert execution["Status"]["State"] == "SUCCEEDED", execution
    assert execution["SubstatementType"] == "OPTIMIZE"
    assert len(lake.objects("t/p=1/")) == 3 and len(lake.objects("t/p=2/")) == 1
    lake.rows("OPTIMIZE default.t REWRITE DATA USING BIN_PACK")
    assert len(lake.objects("t/p=1/")) == 1
    assert (
        "q"
        in lake.failure("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE q = '2'")["StateChangeReason"]
    )
    assert "nope" in lake.failure("OPTIMIZE nope REWRITE DATA USING BIN_PACK")["StateChangeReason"]
    [newest, *_] = lake.call("tables/runs?database=default&table=t")["runs"]
    assert newest["origin"] == "STATEMENT"


def test_a_query_and_a_put_meanwhile(lake):
    """Every query sees each row once; an object that is put during the merge is not lost."""
    lake.make("t", ["a bigint"], keys=["p"])
    for value in range(20):
        lake.add_partition("t", f"{value:02}", ["a bigint"])
        for number in range(20):
            lake.put(f"t/p={value:02}/{number:02}.csv", b"".join(b"%d\n" % n for n in range(50)))
    is_over = threading.Event()
    seen = []

    def keep_reading():
        while not is_over.is_set():
            seen.append(lake.rows("SELECT count(*), sum(a) FROM t")[1])

    reader = threading.Thread(target=keep_reading)
    reader.start()
    started = lake.call("tables/optimize", database="default", table="t")["id"]
    for number in range(20):
        lake.put(f"t/p=19/{number:02}.csv", b"".join(b"%d\n" % n for n in range(50)))
    run = lake.ended(started)
    seen_before = len(seen)
    lake.freshet.until(lambda: len(seen) > seen_before)
    is_over.set()
    reader.join()
    assert run["state"] == "SUCCEEDED" and run["files_after"] < 60, run
    # The objects that were put again are there beside what had been merged of the old ones.
    wanted = ["20000", str(20000 * 49 // 2)]
    assert seen[0] == wanted
    assert {int(count) % 50 for count, _ in seen} == {0}
    assert all(int(count) >= 20000 for count, _ in seen)


def test_the_command_reports_and_lists(lake):
    lake.make("t", ["a bigint"], keys=["p"])
    lake.add_partition("t", "1", ["a bigint"])
    for number in range(5):
        lake.put(f"t/p=1/{number}.csv", b"1\n")
    dry = lake.table_command("optimize", "default.t", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "p=1" in dry.stdout and "1 partitions would change" in dry.stdout
    lake.put("t/p=1/damaged.bz2", b"1\n")
    named = lake.table_command("optimize", "default.t", "--dry-run")
    assert "s3://lake/t/p=1/damaged.bz2 is left alone" in named.stdout
    lake.s3.delete_object(Bucket="lake", Key="t/p=1/damaged.bz2")
    done = lake.table_command("optimize", "default.t")
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    assert words[words.index("files") + 1 :][:3] == ["5", "1", "4"]
    assert "full scan" in done.stdout and "5 rows read, 5 written, 0 rejected" in done.stdout
    runs = lake.table_command("runs", "default.t")
    assert "SUCCEEDED" in runs.stdout and "5 -> 1" in runs.stdout
    as_json = json.loads(lake.table_command("runs", "--json").stdout)
    [kept] = as_json["runs"]
    assert kept["files_after"] == 1
    # What was measured stays with the run, for all who look at it.
    took = [kept[moment]["took_ms"] for moment in ("scan_before", "scan_after")]
    saved = f"{took[0]} ms {took[1]} ms {took[0] - took[1]} ms"
    assert saved in " ".join(done.stdout.split())
    assert kept["scan_before"]["bytes"] == 10
    quick = lake.table_command("optimize", "default.t", "--no-scan", "--json")
    assert "scan_before" not in json.loads(quick.stdout)
    wrong = lake.table_command("optimize", "t")
    assert wrong.returncode == 2 and "'t' is not DATABASE.TABLE" in wrong.stderr
    missing = lake.table_command("optimize", "default.nope")
    assert missing.returncode == 1 and "nope" in missing.stderr


def test_a_policy_begins_a_run_when_a_partition_is_idle(lake):
    lake.make("t", ["a bigint"])
    for number in range(6):
        lake.put(f"t/{number}.csv", b"1\n")
    set_policy = lake.table_command("policy", "default.t", "--files-over", "5", "--idle-for", "10m")
    assert set_policy.returncode == 0, set_policy.stderr
    policy = lake.call("tables/policy?database=default&table=t")
    assert policy["files_over"] == 5 and policy["idle_ms"] == 600_000
    lake.freshet.advance(60_000)
    assert len(lake.objects("t/")) == 6
    lake.freshet.advance(600_000)
    lake.freshet.until(lambda: len(lake.objects("t/")) == 1, advance_ms=1000, tries=300)
    [run] = lake.call("tables/runs?database=default&table=t")["runs"]
    assert run["origin"] == "POLICY"
    lake.freshet.kill9()
    lake.freshet.start()
    assert lake.call("tables/policy?database=default&table=t")["files_over"] == 5
    assert lake.table_command("policy", "default.t", "--off").returncode == 0
    assert lake.call("tables/policy?database=default&table=t") is None
