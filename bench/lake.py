"""The benchmark of the lake: `./dev bench lake [--rows N] [--rounds N] [--only CASE]`. Converts,
merges and crawls tables, each beside DuckDB alone on the same bytes where DuckDB can do it.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

import lake_delivery
import lake_partitions
from server import PROGRAM, ROOT, Server

DUCK = ROOT / "build/release/freshet-bench-duck"
ROW_BYTES, HOURS = 264, 24
COLUMNS = {
    "id": "bigint",
    "case_number": "string",
    "moment": "string",
    "block": "string",
    "code": "int",
    "primary_type": "string",
    "description": "string",
    "place": "string",
    "arrest": "boolean",
    "latitude": "double",
    "longitude": "double",
    "note": "string",
}


def add_options(parser):
    parser.add_argument("--rows", type=int, default=6_000_000, help="of the conversion (6000000)")
    parser.add_argument("--rounds", type=int, default=3, help="of the conversion (3)")
    parser.add_argument("--objects", type=int, default=10_000, help="merged and crawled (10000)")
    parser.add_argument(
        "--partition-rows", type=int, default=2_000_000, help="of 10,000 partitions (2000000)"
    )
    parser.add_argument("--only", choices=CASES, action="append", help="a case of the list")


def main(options):
    for name in options.only or CASES:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="freshet-bench-") as directory:
            server = Server()
            try:
                server.client("s3").create_bucket(Bucket="lake")
                server.client("glue").create_database(DatabaseInput={"Name": "bench"})
                CASES[name](server, pathlib.Path(directory), options)
            finally:
                server.stop()


# --- data


def row(number):
    """264 bytes with the line break."""
    text = (
        f"{number},HX{number % 1_000_003:07},2026-01-{number % 28 + 1:02}T{number % 24:02}:"
        f"{number % 60:02}:{number % 59:02}Z,{number % 9999:04}X W STREET {number % 997},"
        f"{number % 401},TYPE {number % 31},DESCRIPTION OF {number % 353},"
        f"PLACE {number % 127},{'true' if number % 3 else 'false'},"
        f"{41 + number % 99_991 / 1e5:.5f},{-87 - number % 99_989 / 1e5:.5f},"
    )
    return text + "n" * (ROW_BYTES - 1 - len(text)) + "\n"


def write_hours(directory, rows):
    """One file an hour."""
    files = []
    for hour in range(HOURS):
        path = directory / f"hour={hour:02}.csv"
        with open(path, "w") as out:
            for first in range(hour * rows // HOURS, (hour + 1) * rows // HOURS, 20_000):
                last = min(first + 20_000, (hour + 1) * rows // HOURS)
                out.write("".join(map(row, range(first, last))))
        files.append(path)
    return files


def storage(location, columns):
    return {
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ","},
        },
    }


def create_table(server, name, columns, partitions):
    glue = server.client("glue")
    glue.create_table(
        DatabaseName="bench",
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "part", "Type": "string"}],
            "StorageDescriptor": storage(f"s3://lake/{name}/", columns),
        },
    )
    for first in range(0, len(partitions), 100):
        glue.batch_create_partition(
            DatabaseName="bench",
            TableName=name,
            PartitionInputList=[
                {
                    "Values": [value],
                    "StorageDescriptor": storage(f"s3://lake/{name}/part={value}/", columns),
                }
                for value in partitions[first : first + 100]
            ],
        )


# --- what runs beside


class Memory(threading.Thread):
    """The highest sum of the resident memory of the server and its workers, in MiB."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak, self.is_over = process, 0, threading.Event()
        self.start()

    def run(self):
        while not self.is_over.wait(0.05):
            self.peak = max(self.peak, sum(map(resident, tree_of(self.process.pid))))

    def end(self):
        self.is_over.set()
        self.join()
        return self.peak


def tree_of(process):
    found = [process]
    for task in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += tree_of(int(child))
        except OSError:
            continue  # it ended meanwhile
    return found


def resident(process):
    try:
        pages = int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def query(server, sql):
    """The first value of the answer, and the seconds until it was there."""
    athena, begun = server.client("athena"), time.monotonic()
    run = athena.start_query_execution(
        QueryString=sql, ResultConfiguration={"OutputLocation": "s3://lake/results/"}
    )["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=run)["QueryExecution"]["Status"]
        if status["State"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.005)
    assert status["State"] == "SUCCEEDED", status
    seconds = time.monotonic() - begun
    rows = athena.get_query_results(QueryExecutionId=run)["ResultSet"]["Rows"]
    return rows[1]["Data"][0]["VarCharValue"], seconds


class Queries(threading.Thread):
    """The same query once a second: each answer is right at every moment."""

    def __init__(self, server, sql, expected):
        super().__init__(daemon=True)
        self.server, self.sql, self.expected = server, sql, expected
        self.seconds, self.wrong, self.is_over = [], [], threading.Event()
        self.start()

    def run(self):
        while not self.is_over.is_set():
            value, seconds = query(self.server, self.sql)
            self.seconds.append(seconds)
            if value != self.expected:
                self.wrong.append(value)
            self.is_over.wait(max(0, 1 - seconds))

    def end(self):
        self.is_over.set()
        self.join()
        assert not self.wrong, f"{len(self.wrong)} of {len(self.seconds)}: {self.wrong[:3]}"
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


class Puts(threading.Thread):
    """Objects of 4 KiB, one after the other, fifty a second at the most."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.client, self.seconds, self.is_over = server.client("s3"), [], threading.Event()
        self.start()

    def run(self):
        while not self.is_over.is_set():
            begun = time.perf_counter()
            key = f"beside/{len(self.seconds):06}"
            self.client.put_object(Bucket="lake", Key=key, Body=b"x" * 4096)
            self.seconds.append(time.perf_counter() - begun)
            self.is_over.wait(max(0, 0.02 - self.seconds[-1]))

    def p99(self):
        """In milliseconds."""
        self.is_over.set()
        self.join()
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)] * 1000


def freshet(server, *arguments):
    begun = time.monotonic()
    subprocess.run(
        [PROGRAM, *arguments, "--endpoint", f"http://{server.endpoint}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - begun


def duck(*statements):
    """Seconds of each statement."""
    answer = subprocess.run([DUCK, *statements], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line)["seconds"] for line in answer.stdout.splitlines()]


# --- cases


def convert(server, directory, options):
    """CSV by hour becomes ZSTD Parquet. Both sides in turn, each first every other time. Freshet
    syncs what it writes before its commits; DuckDB does not.
    """
    files = write_hours(directory, options.rows)
    size = sum(path.stat().st_size for path in files)
    ours, beside, peaks = [], [], []
    for turn in range(options.rounds):
        sides = [
            lambda: beside.append(duck_converts(directory)),
            lambda: convert_table(server, f"rows{turn}", files, options.rows, ours, peaks),
        ]
        for side in sides if turn % 2 == 0 else reversed(sides):
            side()
        print(f"round {turn + 1}: {ours[-1]:.2f} s, DuckDB {beside[-1]:.2f} s, {peaks[-1]:.0f} MiB")
    ratio = statistics.median(b / a for a, b in zip(ours, beside))
    seconds, duck_seconds = statistics.median(ours), statistics.median(beside)
    print(
        f"convert {options.rows} rows, {size / 1e9:.2f} GB: {seconds:.2f} s "
        f"({options.rows / seconds / 1000:.0f} k rows/s), DuckDB {duck_seconds:.2f} s, "
        f"{ratio:.2f} of its speed (aim 0.9); server and workers {max(peaks):.0f} MiB (aim 512)"
    )


def duck_converts(directory):
    kinds = {"bigint": "BIGINT", "int": "INTEGER", "boolean": "BOOLEAN", "double": "DOUBLE"}
    columns = {name: kinds.get(kind, "VARCHAR") for name, kind in COLUMNS.items()}
    out = directory / "duck"
    copy = (
        "COPY (SELECT * EXCLUDE (filename), regexp_extract(filename, 'hour=([0-9]+)', 1) AS part "
        f"FROM read_csv('{directory}/hour=*.csv', header=false, filename=true, "
        f"columns={columns!r})) "
        f"TO '{out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (part))"
    )
    seconds = duck("SET threads=2", "SET memory_limit='512MiB'", copy)[-1]
    shutil.rmtree(out)
    return seconds


def convert_table(server, name, files, rows, seconds, peaks):
    """A table of the files, converted; then it goes."""
    s3, hours = server.client("s3"), [f"{hour:02}" for hour in range(HOURS)]
    for hour, path in zip(hours, files):
        s3.upload_file(str(path), "lake", f"{name}/part={hour}/rows.csv")
    create_table(server, name, COLUMNS, hours)
    before = query(server, f"SELECT count(*) FROM bench.{name}")[0]
    memory = Memory(server.process)
    # Without the scans before and after that its report compares.
    seconds.append(
        freshet(server, "table", "optimize", f"bench.{name}", "--convert", "parquet", "--no-scan")
    )
    peaks.append(memory.end())
    assert query(server, f"SELECT count(*) FROM bench.{name}")[0] == before == str(rows)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=f"{name}/"):
        for listed in page.get("Contents", []):
            s3.delete_object(Bucket="lake", Key=listed["Key"])


def merge(server, directory, options):
    """Objects of 50 KB in 100 partitions become few, under a query a second."""
    columns = {name: COLUMNS[name] for name in COLUMNS}
    parts = [f"{number:03}" for number in range(100)]
    rows = 50_000 // ROW_BYTES
    client = server.client("s3")

    def put(number):
        body = "".join(row(number * rows + at) for at in range(rows)).encode()
        client.put_object(
            Bucket="lake", Key=f"small/part={parts[number % 100]}/{number:05}.csv", Body=body
        )

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(put, range(options.objects)))
    create_table(server, "small", columns, parts)
    sql, expected = "SELECT count(*) FROM bench.small", str(options.objects * rows)
    alone = sorted(query(server, sql)[1] for _ in range(20))[18]
    puts = Puts(server)
    time.sleep(10)
    puts_alone, puts = puts.p99(), Puts(server)
    queries = Queries(server, sql, expected)
    seconds = freshet(server, "table", "optimize", "bench.small", "--target-mb", "128")
    busy, puts_busy = queries.end(), puts.p99()
    left = sum(
        len(page.get("Contents", []))
        for page in client.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="small/")
    )
    assert query(server, sql)[0] == expected
    print(
        f"merge {options.objects} objects of {rows * ROW_BYTES / 1000:.0f} kB to {left}: "
        f"{seconds:.1f} s (aim 20); {len(queries.seconds)} queries exact, p95 {busy:.2f} s, "
        f"{busy / alone:.2f} of alone (aim 1.5); puts' p99 {puts_busy:.1f} ms, "
        f"{puts_busy / puts_alone:.2f} of alone (aim 1.5)"
    )


def crawl(server, directory, options):
    """Objects in 2,000 hourly partitions, cataloged by one crawl."""
    s3, glue = server.client("s3"), server.client("glue")

    def put(number):
        day, hour = divmod(number % 2000, 24)
        key = f"rows/year=2026/month={day // 28 + 1:02}/day={day % 28 + 1:02}/hour={hour:02}"
        s3.put_object(
            Bucket="lake", Key=f"{key}/{number}.csv", Body=b"id,name\n" + b"1,one\n2,two\n" * 20
        )

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(put, range(options.objects)))
    glue.create_crawler(
        Name="c",
        Role="r",
        DatabaseName="bench",
        Targets={"S3Targets": [{"Path": "s3://lake/rows/"}]},
    )
    begun = time.monotonic()
    glue.start_crawler(Name="c")
    while glue.get_crawler(Name="c")["Crawler"]["State"] != "READY":
        time.sleep(0.01)
    seconds = time.monotonic() - begun
    assert query(server, "SELECT count(*) FROM bench.rows")[0] == str(options.objects * 40)
    print(f"crawl {options.objects} objects in 2000 partitions: {seconds:.2f} s (aim 2)")


def follow(server, directory, options):
    """An object that is put until its partition can be read, with a crawler in event mode."""
    s3, glue = server.client("s3"), server.client("glue")
    glue.create_crawler(
        Name="c",
        Role="arn:aws:iam::000000000000:role/any",
        DatabaseName="bench",
        Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"},
    )

    def partition(number):
        begin = time.perf_counter()
        s3.put_object(Bucket="lake", Key=f"t/hour={number}/a.csv", Body=b"id,name\n1,x\n2,y\n")
        put = time.perf_counter()
        while True:
            try:
                glue.get_partition(
                    DatabaseName="bench", TableName="t", PartitionValues=[str(number)]
                )
                break
            except glue.exceptions.EntityNotFoundException:
                pass
        return (put - begin) * 1000, (time.perf_counter() - put) * 1000

    partition(0)  # makes the table
    times = [partition(number) for number in range(1, 501)]
    for name, place in (("put", 0), ("from its answer to its partition", 1)):
        ms = sorted(one[place] for one in times)
        p50, p99 = ms[len(ms) // 2], ms[len(ms) * 99 // 100]
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {ms[-1]:.1f} ms (aim 50)")


def deliver(server, directory, options):
    """CSV of a stream becomes Snappy Parquet."""
    files = write_hours(directory, options.rows)
    lake_delivery.delivery(server, files, COLUMNS, duck, Memory)


CASES = {
    "convert": convert,
    "merge": merge,
    "crawl": crawl,
    "follow": follow,
    "delivery": deliver,
    "partitions": lake_partitions.partitions,
}
