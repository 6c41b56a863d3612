"""The article's hourly function: registers the year=/month=/day=/hour= prefixes that delivery has
made.

The database and the table come from the event ({"database": ..., "table": ...}) or from the
environment (DATABASE, TABLE). A partition that is registered already is left as it is.
"""

import copy
import os
import re

import boto3

BATCH = 100  # BatchCreatePartition takes no more
PREFIX = re.compile(r"year=([^/]+)/month=([^/]+)/day=([^/]+)/hour=([^/]+)/")

glue = boto3.client("glue")
s3 = boto3.client("s3")


def split_location(location):
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    return bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/"


def delivered_prefixes(bucket, prefix):
    """{(year, month, day, hour): prefix} of the objects below `prefix`."""
    found = {}
    for page in s3.get_paginator("list_objects").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            match = PREFIX.match(entry["Key"], len(prefix))
            if match:
                found[match.groups()] = entry["Key"][: match.end()]
    return found


def registered(database, table):
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=table)
    return {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}


def lambda_handler(event, context):
    database = event.get("database") or os.environ["DATABASE"]
    table_name = event.get("table") or os.environ["TABLE"]
    table = glue.get_table(DatabaseName=database, Name=table_name)["Table"]
    storage = table["StorageDescriptor"]
    bucket, prefix = split_location(storage["Location"])

    found = delivered_prefixes(bucket, prefix)
    missing = sorted(set(found) - registered(database, table_name))
    partitions = []
    for values in missing:
        own = copy.deepcopy(storage)
        own["Location"] = f"s3://{bucket}/{found[values]}"
        partitions.append({"Values": list(values), "StorageDescriptor": own})

    created = 0
    for start in range(0, len(partitions), BATCH):
        batch = partitions[start : start + BATCH]
        answer = glue.batch_create_partition(
            DatabaseName=database, TableName=table_name, PartitionInputList=batch
        )
        errors = [
            error
            for error in answer.get("Errors", [])
            if error["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException"
        ]
        if errors:
            raise RuntimeError(f"partitions were refused: {errors[:3]}")
        created += len(batch) - len(answer.get("Errors", []))
    print(f"{database}.{table_name}: {len(found)} prefixes, {created} registered now")
    return {"found": len(found), "created": created}
