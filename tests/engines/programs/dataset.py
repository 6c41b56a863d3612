"""The data set that each engine writes and reads: 1,200 rows in the partitions year=2025 and
year=2026, month=1 to 3.
"""

import datetime
import sys

ENDPOINT, BUCKET = sys.argv[1], sys.argv[2]
KEY, SECRET, REGION = "test", "test", "us-east-1"
ROWS = 1200


def columns(offset=0):
    numbers = range(offset, offset + ROWS)
    return {
        "id": list(numbers),
        "name": [f"row {i} é" for i in numbers],
        "amount": [i / 4 for i in numbers],
        "seen_at": [
            datetime.datetime(2026, 1, 31, 5) + datetime.timedelta(seconds=i) for i in numbers
        ],
        "year": [2025 + i % 2 for i in numbers],
        "month": [1 + i % 3 for i in numbers],
    }


TOTAL = sum(range(ROWS))


def s3():
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name=REGION,
    )


def keys(prefix):
    pages = s3().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
