"""Measurements: `./dev bench [article|streams] [--rows N]`. Each prints what it measured and what
it compares with, from one run on this machine; timings decide no test.
"""

import argparse
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("FRESHET", ROOT / "build/release/freshet"))
sys.path.insert(0, str(ROOT / "examples/chicago-crimes"))


class Server:
    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="freshet-bench-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.endpoint = f"127.0.0.1:{probe.getsockname()[1]}"
        self.start()

    def start(self):
        started = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.directory.name, "--listen", self.endpoint],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.process.stdout.readline()
        self.ready_ms = (time.monotonic() - started) * 1000

    def client(self, service):
        config = botocore.config.Config(max_pool_connections=64, s3={"addressing_style": "path"})
        return boto3.client(
            service,
            endpoint_url=f"http://{self.endpoint}",
            region_name="us-east-1",
            aws_access_key_id="b",
            aws_secret_access_key="b",
            config=config,
        )

    def memory_mib(self, field="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return (
            int(next(line for line in status.splitlines() if line.startswith(field)).split()[1])
            / 1024
        )

    def cpu_seconds(self):
        fields = (
            pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pause(self):
        """Ends the server; start() goes on with its data."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def stop(self):
        self.pause()
        self.directory.cleanup()


def streams(options):
    sys.path.insert(0, str(ROOT / "bench/streams"))
    import streams as cases

    cases.main(ROOT, Server, options.seconds)


def article(options):
    import generate

    server = Server()
    print(f"server ready in {server.ready_ms:.0f} ms, idle memory {server.memory_mib():.0f} MiB")
    try:
        rows_file = pathlib.Path(server.directory.name) / "rows.csv"
        with open(rows_file, "w") as out:
            subprocess.run(
                [
                    sys.executable,
                    ROOT / "examples/chicago-crimes/generate.py",
                    "--rows",
                    str(options.rows),
                ],
                stdout=out,
                check=True,
            )
        megabytes = rows_file.stat().st_size / 1e6
        kinesis, s3, firehose = (server.client(name) for name in ("kinesis", "s3", "firehose"))
        s3.create_bucket(Bucket="lake")
        kinesis.create_stream(StreamName="crimes", ShardCount=2)
        firehose.create_delivery_stream(
            DeliveryStreamName="d",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={
                "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/crimes",
                "RoleARN": "arn:aws:iam::000000000000:role/r",
            },
            ExtendedS3DestinationConfiguration={
                "RoleARN": "arn:aws:iam::000000000000:role/r",
                "BucketARN": "arn:aws:s3:::lake",
                "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 0},
            },
        )
        print(f"{len(generate.COLUMNS)} columns, {options.rows} rows, {megabytes:.0f} MB")
        print(f"{'stage':<44} {'seconds':>8} {'rows/s':>10} {'MB/s':>7} {'server CPU s':>12}")
        started, cpu = time.monotonic(), server.cpu_seconds()
        subprocess.run(
            [
                PROGRAM,
                "produce",
                rows_file,
                "--stream",
                "crimes",
                "--endpoint",
                f"http://{server.endpoint}",
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        line(
            "freshet produce to durable acknowledgement",
            started,
            cpu,
            server,
            options.rows,
            megabytes,
        )
        while sum(
            item["Size"]
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
            for item in page.get("Contents", [])
        ) < delivered_size(rows_file):
            time.sleep(0.02)
        line("... to objects in the lake (Firehose)", started, cpu, server, options.rows, megabytes)
        fill_plain(kinesis, rows_file)
        application(
            server, "plain", options.rows, megabytes, "application over plain CSV in the stream"
        )
        application(
            server,
            "crimes",
            options.rows,
            megabytes,
            "application over KPL, Python function first",
            with_function=True,
        )
        print(
            f"server peak memory {server.memory_mib('VmHWM'):.0f} MiB; "
            f"producer CPU {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.1f} s "
            "(with the generator)"
        )
    finally:
        server.stop()


def fill_plain(kinesis, rows_file):
    """The rows in records of about 50 kB, not aggregated: what an application reads without a
    function.
    """
    kinesis.create_stream(StreamName="plain", ShardCount=2)
    lines = rows_file.read_text().splitlines(keepends=True)[1:]
    records = [
        {"Data": "".join(lines[i : i + 200]).encode(), "PartitionKey": str(i)}
        for i in range(0, len(lines), 200)
    ]
    for i in range(0, len(records), 50):
        assert (
            kinesis.put_records(StreamName="plain", Records=records[i : i + 50])[
                "FailedRecordCount"
            ]
            == 0
        )


COUNT_SQL = """
CREATE STREAM COUNTED (C BIGINT);
CREATE PUMP COUNTER AS INSERT INTO COUNTED
SELECT STREAM COUNT(*) FROM SOURCE_SQL_STREAM_001 AS S GROUP BY FLOOR(S.ROWTIME TO SECOND);"""


def application(server, stream, rows, megabytes, stage, with_function=False):
    """The article's top K beside a count of all rows, from the oldest record on; ends when every
    row is counted.
    """
    import application as example
    import generate
    import package

    role, name = "arn:aws:iam::000000000000:role/r", f"app-{stream}"
    clients = {
        service: server.client(service)
        for service in ("kinesis", "kinesisanalytics", "lambda", "firehose")
    }
    kinesis, analytics = clients["kinesis"], clients["kinesisanalytics"]
    kinesis.create_stream(StreamName=f"out-{stream}", ShardCount=1)
    made = {
        "NamePrefix": "SOURCE_SQL_STREAM",
        "KinesisStreamsInput": {
            "ResourceARN": example.arn("kinesis", f"stream/{stream}"),
            "RoleARN": role,
        },
        "InputSchema": {
            "RecordFormat": {
                "RecordFormatType": "CSV",
                "MappingParameters": {
                    "CSVMappingParameters": {
                        "RecordRowDelimiter": "\n",
                        "RecordColumnDelimiter": ",",
                    }
                },
            },
            "RecordColumns": [
                {"Name": column, "SqlType": "VARCHAR(256)"} for column in generate.COLUMNS
            ],
        },
    }
    if with_function:
        function = clients["lambda"].create_function(
            FunctionName="preprocess",
            Runtime=f"python3.{sys.version_info.minor}",
            Handler="preprocess.lambda_handler",
            Role=role,
            Timeout=60,
            MemorySize=512,
            Code={"ZipFile": package.preprocessor()},
        )["FunctionArn"]
        made["InputProcessingConfiguration"] = {
            "InputLambdaProcessor": {"ResourceARN": function, "RoleARN": role}
        }
    code = (ROOT / "examples/chicago-crimes/top_locations.sql").read_text().replace(
        "${WINDOW_SECONDS}", "10"
    ) + COUNT_SQL
    analytics.create_application(
        ApplicationName=name,
        ApplicationCode=code,
        Inputs=[made],
        Outputs=[
            {
                "Name": "COUNTED",
                "DestinationSchema": {"RecordFormatType": "CSV"},
                "KinesisStreamsOutput": {
                    "ResourceARN": example.arn("kinesis", f"stream/out-{stream}"),
                    "RoleARN": role,
                },
            }
        ],
    )
    time.sleep(1.1)  # the last second of the input is over
    started, cpu = time.monotonic(), server.cpu_seconds()
    analytics.start_application(
        ApplicationName=name,
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )
    iterator = kinesis.get_shard_iterator(
        StreamName=f"out-{stream}", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    counted = 0
    while counted < rows:
        answer = kinesis.get_records(ShardIterator=iterator)
        counted += sum(int(record["Data"]) for record in answer["Records"])
        iterator = answer["NextShardIterator"]
        time.sleep(0.01)
    line(stage, started, cpu, server, rows, megabytes)
    analytics.stop_application(ApplicationName=name)


def delivered_size(rows_file):
    """The rows without the header, a line break each."""
    with open(rows_file, "rb") as file:
        return rows_file.stat().st_size - len(file.readline())


def line(stage, started, cpu, server, rows, megabytes):
    seconds = time.monotonic() - started
    print(
        (
            f"{stage:<44} {seconds:8.2f} {rows / seconds:10.0f} {megabytes / seconds:7.1f} "
            f"{server.cpu_seconds() - cpu:12.2f}"
        ),
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    parser.add_argument("which", nargs="?", choices=["article", "streams"], default="article")
    parser.add_argument("--rows", type=int, default=300_000, help="of the article's (300000)")
    parser.add_argument("--seconds", type=int, default=4, help="of each case of streams (4)")
    options = parser.parse_args()
    {"article": article, "streams": streams}[options.which](options)


if __name__ == "__main__":
    main()
