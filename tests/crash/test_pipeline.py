"""The whole path under kill -9: producer, stream, function, SQL, delivery, lake.

acknowledged = rows in the lake + rows in error_stream + rows that the function dropped, each once.
"""

import io
import json
import re
import sys
import time
import zipfile

from application_input import csv_input
from test_kill9 import Writer, check

ROLE = "arn:aws:iam::000000000000:role/r"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
FUNCTION = """
import base64
def handler(event, context):
    out = []
    for record in event['records']:
        number = int(base64.b64decode(record['data']))
        result, data = 'Ok', record['data']
        if number % 7 == 0: result = 'Dropped'
        elif number % 11 == 0: data = base64.b64encode(b'no number %d' % number).decode()
        out.append({'recordId': record['recordId'], 'result': result, 'data': data})
    return {'records': out}
"""
CODE = """CREATE OR REPLACE STREAM NUMBERS (N INTEGER);
CREATE OR REPLACE PUMP P AS INSERT INTO NUMBERS SELECT STREAM N FROM SOURCE_SQL_STREAM_001;"""


def make(server):
    kinesis, firehose = server.client("kinesis"), server.client("firehose")
    server.client("s3").create_bucket(Bucket="lake")
    kinesis.create_stream(StreamName="in", ShardCount=2)
    kinesis.create_stream(StreamName="errors", ShardCount=1)
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "rows/",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        },
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", FUNCTION)
    server.client("lambda").create_function(
        FunctionName="f",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=ROLE,
        Handler="f.handler",
        Timeout=60,
        Code={"ZipFile": packed.getvalue()},
    )
    analytics = server.client("kinesisanalytics")
    analytics.create_application(
        ApplicationName="a",
        ApplicationCode=CODE,
        Inputs=[
            {
                **csv_input(ARN.format("kinesis", "stream/in"), ROLE, {"N": "INTEGER"}),
                "InputProcessingConfiguration": {
                    "InputLambdaProcessor": {
                        "ResourceARN": ARN.format("lambda", "function:f"),
                        "RoleARN": ROLE,
                    }
                },
            }
        ],
        Outputs=[
            {
                "Name": "NUMBERS",
                "DestinationSchema": {"RecordFormatType": "CSV"},
                "KinesisFirehoseOutput": {
                    "ResourceARN": ARN.format("firehose", "deliverystream/d"),
                    "RoleARN": ROLE,
                },
            },
            {
                "Name": "error_stream",
                "DestinationSchema": {"RecordFormatType": "JSON"},
                "KinesisStreamsOutput": {
                    "ResourceARN": ARN.format("kinesis", "stream/errors"),
                    "RoleARN": ROLE,
                },
            },
        ],
    )
    analytics.start_application(
        ApplicationName="a",
        InputConfigurations=[
            {
                "Id": "1.1",
                "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
            }
        ],
    )


def lake(s3):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="rows/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [
        int(line)
        for key in keys
        for line in s3.get_object(Bucket="lake", Key=key)["Body"].read().split()
    ]


def errors(kinesis):
    rows, iterator = (
        [],
        kinesis.get_shard_iterator(
            StreamName="errors", ShardId="0", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"],
    )
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        rows += [json.loads(record["Data"]) for record in answer["Records"]]
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0:
            # The row as it came is there in hexadecimal, as Kinesis Data Analytics gives it, or as
            # text.
            return [int(re.search(r"no number (\d+)", as_text(row))[1]) for row in rows]


def as_text(row):
    data = row["DATA_ROW"]
    return (
        bytes.fromhex(data).decode()
        if re.fullmatch(r"[0-9A-Fa-f]+", data) and len(data) % 2 == 0
        else data
    )


def test_acknowledged_is_lake_and_errors_and_dropped(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    make(server)
    client = server.client("kinesis")
    writer = Writer(
        lambda n: client.put_record(StreamName="in", Data=b"%d" % n, PartitionKey=str(n))
    )
    writer.start()
    for _ in range(kills):
        time.sleep(
            rng.uniform(0.05, 0.8)
        )  # long enough for the function's process to come up, most times
        server.kill9()
        server.start()
    writer.stopping = True
    writer.join()
    s3, kinesis = server.client("s3"), server.client("kinesis")
    passes = {n for n in writer.acknowledged if n % 7 and n % 11}
    broken = {n for n in writer.acknowledged if n % 7 and n % 11 == 0}
    server.until(lambda: passes <= set(lake(s3)) and broken <= set(errors(kinesis)))
    delivered, refused = lake(s3), errors(kinesis)
    assert not [n for n in delivered if n % 7 == 0 or n % 11 == 0], (
        "a row that was dropped or broken is in the lake"
    )
    assert not [n for n in refused if n % 7 == 0 or n % 11], "a whole row is among the errors"
    dropped = [n for n in writer.acknowledged if n % 7 == 0]
    check(sorted(delivered + refused + dropped), writer)
