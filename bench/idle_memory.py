#!/usr/bin/env python3
"""How much memory the server holds after a load: puts and reads of streams, objects and deliveries,
then nothing.

bench/idle_memory.py [--megabytes 512] [--idle 30] [--only streams,objects,delivery]

Prints the resident memory before, at its highest, and while idle; ends with 1 when it is over
--limit at the end.
"""

import argparse
import concurrent.futures
import os
import sys
import time

from server import Server

MIB = 1 << 20


def wait_until_idle(server, quiet_seconds=3):
    """Until the server computes nothing for a while: what was accepted may still be delivered."""
    begun, quiet, before, told = time.monotonic(), 0, None, 0
    while quiet < quiet_seconds:
        spent = server.cpu_seconds()
        quiet = quiet + 1 if before is not None and spent - before < 0.05 else 0
        if time.monotonic() - begun >= told:
            print(
                f"  {told} s after the load, {server.memory_mib():.0f} MiB, {spent:.1f} s computed",
                flush=True,
            )
            told += 5
        before = spent
        time.sleep(1)
    return time.monotonic() - begun


def each(count, call):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in pool.map(call, range(count)):
            del done


def load_streams(server, megabytes):
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=8)
    kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
    record = os.urandom(100_000)
    each(
        megabytes // 4,
        lambda call: kinesis.put_records(
            StreamName="s",
            Records=[{"Data": record, "PartitionKey": f"{call}-{number}"} for number in range(41)],
        ),
    )
    for shard in kinesis.list_shards(StreamName="s")["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for _ in range(3):
            iterator = kinesis.get_records(ShardIterator=iterator)["NextShardIterator"]


def load_objects(server, megabytes):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="lake")
    body = os.urandom(8 * MIB)
    each(megabytes // 8, lambda call: s3.put_object(Bucket="lake", Key=f"large-{call}", Body=body))
    each(
        megabytes // 8,
        lambda call: s3.get_object(Bucket="lake", Key=f"large-{call}")["Body"].read(),
    )
    each(2000, lambda call: s3.put_object(Bucket="lake", Key=f"small-{call}", Body=body[:10_000]))


def load_delivery(server, megabytes):
    firehose = server.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/any",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
            "CompressionFormat": "GZIP",
        },
    )
    record = os.urandom(100_000)
    each(
        megabytes // 4,
        lambda call: firehose.put_record_batch(
            DeliveryStreamName="d", Records=[{"Data": record}] * 40
        ),
    )


LOADS = {"streams": load_streams, "objects": load_objects, "delivery": load_delivery}


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--megabytes", type=int, default=512)
    options.add_argument("--idle", type=int, default=30, help="seconds")
    options.add_argument("--limit", type=int, default=120, help="MiB after --idle")
    options.add_argument("--only", default=",".join(LOADS))
    options = options.parse_args()
    server = Server()
    print(f"started {server.memory_mib():.0f} MiB", flush=True)
    held = 0
    for name in options.only.split(","):
        if name == "delivery" and "objects" not in options.only:
            server.client("s3").create_bucket(Bucket="lake")
        LOADS[name](server, options.megabytes)
        loaded = server.memory_mib()
        print(
            f"{name}: {loaded:.0f} MiB, then busy for {wait_until_idle(server):.0f} s more",
            flush=True,
        )
        for waited in range(0, options.idle, 5):
            print(f"{name}: idle for {waited} s, {server.memory_mib():.0f} MiB", flush=True)
            time.sleep(5)
        held = server.memory_mib()
        print(
            (
                f"{name}: {options.megabytes} MB loaded, {loaded:.0f} MiB then, {held:.0f} "
                f"MiB after {options.idle} s idle"
            ),
            flush=True,
        )
    server.stop()
    return held > options.limit


if __name__ == "__main__":
    sys.exit(main())
