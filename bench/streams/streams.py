"""The streams benchmark: `./dev bench streams`. A C++ load generator and the server share this machine's cores; every answer
waits for fsync. Each row is printed with the aim of the issue and the ratio to a raw loop of append + fdatasync of the same
bytes, measured right after it. Timings decide no test.
"""
import json
import subprocess
import time

AIMS = {
    "PutRecords 500 x 1 KiB, 4 shards": "250 MB/s or 80 % of raw", "PutRecords 500 x 96 B, 4 shards": "800,000 records/s",
    "PutRecord 100 B, 64 connections": "60,000/s", "KPL aggregates, 100 x 96 B users": "3,000,000 user records/s",
}


def generator(root):
    return root / "build/release/freshet-bench-streams"


def run(root, server, case, **options):
    command = [str(generator(root)), case, "--port", server.endpoint.rsplit(":", 1)[1]]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"bench: {case}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def puts(root, server, seconds):
    server.client("kinesis").create_stream(StreamName="b", ShardCount=4)
    raw = f"{server.directory.name}/raw"
    print(f"{'case':<36} {'records/s':>12} {'MB/s':>8} {'raw MB/s':>9} {'of raw':>7} {'p50 ms':>8} {'p99 ms':>8} {'CPU s/s':>8}   aim")
    for name, options in (("PutRecords 500 x 1 KiB, 4 shards", dict(records=500, size=1024, users=1, connections=4)),
                          ("PutRecords 500 x 96 B, 4 shards", dict(records=500, size=96, users=1, connections=4)),
                          ("PutRecord 100 B, 64 connections", dict(records=1, size=100, users=1, connections=64)),
                          ("KPL aggregates, 100 x 96 B users", dict(records=100, size=96, users=100, connections=4))):
        cpu, started = server.cpu_seconds(), time.monotonic()
        found = run(root, server, "put", stream="b", seconds=seconds, raw_file=raw, **options)
        used = (server.cpu_seconds() - cpu) / (time.monotonic() - started)
        print(f"{name:<36} {found['records_s']:12,.0f} {found['mb_s']:8.1f} {found['raw_mb_s']:9.1f} {found['ratio']:7.2f} {found['p50_ms']:8.2f} {found['p99_ms']:8.2f} "
              f"{used:8.2f}   {AIMS[name]}", flush=True)


def gets(root, server, seconds):
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="g", ShardCount=2)
    for i in range(24):
        kinesis.put_records(StreamName="g", Records=[{"Data": bytes([i]) * 100_000, "PartitionKey": str(n), "ExplicitHashKey": str((n % 2) << 127)} for n in range(40)])
    iterators = [kinesis.get_shard_iterator(StreamName="g", ShardId=f"shardId-{i:012}", ShardIteratorType="TRIM_HORIZON")["ShardIterator"] for i in range(2)]
    user_bytes = sum(len(record["Data"]) for record in kinesis.get_records(ShardIterator=iterators[0])["Records"])
    for form, aim in (("json", "500 MB/s"), ("cbor", "1,000 MB/s")):
        found = run(root, server, "get", iterators=",".join(iterators), format=form, seconds=seconds, user_bytes=user_bytes)
        print(f"GetRecords from the tail, {form:<10} {'':12} {found['mb_s']:8.1f} {'':44}   {aim}", flush=True)


def main(root, make_server, seconds=4):
    server = make_server()
    try:
        puts(root, server, seconds)
        gets(root, server, seconds)
        found = run(root, server, "deaggregate", users=100, size=96, seconds=2)
        print(f"{'KPL deaggregation, one core':<36} {found['records_s']:12,.0f} {'':53}   5,000,000 records/s")
    finally:
        server.stop()
