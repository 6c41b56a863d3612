"""The article's pipeline on this machine: `./dev demo [--once] [--article] [--csv FILE... [--count
COLUMN] [--flag COLUMN]] [--keep DIR]`.

Starts a Freshet of its own, makes the pipeline by `freshet apply pipeline.yaml`, sends rows as the
article's producer does (KPL-aggregated), waits until rows and windows are in the lake under
year=/month=/day=/hour=, queries Athena, and compares every step with what Python computes from the
input. Without --once it sends rows until Ctrl-C, which stops the server and removes its data,
unless --keep names a directory for it.
"""

import argparse
import collections
import csv
import datetime
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import application  # noqa: E402
import columns  # noqa: E402
import boto3  # noqa: E402
import generate  # noqa: E402
import producer  # noqa: E402

PIPELINE = HERE / "pipeline.yaml"
PROGRAM = os.environ.get("FRESHET", ROOT / "build/release/freshet")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_REGION": "us-east-1",
}
STREAM, DELIVERY, BUCKET, RESULTS, CRAWLER = (
    "crimes",
    "crimes-to-lake",
    "crimes-lake",
    "crimes-results",
    "top-locations",
)
DASHBOARD, JOB = "crimes", "optimize"
ROLE = "arn:aws:iam::000000000000:role/freshet-pipeline"
LIVE_ROWS_PER_SECOND = 500
SAMPLE_ROWS = 2_000  # sent before the schema is discovered


class Table:
    """Prints step, expected, found, seconds; remembers whether all agree."""

    def __init__(self):
        self.good = True
        print(f"\n{'step':<44} {'expected':>14} {'found':>14} {'seconds':>8}")

    def row(self, step, expected, found, since):
        agrees = expected == found
        self.good = self.good and agrees
        print(
            (
                f"{step:<44} {expected!s:>14} {found!s:>14} "
                f"{time.monotonic() - since:8.2f}{'' if agrees else '   <- differs'}"
            ),
            flush=True,
        )


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def pipeline_for(path, directory):
    """The pipeline file for the rows of a CSV file, in `directory`; and its columns."""
    chosen = columns.Columns(str(path))
    return chosen.pipeline(PIPELINE, directory), chosen


class Demo:
    def __init__(self, options):
        self.options = options
        self.columns = (
            columns.Columns(options.csv[0], options.count, options.flag)
            if options.csv
            else columns.Columns.of_the_article(generate.COLUMNS)
        )
        self.header = self.columns.header
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            if any(options.keep.iterdir()):
                raise SystemExit(f"demo: --keep: {options.keep} is not empty")
        self.directory = (
            options.keep or pathlib.Path(tempfile.mkdtemp(prefix="freshet-demo-"))
        ).resolve()
        self.pipeline = (
            PIPELINE
            if self.header == generate.COLUMNS and self.columns.is_article
            else self.columns.pipeline(PIPELINE, self.directory)
        )
        port = options.port if is_free(options.port) else 0  # 0: the system chooses
        self.server = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.directory / "data", "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE,
            stderr=open(self.directory / "server.log", "w"),
            text=True,
        )
        line = self.server.stdout.readline().strip()
        if "ready" not in line:
            raise SystemExit(f"demo: the server did not start; see {self.directory / 'server.log'}")
        self.endpoint = line.split()[-1]
        print(f"demo: {line}, data in {self.directory / 'data'}")
        self.clients = {
            name: boto3.client(
                name,
                endpoint_url=self.endpoint,
                region_name="us-east-1",
                aws_access_key_id="demo",
                aws_secret_access_key="demo",
            )
            for name in (
                "kinesis",
                "s3",
                "firehose",
                "athena",
                "kinesisanalytics",
                "glue",
                "lambda",
            )
        }
        self.kinesis, self.s3, self.firehose, self.athena = (
            self.clients[name] for name in ("kinesis", "s3", "firehose", "athena")
        )
        quick = {
            "WINDOW_SECONDS": 10,
            "BUFFER_SECONDS": 15,
            "PARTITIONS_SCHEDULE": "rate(1 minute)",
        }
        self.parameters = {} if options.article else quick  # the file's own are the article's
        self.streaming = application.Streaming(
            self.clients, STREAM, ROLE, 60 if options.article else 10
        )

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        status = self.server.wait(timeout=30)
        if self.options.keep:
            print(f"demo: the data stays: {PROGRAM} serve --data {self.directory / 'data'}")
        else:
            shutil.rmtree(self.directory)
            print(f"demo: the server has ended and its data, {self.directory}, is removed")
        return status

    def rows(self):
        if not self.options.csv:
            yield from generate.rows(self.options.rows, self.options.seed)
            return
        for path in self.options.csv:
            rows = producer.read_rows(path)
            next(rows, None)
            yield from (self.columns.fits(row) for row in rows if row)

    def make(self):
        """Creates everything by the pipeline file; a second apply changes nothing."""
        for times in ("once", "again"):
            print(f"demo: freshet apply {self.pipeline}, {times}")
            done = subprocess.run(
                [
                    PROGRAM,
                    "apply",
                    self.pipeline,
                    "--endpoint",
                    self.endpoint,
                    "--python",
                    sys.executable,
                    *(
                        word
                        for name, value in self.parameters.items()
                        for word in ("--set", f"{name}={value}")
                    ),
                ],
                env={**os.environ, **ENVIRONMENT},
                stdout=subprocess.PIPE,
                text=True,
            )
            print(
                "".join(
                    f"  {line}\n"
                    for line in done.stdout.splitlines()
                    if times == "once" or not line.startswith("unchanged")
                ),
                end="",
            )
            if done.returncode != 0:
                raise SystemExit("demo: the pipeline file could not be applied")
        self.changed_again = sum(
            not line.startswith("unchanged") for line in done.stdout.splitlines()[:-1]
        )

    def send(self):
        """Sends the rows as lines, and prints the time of each ten-thousandth."""
        sender, lines, started = producer.Producer(self.kinesis, STREAM), [], time.monotonic()
        for row in self.rows():
            if len(lines) == SAMPLE_ROWS:
                sender.finish()
                self.discover()
            line = io.StringIO()
            csv.writer(line, lineterminator="").writerow(row)
            lines.append(line.getvalue())
            sender.add(row)
            if sender.rows % 10_000 == 0:
                rate = sender.rows / (time.monotonic() - started)
                print(
                    f"demo: {sender.rows} rows sent, {rate:.0f} rows/s, {sender.retries} retries",
                    flush=True,
                )
        sender.finish()
        if len(lines) <= SAMPLE_ROWS:
            self.discover()
        return lines

    def discover(self):
        """Compares the discovered schema with that of the pipeline file."""
        schema = self.streaming.discover()
        self.discovered = schema["RecordColumns"]
        self.stated = self.streaming.stated_columns()
        print(
            f"demo: discovered {len(self.discovered)} columns of "
            f"{schema['RecordFormat']['RecordFormatType']}; the file's:"
        )
        for found, stated in zip(self.discovered, self.stated):
            print(f"  {stated['Name']:<24} {found['SqlType']:<16} {stated['SqlType']}")

    def wait_for_windows(self, expected):
        """Waits for that many rows of the application in the lake, at most a minute longer than
        windows and buffers last.
        """
        deadline = time.monotonic() + (480 if self.options.article else 90)
        known, rows = set(), []
        while len(rows) < expected and time.monotonic() < deadline:
            for key in self.objects("top-locations/"):
                if key not in known:
                    known.add(key)
                    rows += list(csv.reader(self.lake_lines([key])))
                    print(f"demo: object {key}: {len(rows)} rows of windows so far", flush=True)
            time.sleep(0.25)
        return sorted(known), rows

    def check_windows(self, table):
        since = time.monotonic()
        place = self.header.index(self.columns.counted)
        expected = self.streaming.expected_windows(place)
        keys, rows = self.wait_for_windows(len(expected))
        found = {
            (
                round(datetime.datetime.fromisoformat(end + "+00:00").timestamp() * 1000),
                name,
                int(crimes),
            )
            for name, crimes, end in rows
        }
        table.row("rows of the windows' top places", len(expected), len(rows), since)
        table.row("windows as Python computes them", len(expected), len(found & expected), since)
        table.row(
            "rows in error_stream",
            0,
            sum(1 for _ in self.streaming.records(application.ERRORS)),
            since,
        )
        since = time.monotonic()
        table.row("crawler", "SUCCEEDED", self.crawl(), since)
        since = time.monotonic()
        self.query(
            "CREATE OR REPLACE VIEW crimes.location_totals AS SELECT col0 AS location, "
            "SUM(CAST(col1 AS bigint)) AS crimes "
            "FROM crimes.top_locations GROUP BY col0"
        )
        totals = collections.Counter()
        for _, name, crimes in expected:
            totals[name] += crimes
        answer = self.query("SELECT location, crimes FROM crimes.location_totals")[1:]
        table.row(
            "view location_totals",
            len(totals),
            sum(totals[name or ""] == int(crimes) for name, crimes in answer),
            since,
        )
        return keys

    def objects(self, prefix="crimes/"):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def lake_lines(self, keys):
        content = b"".join(
            self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys
        )
        return content.decode().split("\n")[:-1] if content else []

    def wait_for_lake(self, expected):
        """Waits until the lake has that many rows, at most a minute longer than a buffer lasts."""
        deadline = time.monotonic() + (360 if self.options.article else 75)
        known, rows = set(), []
        while time.monotonic() < deadline:
            for key in self.objects():
                if key in known:
                    continue
                known.add(key)
                lines = self.lake_lines([key])
                rows += lines
                print(f"demo: object {key}: {len(lines)} rows", flush=True)
            if len(rows) >= expected:
                break
            time.sleep(0.25)
        return sorted(known), rows

    def execute(self, sql):
        """An Athena statement that has succeeded, as GetQueryExecution describes it."""
        execution = self.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": "crimes"},
            ResultConfiguration={"OutputLocation": f"s3://{RESULTS}/"},
        )["QueryExecutionId"]
        while True:
            found = self.athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]
            status = found["Status"]
            if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(0.05)
        if status["State"] != "SUCCEEDED":
            raise SystemExit(f"demo: the query failed: {status.get('StateChangeReason')}\n{sql}")
        return found

    def query(self, sql):
        """The rows of an Athena statement, as texts."""
        execution = self.execute(sql)["QueryExecutionId"]
        rows = self.athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"]
        return [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in rows]

    def partitions(self):
        pages = (
            self.clients["glue"]
            .get_paginator("get_partitions")
            .paginate(DatabaseName="crimes", TableName="reports")
        )
        return {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}

    def check_partitions(self, table, keys):
        """The partitions of the objects: delivery registers them, and leaves nothing to do to the
        article's hourly function.
        """
        since = time.monotonic()
        expected = {tuple(part.split("=")[1] for part in key.split("/")[1:5]) for key in keys}
        table.row(
            "partitions that delivery registered",
            len(expected),
            len(self.partitions() & expected),
            since,
        )
        answer = self.clients["lambda"].invoke(FunctionName="partitions", Payload=b"{}")
        told = json.loads(answer["Payload"].read())
        table.row(
            "partitions that the function finds, and adds",
            f"{len(expected)}, 0",
            f"{told.get('found')}, {told.get('created')}",
            since,
        )

    def crawl(self):
        """Runs the crawler over the windows' objects: its table, and the reasons that it logged."""
        glue = self.clients["glue"]
        glue.start_crawler(Name=CRAWLER)
        while (
            not (crawler := glue.get_crawler(Name=CRAWLER)["Crawler"]).get("LastCrawl")
            or crawler["State"] != "READY"
        ):
            time.sleep(0.05)
        found = glue.get_table(DatabaseName="crimes", Name="top_locations")["Table"]
        columns = ", ".join(
            f"{column['Name']} {column['Type']}" for column in found["StorageDescriptor"]["Columns"]
        )
        print(
            f"demo: crawler {CRAWLER}: {crawler['LastCrawl']['Status']}, table "
            f"top_locations ({columns}), "
            f"partitions by {', '.join(key['Name'] for key in found['PartitionKeys'])}"
        )
        return crawler["LastCrawl"]["Status"]

    def check_queries(self, table, lines):
        since = time.monotonic()
        table.row(
            "rows that Athena counts",
            len(lines),
            int(self.query("SELECT COUNT(*) FROM crimes.reports")[1][0]),
            since,
        )
        since, place = time.monotonic(), self.header.index(self.columns.counted)
        counted = collections.Counter(next(csv.reader([line]))[place] for line in lines)
        expected = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:10]
        answer = self.query(
            f"SELECT place, {self.columns.bars} FROM crimes.top_places ORDER BY 2 DESC, "
            "place LIMIT 10"
        )[1:]
        found = [(name or "", int(count)) for name, count in answer]
        table.row(
            "top ten places of the view",
            "as Python's",
            "as Python's" if found == expected else "others",
            since,
        )
        for name, count in found:
            print(f"  {count:>8}  {name or '(empty)'}")

    def wait_for_job(self):
        """The first run of the job, which the trigger starts after the crawl, when it has ended."""
        while not (runs := self.clients["glue"].get_job_runs(JobName=JOB)["JobRuns"]) or (
            "CompletedOn" not in runs[0]
        ):
            time.sleep(0.05)
        return runs[0]

    def measured(self, name, folder):
        """What one query over the table reads, how long it takes, and its answer."""
        place = columns.table_names(self.header)[self.header.index(self.columns.counted)]
        execution = self.execute(
            f'SELECT "{place}", COUNT(*) FROM crimes.{name} GROUP BY 1 ORDER BY 2 DESC, 1'
        )
        statistics = execution["Statistics"]
        files = [key for key in self.objects(folder) if "/_" not in key]
        print(
            f"  {name:<18} {len(files):>6} {statistics['DataScannedInBytes']:>14} "
            f"{statistics['TotalExecutionTimeInMillis'] / 1000:>8.3f}"
        )
        return self.result(execution)

    def result(self, execution):
        """The lines of a statement's result object, without the names of its columns."""
        key = execution["ResultConfiguration"]["OutputLocation"].split("/", 3)[3]
        return self.s3.get_object(Bucket=RESULTS, Key=key)["Body"].read().split(b"\n")[1:]

    def check_optimised(self, table, windows):
        """The article's ETL step: the crimes as Parquet, and few files of windows."""
        since = time.monotonic()
        run = self.wait_for_job()
        table.row("job that the crawl's trigger started", "SUCCEEDED", run["JobRunState"], since)
        if run["JobRunState"] != "SUCCEEDED":
            print(f"demo: the job says {run.get('ErrorMessage')}")
            return
        folders = {key.rsplit("/", 1)[0] for key in windows}
        table.row(
            f"objects of windows, once {len(windows)}",
            len(folders),
            len(self.objects("top-locations/")),
            since,
        )
        print(f"  {'one query over':<18} {'files':>6} {'bytes scanned':>14} {'seconds':>8}")
        before = self.measured("reports", "crimes/")
        after = self.measured("reports_parquet", "crimes-parquet/")
        table.row("its answer over Parquet", "as before", self.same(before, after), since)
        rows = [
            sorted(self.result(self.execute(f"SELECT * FROM crimes.{name}")))
            for name in ("reports", "reports_parquet")
        ]
        table.row("all rows of the two tables", "as before", self.same(*rows), since)

    @staticmethod
    def same(before, after):
        return "as before" if before == after else "others"

    def charted(self):
        """{place: (crimes, arrests)} as the dashboard's page receives it."""
        with urllib.request.urlopen(
            f"{self.endpoint}/_freshet/api/live?topic=dashboard:{DASHBOARD}", timeout=60
        ) as events:
            data = json.loads(events.readline().decode().removeprefix("data: "))
        if data.get("error"):
            raise SystemExit(f"demo: the dashboard says {data['error']}")
        return {row[0] or "": tuple(map(int, row[1:])) for row in data["rows"]}

    def check_chart(self, table, lines):
        """The ten bars and the ten points of the line, against the rows themselves."""
        since, place = time.monotonic(), self.header.index(self.columns.counted)
        crimes, arrests = collections.Counter(), collections.Counter()
        for row in csv.reader(lines):
            crimes[row[place]] += 1
            arrests[row[place]] += self.columns.is_true(row)
        first = sorted(crimes, key=lambda name: (-crimes[name], name))[:10]
        expected = {
            name: (crimes[name], arrests[name]) if self.columns.lines else (crimes[name],)
            for name in first
        }
        found = self.charted()
        each = 2 if self.columns.lines else 1
        table.row(
            "bars and line of the chart",
            each * len(expected),
            each * sum(found.get(name) == values for name, values in expected.items()),
            since,
        )

    def live_rows(self):
        """Endless rows: generated ones, or those of the files repeatedly."""
        if not self.options.csv:
            yield from generate.rows(10**9, self.options.seed + 1)
        while True:
            yield from self.rows()

    def page(self):
        return f"{self.endpoint}/_freshet/#/dashboards/{DASHBOARD}"

    def check(self):
        since = time.monotonic()
        self.make()
        made = time.monotonic()
        lines = self.send()
        sent = time.monotonic()
        keys, found = self.wait_for_lake(len(lines))
        table = Table()
        table.row("changes when applied again", 0, self.changed_again, since)
        table.row(
            "delivery streams made",
            2,
            len(self.firehose.list_delivery_streams()["DeliveryStreamNames"]),
            since,
        )
        table.row(
            "stream has records (KPL aggregates)",
            True,
            any(True for _ in self.streaming.records(STREAM)),
            made,
        )
        table.row("discovered columns", len(self.header), len(self.discovered), made)
        fitting = sum(
            application.fits(found["SqlType"], stated["SqlType"])
            for found, stated in zip(self.discovered, self.stated)
        )
        table.row("types of the file that fit the discovered", len(self.header), fitting, made)
        table.row("rows in the lake", len(lines), len(found), sent)
        table.row(
            "each row once", True, collections.Counter(lines) == collections.Counter(found), sent
        )
        pattern = re.compile(
            r"crimes/year=\d{4}/month=\d\d/day=\d\d/hour=\d\d/" + DELIVERY + r"-1-"
        )
        table.row(
            "objects under year=/month=/day=/hour=",
            len(keys),
            sum(bool(pattern.match(key)) for key in keys),
            sent,
        )
        windows = self.check_windows(table)
        self.check_partitions(table, keys)
        self.check_queries(table, lines)
        self.check_chart(table, lines)
        self.check_optimised(table, windows)
        print(f"demo: the chart, asked again each second: {self.page()}")
        return table.good

    def run_on(self):
        print(
            f"demo: sending {LIVE_ROWS_PER_SECOND} rows/s until Ctrl-C; watch\n"
            f"  {self.page()}\n  {self.endpoint}/_freshet/ (the pipeline, its windows, a "
            "page for SQL)\nor try\n"
            f"  aws --endpoint-url {self.endpoint} s3 ls --recursive s3://{BUCKET}/\n"
            f"  curl {self.endpoint}/_freshet/metrics"
        )
        if not self.options.keep:
            print(
                (
                    f"Ctrl-C ends the server and removes its data, {self.directory}; --keep "
                    "DIR keeps it"
                ),
                flush=True,
            )
        sender, rows = producer.Producer(self.kinesis, STREAM), self.live_rows()
        while True:
            for _ in range(LIVE_ROWS_PER_SECOND):
                sender.add(next(rows))
            sender.finish()
            time.sleep(1)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--once", action="store_true", help="check and end; the exit status says whether all agrees"
    )
    parser.add_argument(
        "--article", action="store_true", help="the article's buffers: 5 MiB or 300 s"
    )
    parser.add_argument(
        "--csv",
        nargs="+",
        metavar="FILE",
        help="rows of these files (first row: header), plain or .gz",
    )
    parser.add_argument(
        "--count",
        metavar="COLUMN",
        help="with --csv: the column whose values are counted; a likely one when not given",
    )
    parser.add_argument(
        "--flag",
        metavar="COLUMN",
        help="with --csv: the column of true and false that the chart's line counts",
    )
    parser.add_argument(
        "--keep",
        metavar="DIR",
        type=pathlib.Path,
        help="a new directory in which the data stays; without it the end removes the data",
    )
    parser.add_argument(
        "--rows", type=int, default=50_000, help="rows to generate without --csv (50000)"
    )
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument(
        "--port", type=int, default=4566, help="where to listen when it is free (4566)"
    )
    options = parser.parse_args()
    if (options.count or options.flag) and not options.csv:
        parser.error("--count and --flag choose columns of --csv FILE")
    demo = Demo(options)
    good = False
    try:
        good = demo.check()
        print(
            "demo: every hand-over agrees with the input"
            if good
            else "demo: something differs, see the table"
        )
        if not demo.options.once:
            demo.run_on()
    except KeyboardInterrupt:
        print()
    finally:
        status = demo.stop()
    if demo.options.once:
        sys.exit(0 if good and status == 0 else 1)


if __name__ == "__main__":
    main()
