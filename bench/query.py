"""The benchmark of Athena: `./dev bench query [--rows N] [--rounds N] [--only CASE]`. Each scan
beside DuckDB alone on the same bytes, in turn; of small queries the time from StartQueryExecution
to their rows.
"""

import http.client
import json
import multiprocessing
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

import lake
from server import ROOT, Server

ENGINES = ROOT / "build/engines/bin/python"  # has DuckDB's generator of TPC-H
SERDES = {
    "open": ("org.apache.hadoop.hive.serde2.OpenCSVSerde", {"separatorChar": ","}),
    "lazy": ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", {"field.delim": ","}),
    "json": ("org.openx.data.jsonserde.JsonSerDe", {}),
}
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
DUCK_TYPES = {"bigint": "BIGINT", "int": "INTEGER", "boolean": "BOOLEAN", "double": "DOUBLE"}
COUNT = "SELECT count(*) FROM {}"
TOP = "SELECT primary_type, count(*) AS n FROM {} GROUP BY primary_type ORDER BY n DESC, 1 LIMIT 10"
PARTS = 4


def add_options(parser):
    parser.add_argument("--rows", type=int, default=2_000_000, help="of scanned tables (2000000)")
    parser.add_argument(
        "--result-rows", type=int, default=10_000_000, help="of the large result (10000000)"
    )
    parser.add_argument(
        "--partitions", type=int, default=100_000, help="of the partitioned table (100000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each scan (3)")
    parser.add_argument("--queries", type=int, default=400, help="small ones (400)")
    parser.add_argument("--scale", type=float, default=1, help="factor of TPC-H (1)")
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


# --- asking


class Asker:
    """One kept-alive connection; a client library would take longer than a small query."""

    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(endpoint)

    def call(self, operation, **members):
        self.connection.request(
            "POST",
            "/",
            json.dumps(members),
            {
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"AmazonAthena.{operation}",
                "Authorization": "AWS4-HMAC-SHA256 Credential=b/20260101/us-east-1/athena/"
                f"aws4_request, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
                "X-Amz-Date": "20260101T000000Z",
            },
        )
        answer = self.connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status == 200, body
        return body

    def ask(self, sql, database="bench", has_rows=True):
        """The rows as text, and the seconds until they were there."""
        begun = time.perf_counter()
        run = self.call(
            "StartQueryExecution",
            QueryString=sql,
            QueryExecutionContext={"Database": database},
            ResultConfiguration={"OutputLocation": "s3://lake/results/"},
        )["QueryExecutionId"]
        pause = 0.0003
        while True:
            execution = self.call("GetQueryExecution", QueryExecutionId=run)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED"):
                break
            time.sleep(pause)
            pause = min(pause * 1.2, 0.01)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        rows = []
        if has_rows:
            found = self.call("GetQueryResults", QueryExecutionId=run)["ResultSet"]["Rows"]
            rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in found[1:]]
        return rows, time.perf_counter() - begun


def create_table(server, name, columns, serde, keys=(), database="bench", **parameters):
    library, properties = serde
    is_parquet = library.startswith(PARQUET)
    server.client("glue").create_table(
        DatabaseName=database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "Parameters": parameters,
            "StorageDescriptor": storage(
                f"s3://lake/{database}/{name}/", columns, library, properties, is_parquet
            ),
        },
    )


def storage(location, columns, library, properties, is_parquet):
    return {
        "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
        "Location": location,
        "InputFormat": f"{PARQUET}.MapredParquetInputFormat" if is_parquet else TEXT_INPUT,
        "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat" if is_parquet else TEXT_OUTPUT,
        "SerdeInfo": {"SerializationLibrary": library, "Parameters": properties},
    }


def upload(server, name, files, database="bench"):
    s3 = server.client("s3")
    for path in files:
        s3.upload_file(str(path), "lake", f"{database}/{name}/{path.name}")


def beside_duck(server, label, ours, theirs, rounds, aim, database="bench", setup=()):
    """A statement by Athena and one by DuckDB, each first every other time; the ratio is of its
    speed.
    """
    asker, seconds, duck_seconds = Asker(server.endpoint), [], []
    for turn in range(rounds):
        sides = [
            lambda: seconds.append(asker.ask(ours, database)[1]),
            lambda: duck_seconds.append(lake.duck("SET threads=2", *setup, theirs)[-1]),
        ]
        for side in sides if turn % 2 == 0 else reversed(sides):
            side()
    ratio = statistics.median(b / a for a, b in zip(seconds, duck_seconds))
    print(
        f"{label}: {statistics.median(seconds):.3f} s, DuckDB "
        f"{statistics.median(duck_seconds):.3f} s, {ratio:.2f} of its speed (aim {aim})",
        flush=True,
    )
    return statistics.median(seconds), statistics.median(duck_seconds)


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


# --- cases


def small_client(endpoint, sql, count, is_over=None):
    """Milliseconds of `count` queries, or of as many as go before `is_over` is set."""
    asker, times = Asker(endpoint), []
    while len(times) < count and not (is_over and is_over.is_set()):
        times.append(asker.ask(sql)[1] * 1000)
    return times


def forty_rows(server):
    body = "".join(f"{number},kind {number % 7},{number * 3}\n" for number in range(40))
    server.client("s3").put_object(Bucket="lake", Key="bench/forty/rows.csv", Body=body.encode())
    columns = {"id": "bigint", "kind": "string", "amount": "bigint"}
    create_table(server, "forty", columns, SERDES["lazy"])
    return "SELECT kind, sum(amount) FROM bench.forty GROUP BY kind ORDER BY kind"


def small(server, directory, options):
    """SELECT 1, and a grouped query over 40 rows: one client, then one beside eight."""
    for label, sql in (("SELECT 1", "SELECT 1"), ("grouped, 40 rows", forty_rows(server))):
        small_client(server.endpoint, sql, 20)
        alone = small_client(server.endpoint, sql, options.queries)
        with multiprocessing.Pool(9) as pool:
            every = pool.starmap(small_client, [(server.endpoint, sql, options.queries // 4)] * 9)
        crowd = [one for client in every for one in client]
        print(
            f"{label}: one client p50 {percentile(alone, 0.5):.1f} ms (aim 4), "
            f"p99 {percentile(alone, 0.99):.1f} ms; nine clients p50 "
            f"{percentile(crowd, 0.5):.1f} ms, p99 {percentile(crowd, 0.99):.1f} ms (aim 10)"
        )


def write_rows(directory, rows):
    """CSV and lines of JSON, in PARTS files each."""
    files = {"csv": [], "json": []}
    for part in range(PARTS):
        first, last = part * rows // PARTS, (part + 1) * rows // PARTS
        csv = directory / f"rows-{part}.csv"
        with open(csv, "w") as out:
            for at in range(first, last, 20_000):
                out.write("".join(map(lake.row, range(at, min(at + 20_000, last)))))
        files["csv"].append(csv)
        files["json"].append(directory / f"rows-{part}.json")
    lake.duck(
        *(
            f"COPY (FROM {read_csv(csv)}) TO '{made}' (FORMAT json)"
            for csv, made in zip(files["csv"], files["json"])
        )
    )
    return files


def duck_columns():
    return {name: DUCK_TYPES.get(kind, "VARCHAR") for name, kind in lake.COLUMNS.items()}


def read_csv(path):
    return f"read_csv('{path}', header=false, columns={duck_columns()!r})"


def text(server, directory, options):
    """Counts and tops of CSV and JSON."""
    files = write_rows(directory, options.rows)
    json_rows = f"read_json('{directory}/*.json', format='newline_delimited', columns="
    sides = {
        "open": (files["csv"], read_csv(f"{directory}/*.csv"), 1.2),
        "lazy": (files["csv"], read_csv(f"{directory}/*.csv"), 2),
        "json": (files["json"], f"{json_rows}{duck_columns()!r})", 1.2),
    }
    strings = dict.fromkeys(lake.COLUMNS, "string")
    for name, (made, theirs, aim) in sides.items():
        upload(server, name, made)
        create_table(server, name, strings if name == "open" else lake.COLUMNS, SERDES[name])
        for what, sql in (("count", COUNT), ("top 10", TOP)):
            beside_duck(
                server,
                f"{name}, {what}, {options.rows} rows",
                sql.format(f"bench.{name}"),
                sql.format(theirs),
                options.rounds,
                aim,
            )


def parquet(server, directory, options):
    """Counts and tops of Parquet."""
    files = write_rows(directory, options.rows)["csv"]
    made = [path.with_suffix(".parquet") for path in files]
    lake.duck(
        *(
            f"COPY (FROM {read_csv(csv)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
            for csv, path in zip(files, made)
        )
    )
    upload(server, "parquet", made)
    create_table(server, "parquet", lake.COLUMNS, (f"{PARQUET}.serde.ParquetHiveSerDe", {}))
    for what, sql in (("count", COUNT), ("top 10", TOP)):
        beside_duck(
            server,
            f"parquet, {what}, {options.rows} rows",
            sql.format("bench.parquet"),
            sql.format(f"'{directory}/*.parquet'"),
            options.rounds,
            0.95,
        )


def tpch(server, directory, options):
    """TPC-H's 22 statements over Parquet."""
    if not ENGINES.exists():
        print("skipped: ./dev setup test installs DuckDB's generator of TPC-H")
        return
    subprocess.run(
        [ENGINES, ROOT / "bench/tpch_files.py", str(directory), str(options.scale)], check=True
    )
    made = json.loads((directory / "tpch.json").read_text())
    server.client("glue").create_database(DatabaseInput={"Name": "tpch"})
    for table, columns in made["tables"].items():
        upload(server, table, [directory / f"{table}.parquet"], "tpch")
        serde = (f"{PARQUET}.serde.ParquetHiveSerDe", {})
        create_table(server, table, columns, serde, database="tpch")
    views = [f"CREATE VIEW {t} AS FROM '{directory}/{t}.parquet'" for t in made["tables"]]
    totals = [0.0, 0.0]
    for number, sql in enumerate(made["statements"], 1):
        found = beside_duck(server, f"TPC-H {number}", sql, sql, options.rounds, "-", "tpch", views)
        totals = [total + one for total, one in zip(totals, found)]
    print(
        f"TPC-H SF {options.scale:g}, 22 statements: {totals[0]:.2f} s, DuckDB {totals[1]:.2f} s, "
        f"{totals[0] / totals[1]:.2f} of its time (aim 1.05)"
    )


def result(server, directory, options):
    """A result of many rows as a file, and what the server's memory grew by."""
    files = write_rows(directory, min(options.rows, options.result_rows))["csv"]
    upload(server, "lazy", files)
    create_table(server, "lazy", lake.COLUMNS, SERDES["lazy"])
    times = -(-options.result_rows // min(options.rows, options.result_rows))
    numbers = ", ".join(str(number) for number in range(times))
    sql = (
        f"SELECT id, case_number, code FROM bench.lazy CROSS JOIN UNNEST(ARRAY[{numbers}]) AS t(x)"
    )
    asker = Asker(server.endpoint)
    asker.ask("SELECT 1")
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # resets VmHWM
    before, memory = server.memory_mib(), lake.Memory(server.process)
    seconds = asker.ask(sql, has_rows=False)[1]
    grown, peak = server.memory_mib("VmHWM") - before, memory.end()
    rows = min(options.rows, options.result_rows) * times
    print(
        f"result of {rows} rows: {seconds:.2f} s, {rows / seconds / 1e6:.2f} M rows/s (aim 1); "
        f"the server grew by {grown:.0f} MiB (aim 16), with its worker {peak:.0f} MiB"
    )


def partitions(server, directory, options):
    """Equality on both keys of a table of many partitions, one file each."""
    server.client("s3").put_object(Bucket="lake", Key="bench/many/x", Body=b"1,one\n2,two\n")
    columns, per_day = {"id": "bigint", "name": "string"}, 100
    create_table(server, "many", columns, SERDES["lazy"], ("day", "part"))
    glue, s3 = server.client("glue"), server.client("s3")
    library, properties = SERDES["lazy"]
    days = options.partitions // per_day
    for day in range(days):
        glue.batch_create_partition(
            DatabaseName="bench",
            TableName="many",
            PartitionInputList=[
                {
                    "Values": [str(day), str(part)],
                    "StorageDescriptor": storage(
                        f"s3://lake/bench/many/day={day}/part={part}/",
                        columns,
                        library,
                        properties,
                        False,
                    ),
                }
                for part in range(per_day)
            ],
        )
    for day in range(0, days, 7):
        s3.put_object(
            Bucket="lake", Key=f"bench/many/day={day}/part=42/rows.csv", Body=b"1,one\n2,two\n"
        )
    asker, times = Asker(server.endpoint), []
    for turn in range(60):
        day = turn * 7 % days // 7 * 7
        rows, seconds = asker.ask(
            f"SELECT count(*) FROM bench.many WHERE day = '{day}' AND part = '42'"
        )
        assert rows == [["2"]], rows
        times.append(seconds * 1000)
    print(
        f"equality on two keys of {days * per_day} partitions: p50 {percentile(times, 0.5):.1f} "
        f"ms, p99 {percentile(times, 0.99):.1f} ms (aim 50)"
    )


def beside(server, directory, options):
    """Sixteen clients of small queries, alone and beside a long scan."""
    sql = forty_rows(server)
    upload(server, "lazy", write_rows(directory, options.rows)["csv"])
    create_table(server, "lazy", lake.COLUMNS, SERDES["lazy"])
    numbers = ", ".join(str(number) for number in range(40))
    scan = (
        "SELECT max(length(note) + x + length(description)) FROM bench.lazy "
        f"CROSS JOIN UNNEST(ARRAY[{numbers}]) AS t(x)"
    )

    def crowd(is_over, seconds):
        with multiprocessing.Manager() as manager:
            stop = manager.Event()
            with multiprocessing.Pool(16) as pool:
                found = pool.starmap_async(
                    small_client, [(server.endpoint, sql, 100_000, stop)] * 16
                )
                is_over(seconds)
                stop.set()
                return percentile([one for client in found.get() for one in client], 0.95)

    alone = crowd(time.sleep, 5)
    lasted = []
    scanner = threading.Thread(target=lambda: lasted.append(Asker(server.endpoint).ask(scan)[1]))
    scanner.start()
    busy = crowd(scanner.join, None)
    print(
        f"16 clients of small queries: p95 {alone:.1f} ms alone, {busy:.1f} ms beside a scan of "
        f"{lasted[0]:.0f} s, {busy / alone:.2f} of alone (aim 3)"
    )


CASES = {
    "small": small,
    "text": text,
    "parquet": parquet,
    "tpch": tpch,
    "result": result,
    "partitions": partitions,
    "beside": beside,
}
