"""The article benchmark: `./dev bench article`. The article's rows through each stage, one after
the other, on one server.
"""

import pathlib
import resource
import subprocess
import sys
import time

from server import PROGRAM, ROOT, Server

sys.path.insert(0, str(ROOT / "examples/chicago-crimes"))


def main(row_count):
    import generate

    server = Server()
    print(f"server ready in {server.ready_ms:.0f} ms, idle memory {server.memory_mib():.0f} MiB")
    try:
        rows_file = pathlib.Path(server.directory.name) / "rows.csv"
        make_rows(rows_file, row_count)
        megabytes = rows_file.stat().st_size / 1e6
        kinesis = server.client("kinesis")
        kinesis.create_stream(StreamName="crimes", ShardCount=2)
        start_delivery(server, "crimes")
        print(f"{len(generate.COLUMNS)} columns, {row_count} rows, {megabytes:.0f} MB")
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
            row_count,
            megabytes,
        )
        while delivered_bytes(server) < delivered_size(rows_file):
            time.sleep(0.02)
        line("... to objects in the lake (Firehose)", started, cpu, server, row_count, megabytes)
        fill_plain(kinesis, rows_file)
        application(
            server, "plain", row_count, megabytes, "application over plain CSV in the stream"
        )
        application(
            server,
            "crimes",
            row_count,
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


def start_delivery(server, stream):
    """From now on, to the bucket "lake"."""
    server.client("s3").create_bucket(Bucket="lake")
    deliver(server, stream, "lake")


def deliver(server, stream, bucket):
    """From now on, as soon as the bucket is there."""
    server.client("firehose").create_delivery_stream(
        DeliveryStreamName=f"of-{stream}",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": f"arn:aws:kinesis:us-east-1:000000000000:stream/{stream}",
            "RoleARN": "arn:aws:iam::000000000000:role/r",
        },
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/r",
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 0},
        },
    )


def delivered_bytes(server, bucket="lake"):
    return sum(
        item["Size"]
        for page in server.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in page.get("Contents", [])
    )


def make_rows(path, rows):
    """The article's rows as CSV, with a header."""
    with open(path, "w") as out:
        subprocess.run(
            [
                sys.executable,
                ROOT / "examples/chicago-crimes/generate.py",
                "--rows",
                str(rows),
            ],
            stdout=out,
            check=True,
        )


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


def start_application(server, stream, name, with_function=False):
    """The article's top K beside a count of all rows, from the oldest record on; returns a function
    that gives the number of rows counted so far.
    """
    import application as example
    import generate
    import package

    role = "arn:aws:iam::000000000000:role/r"
    clients = {
        service: server.client(service)
        for service in ("kinesis", "kinesisanalytics", "lambda", "firehose")
    }
    kinesis, analytics = clients["kinesis"], clients["kinesisanalytics"]
    output = f"out-{name}"
    kinesis.create_stream(StreamName=output, ShardCount=1)
    source = {
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
        source["InputProcessingConfiguration"] = {
            "InputLambdaProcessor": {"ResourceARN": function, "RoleARN": role}
        }
    code = (ROOT / "examples/chicago-crimes/top_locations.sql").read_text().replace(
        "${WINDOW_SECONDS}", "10"
    ) + COUNT_SQL
    analytics.create_application(
        ApplicationName=name,
        ApplicationCode=code,
        Inputs=[source],
        Outputs=[
            {
                "Name": "COUNTED",
                "DestinationSchema": {"RecordFormatType": "CSV"},
                "KinesisStreamsOutput": {
                    "ResourceARN": example.arn("kinesis", f"stream/{output}"),
                    "RoleARN": role,
                },
            }
        ],
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
    place = {
        "iterator": kinesis.get_shard_iterator(
            StreamName=output, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"],
        "counted": 0,
    }

    def counted():
        answer = kinesis.get_records(ShardIterator=place["iterator"])
        place["iterator"] = answer["NextShardIterator"]
        place["counted"] += sum(int(record["Data"]) for record in answer["Records"])
        return place["counted"]

    return counted


def application(server, stream, rows, megabytes, stage, with_function=False):
    """Ends when every row is counted."""
    name = f"app-{stream}"
    time.sleep(1.1)  # the last second of the input is over
    started, cpu = time.monotonic(), server.cpu_seconds()
    counted = start_application(server, stream, name, with_function)
    while counted() < rows:
        time.sleep(0.01)
    line(stage, started, cpu, server, rows, megabytes)
    server.client("kinesisanalytics").stop_application(ApplicationName=name)


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
