"""The case `partitions` of `./dev bench lake`: rows of 10,000 dynamic partitions by a jq query, put
while they are delivered. Every object is read afterwards: each row is there once, in its partition.
"""

import collections
import concurrent.futures
import json
import re
import time

import lake
import streams
from server import ROOT, Server

PARTITIONS = 10_000
ROLE = "arn:aws:iam::000000000000:role/r"
PUT_CONNECTIONS, GET_THREADS = 4, 16


def row(number):
    return json.dumps({"p": f"{number % PARTITIONS:05}", "n": number, "text": "x" * 60}) + "\n"


def start_delivery(server):
    server.client("s3").create_bucket(Bucket="lake")
    server.client("kinesis").create_stream(StreamName="rows", ShardCount=4)
    query = [
        {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{p: .p}"},
        {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
    ]
    server.client("firehose").create_delivery_stream(
        DeliveryStreamName="rows",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/rows",
            "RoleARN": ROLE,
        },
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "p=!{partitionKeyFromQuery:p}/",
            "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
            "DynamicPartitioningConfiguration": {"Enabled": True},
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [{"Type": "MetadataExtraction", "Parameters": query}],
            },
        },
    )


def delivered(server):
    text = server.metrics()
    found = re.search(r"^freshet_delivery_records_delivered_total\{.*\} (\d+)$", text, re.M)
    return int(found[1]) if found else 0


def check(server, rows):
    """Reads every object; how many there are."""
    s3 = server.client("s3")
    keys = [
        item["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
        for item in page.get("Contents", [])
    ]

    def numbers(key):
        lines = s3.get_object(Bucket="lake", Key=key)["Body"].read().splitlines()
        found = [json.loads(line) for line in lines]
        assert all(key.startswith(f"p={one['p']}/") for one in found), key
        return [one["n"] for one in found]

    seen = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(GET_THREADS) as pool:
        for some in pool.map(numbers, keys):
            seen.update(some)
    assert len(seen) == rows and max(seen.values()) == 1, "each row once"
    return len(keys)


def partitions(_, directory, options):
    config = directory / "freshet.yaml"
    config.write_text(f"delivery:\n  partition_limit: {PARTITIONS}\n")
    file = directory / "rows.json"
    with open(file, "w") as out:
        out.writelines(map(row, range(options.partition_rows)))
    server = Server(options=("--config", config))
    try:
        start_delivery(server)
        memory, begun = lake.Memory(server.process), time.monotonic()
        streams.run(ROOT, server, "put-rows", stream="rows", file=file, connections=PUT_CONNECTIONS)
        put, last, at = time.monotonic() - begun, 0, 0.0
        while last < options.partition_rows:
            now = delivered(server)
            if now > last:
                last, at = now, time.monotonic() - begun
            time.sleep(0.05)
        peak = memory.end()
        objects = check(server, options.partition_rows)
    finally:
        server.stop()
    print(
        f"{options.partition_rows} rows of {PARTITIONS} partitions: put in {put:.1f} s "
        f"({options.partition_rows / put:,.0f} rows/s, aim 200,000), all delivered after "
        f"{at:.1f} s with the interval of 60 s; {objects} objects, each row once; "
        f"server and workers "
        f"{peak:.0f} MiB (aim 600)"
    )
