"""The article's optimisation step four ways, over the example's own table: by a Glue job that a
trigger starts (boto3), by the command, by the pipeline file, by a policy that is set by hand. Each
time the same rows are there afterwards, as Parquet in fewer files, which pyarrow reads.
"""

import collections
import csv
import io
import pathlib
import subprocess
import sys

import pyarrow.parquet
import pytest
from test_pipeline_file import EXAMPLE, PIPELINE, apply

sys.path.insert(0, str(EXAMPLE))
import generate  # noqa: E402

HOURS, FILES, ROWS = 2, 6, 40
COLUMNS = [name.lower().replace(" ", "_") for name in generate.COLUMNS]
PLACES = [COLUMNS.index(name) for name in ("id", "primary_type", "location_description")]


class Crimes:
    """Small objects of crimes below the example's partitions, as its delivery makes them."""

    def __init__(self, freshet):
        self.freshet, self.s3, self.glue = freshet, freshet.client("s3"), freshet.client("glue")
        rows = generate.rows(HOURS * FILES * ROWS, 7)
        self.rows = collections.Counter()
        table = self.glue.get_table(DatabaseName="crimes", Name="reports")["Table"]
        for hour in range(HOURS):
            values = ["2026", "01", "31", f"{hour:02}"]
            folder = "crimes/" + "".join(
                f"{key['Name']}={value}/" for key, value in zip(table["PartitionKeys"], values)
            )
            storage = table["StorageDescriptor"] | {"Location": f"s3://crimes-lake/{folder}"}
            self.glue.create_partition(
                DatabaseName="crimes",
                TableName="reports",
                PartitionInput={"Values": values, "StorageDescriptor": storage},
            )
            for number in range(FILES):
                text = io.StringIO()
                writer = csv.writer(text, lineterminator="\n")
                for _ in range(ROWS):
                    row = next(rows)
                    writer.writerow(row)
                    self.rows[tuple(str(row[place]) for place in PLACES)] += 1
                self.s3.put_object(
                    Bucket="crimes-lake", Key=f"{folder}{number}", Body=text.getvalue()
                )

    def parquet(self, prefix):
        """The rows of the Parquet below a prefix, and its files; hidden objects are not data."""
        rows, files = collections.Counter(), 0
        listed = self.s3.list_objects_v2(Bucket="crimes-lake", Prefix=prefix).get("Contents", [])
        for one in listed:
            if "/_" in one["Key"]:
                continue
            assert one["Key"].endswith(".parquet"), one["Key"]
            body = self.s3.get_object(Bucket="crimes-lake", Key=one["Key"])["Body"].read()
            table = pyarrow.parquet.read_table(io.BytesIO(body))
            names = [table.column_names[place] for place in PLACES]
            rows.update(tuple(row[name] for name in names) for row in table.to_pylist())
            files += 1
        return rows, files

    def is_converted(self):
        listed = self.s3.list_objects_v2(Bucket="crimes-lake", Prefix="crimes/")["Contents"]
        return all(one["Key"].endswith(".parquet") or "/_" in one["Key"] for one in listed)

    def command(self, *words):
        done = subprocess.run(
            self.freshet.command("table", *words, "--endpoint", self.freshet.endpoint),
            env=self.freshet.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def crimes(freshet):
    apply(freshet)
    return Crimes(freshet)


def test_a_glue_job_with_a_trigger(crimes):
    script = "OPTIMIZE crimes.reports REWRITE DATA USING PARQUET INTO crimes.reports_parquet;"
    crimes.s3.put_object(Bucket="crimes-results", Key="etl.sql", Body=script.encode())
    crimes.glue.create_job(
        Name="etl",
        Role="arn:aws:iam::000000000000:role/freshet-pipeline",
        Command={"Name": "freshetsql", "ScriptLocation": "s3://crimes-results/etl.sql"},
    )
    crimes.glue.create_trigger(Name="etl-now", Type="ON_DEMAND", Actions=[{"JobName": "etl"}])
    crimes.glue.start_trigger(Name="etl-now")
    run = crimes.freshet.until(
        lambda: (
            (runs := crimes.glue.get_job_runs(JobName="etl")["JobRuns"])
            and "CompletedOn" in runs[0]
            and runs[0]
        )
    )
    assert run["JobRunState"] == "SUCCEEDED", run
    assert run["TriggerName"] == "etl-now"
    assert crimes.parquet("crimes-parquet/") == (crimes.rows, HOURS)


def test_the_command(crimes):
    told = crimes.command("optimize", "crimes.reports", "--convert", "parquet").split()
    assert told[told.index("files") + 1 :][:2] == [str(HOURS * FILES), str(HOURS)]
    assert {"full", "scan", "scanned"} <= set(told)
    assert crimes.parquet("crimes/") == (crimes.rows, HOURS)


def test_the_pipeline_file(crimes, tmp_path):
    text = PIPELINE.read_text()
    for name in ("preprocess.py", "partitions.py", "top_locations.sql", "optimize.sql"):
        (tmp_path / name).write_text((EXAMPLE / name).read_text())
    place = "    location: s3://crimes-lake/crimes/\n"
    assert text.count(place) == 1
    policy = "    optimize: {convert: parquet, keep_raw: 7d, when: {files_over: 5, idle_for: 2m}}\n"
    file = pathlib.Path(tmp_path / "pipeline.yaml")
    file.write_text(text.replace(place, place + policy))
    apply(crimes.freshet, file)
    crimes.freshet.advance(180_000)
    crimes.freshet.until(crimes.is_converted, advance_ms=1000)
    assert crimes.parquet("crimes/") == (crimes.rows, HOURS)
    assert apply(crimes.freshet, file) == []


def test_a_policy(crimes):
    crimes.command(
        *("policy", "crimes.reports", "--convert", "parquet"),
        *("--files-over", "5", "--idle-for", "2m"),
    )
    crimes.freshet.advance(60_000)
    assert not crimes.is_converted()
    crimes.freshet.advance(120_000)
    crimes.freshet.until(crimes.is_converted, advance_ms=1000)
    assert crimes.parquet("crimes/") == (crimes.rows, HOURS)
    assert "POLICY" in crimes.command("runs", "crimes.reports")
