"""The streams benchmark: `./dev bench streams`. A C++ load generator and the server share this
machine's cores; every answer waits for fsync. Each row is printed with the aim of the issue and
the ratio to a raw loop of append + fdatasync of the same bytes, measured right after it. Timings
decide no test.
"""

import concurrent.futures
import glob
import json
import random
import resource
import socket
import sqlite3
import subprocess
import time

AIMS = {
    "PutRecords 500 x 1 KiB, 4 shards": "250 MB/s or 80 % of raw",
    "PutRecords 500 x 96 B, 4 shards": "800,000 records/s",
    "PutRecord 100 B, 64 connections": "60,000/s",
    "KPL aggregates, 100 x 96 B users": "3,000,000 user records/s",
}


def generator(root):
    return root / "build/release/freshet-bench-load"


def run(root, server, case, **options):
    command = [str(generator(root)), case, "--port", server.endpoint.rsplit(":", 1)[1]]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"bench: {case}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def puts(root, server, seconds):
    """MB/s of the first case."""
    speeds = []
    server.client("kinesis").create_stream(StreamName="b", ShardCount=4)
    raw = f"{server.directory.name}/raw"
    print(
        f"{'case':<36} {'records/s':>12} {'MB/s':>8} {'raw MB/s':>9} {'of raw':>7} "
        f"{'p50 ms':>8} {'p99 ms':>8} {'CPU s/s':>8}   aim"
    )
    for name, options in (
        ("PutRecords 500 x 1 KiB, 4 shards", dict(records=500, size=1024, users=1, connections=4)),
        ("PutRecords 500 x 96 B, 4 shards", dict(records=500, size=96, users=1, connections=4)),
        ("PutRecord 100 B, 64 connections", dict(records=1, size=100, users=1, connections=64)),
        ("KPL aggregates, 100 x 96 B users", dict(records=100, size=96, users=100, connections=4)),
    ):
        cpu, started = server.cpu_seconds(), time.monotonic()
        found = run(root, server, "put", stream="b", seconds=seconds, raw_file=raw, **options)
        used = (server.cpu_seconds() - cpu) / (time.monotonic() - started)
        speeds.append(found["mb_s"])
        print(
            f"{name:<36} {found['records_s']:12,.0f} {found['mb_s']:8.1f} "
            f"{found['raw_mb_s']:9.1f} {found['ratio']:7.2f} {found['p50_ms']:8.2f} "
            f"{found['p99_ms']:8.2f} "
            f"{used:8.2f}   {AIMS[name]}",
            flush=True,
        )
    return speeds[0]


def gets(root, server, seconds):
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="g", ShardCount=2)
    for i in range(24):
        kinesis.put_records(
            StreamName="g",
            Records=[
                {
                    "Data": bytes([i]) * 100_000,
                    "PartitionKey": str(n),
                    "ExplicitHashKey": str((n % 2) << 127),
                }
                for n in range(40)
            ],
        )
    iterators = [
        kinesis.get_shard_iterator(
            StreamName="g", ShardId=f"shardId-{i:012}", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for i in range(2)
    ]
    user_bytes = sum(
        len(record["Data"]) for record in kinesis.get_records(ShardIterator=iterators[0])["Records"]
    )
    for form, aim in (("json", "500 MB/s"), ("cbor", "1,000 MB/s")):
        found = run(
            root,
            server,
            "get",
            iterators=",".join(iterators),
            format=form,
            seconds=seconds,
            user_bytes=user_bytes,
        )
        print(
            f"GetRecords from the tail, {form:<10} {'':12} {found['mb_s']:8.1f} {'':44}   {aim}",
            flush=True,
        )


def consumers_of(server, stream, count):
    kinesis = server.client("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"][
        "StreamARN"
    ]
    return [
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f"c{i}")["Consumer"][
            "ConsumerARN"
        ]
        for i in range(count)
    ]


def fan_out(root, server, seconds, half_load):
    """The time from a put's answer to its event; and what 50 readers cost the puts."""
    server.client("kinesis").create_stream(StreamName="f", ShardCount=4)
    consumers = consumers_of(server, "f", 50)
    case = dict(stream="f", shard="shardId-000000000000", seconds=seconds)
    found = run(
        root,
        server,
        "fanout",
        mb_s=max(1, int(half_load)),
        connections=4,
        consumers=consumers[0],
        format="json",
        **case,
    )
    print(
        f"{'put answered to event, half load':<36} {'':12} {found['mb_s']:8.1f} {'':17} "
        f"{found['event_p50_ms']:8.2f} {found['event_p99_ms']:8.2f} {'':8}   p99 10 ms"
        f" ({found['events']} events)",
        flush=True,
    )
    server.client("kinesis").create_stream(StreamName="w", ShardCount=1)
    consumers = consumers_of(server, "w", 50)
    case["stream"] = "w"
    for form in ("json", "cbor"):
        alone = run(
            root, server, "fanout", mb_s=20, connections=2, consumers="", format=form, **case
        )
        beside = run(
            root,
            server,
            "fanout",
            mb_s=20,
            connections=2,
            consumers=",".join(consumers),
            format=form,
            **case,
        )
        print(
            f"{'20 MB/s beside 50 consumers, ' + form:<36} {'':12} {beside['mb_s']:8.1f} "
            f"{'':17} {beside['put_p50_ms']:8.2f} {beside['put_p99_ms']:8.2f} {'':8}   at "
            "most 10 % slower: "
            f"{100 * (1 - beside['mb_s'] / alone['mb_s']):.1f} % ({alone['mb_s']:.1f} "
            f"MB/s, p99 {alone['put_p99_ms']:.1f} ms alone; consumers got "
            f"{beside['read_mb_s']:,.0f} MB/s)",
            flush=True,
        )


def eight_writers(server, stream, seconds):
    """PutRecord of 100 bytes by eight clients: the options of a load that others must not slow."""
    return dict(
        stream=stream,
        seconds=seconds,
        raw_file=f"{server.directory.name}/raw",
        records=1,
        size=100,
        users=1,
        connections=8,
    )


def reshard(root, server, seconds):
    """UpdateShardCount from 4 to 1,000 beside eight producers, whose slowest put is shown with and
    without it.
    """
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="u", ShardCount=4)
    load = eight_writers(server, "u", seconds)
    quiet = run(root, server, "put", **load)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        busy = pool.submit(run, root, server, "put", **load)
        time.sleep(1 + seconds / 2)
        started = time.monotonic()
        kinesis.update_shard_count(
            StreamName="u", TargetShardCount=1000, ScalingType="UNIFORM_SCALING"
        )
        while (
            kinesis.describe_stream_summary(StreamName="u")["StreamDescriptionSummary"][
                "OpenShardCount"
            ]
            != 1000
        ):
            pass
        took = time.monotonic() - started
        busy = busy.result()
    print(
        (
            f"{'UpdateShardCount 4 to 1,000':<36} {'':12} {'':8} {'':17} {took * 1000:8.0f} ms "
            f"{'':14}   1,000 ms"
        ),
        flush=True,
    )
    print(
        (
            f"{'slowest put beside it':<36} {'':12} {'':8} {'':17} {busy['max_ms']:8.2f} ms "
            f"{'':14}   10 ms ({quiet['max_ms']:.2f} ms without it)"
        ),
        flush=True,
    )


def beside_idle(root, server, seconds):
    """Eight honest clients alone, and beside 9,000 connections that say nothing and 500 that stop
    within a header.
    """
    server.client("kinesis").create_stream(StreamName="h", ShardCount=2)
    load = eight_writers(server, "h", seconds)
    alone = run(root, server, "put", **load)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    host, port = server.endpoint.rsplit(":", 1)
    sockets = [socket.create_connection((host, int(port))) for _ in range(9_500)]
    for half in sockets[:500]:
        half.sendall(b"POST / HTTP/1.1\r\nHost: ")
    beside = run(root, server, "put", **load)
    for one in sockets:
        one.close()
    print(
        f"{'PutRecord beside 9,500 idle clients':<36} {beside['records_s']:12,.0f} {'':8} "
        f"{'':17} {beside['p50_ms']:8.2f} {beside['p99_ms']:8.2f} {'':8}   p99 within "
        "twice: "
        f"{beside['p99_ms'] / alone['p99_ms']:.1f} times ({alone['records_s']:,.0f}/s, p99 "
        f"{alone['p99_ms']:.2f} ms alone)",
        flush=True,
    )


def retained(root, make_server):
    """10,000 shards in 1,000 streams with 100 GB behind them. The data are holes in files of the
    real format (freshet-bench-load retain).
    """
    server = make_server()
    streams, shards, frames = 1000, 10, 10
    kinesis = server.client("kinesis")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda i: kinesis.create_stream(StreamName=f"s{i}", ShardCount=shards),
                range(streams),
            )
        )
    server.pause()
    with sqlite3.connect(
        glob.glob(f"{server.directory.name}/**/meta.db", recursive=True)[0]
    ) as database:
        ids = [
            str(row[0])
            for row in database.execute("SELECT id FROM log_partitions WHERE owner LIKE 'stream %'")
        ]
    started_ms = int(time.time()) * 1000  # boto3 sends whole seconds
    found = json.loads(
        subprocess.run(
            [
                str(generator(root)),
                "retain",
                "--directory",
                f"{server.directory.name}/log",
                "--partitions",
                ",".join(ids),
                "--frames",
                str(frames),
                "--record-bytes",
                str(1 << 20),
                "--from-ms",
                str(started_ms),
                "--step-ms",
                "1000",
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    time.sleep(frames)
    print(
        f"{len(ids):,} shards in {streams:,} streams, {found['gb']:.0f} GB retained (as "
        "holes in the files); page cache "
        f"{'dropped' if drop_page_cache() else 'NOT dropped (needs root)'}"
    )
    started = time.monotonic()
    server.start()
    kinesis = server.client("kinesis")
    kinesis.put_record(StreamName="s500", Data=b"first", PartitionKey="k")
    print(
        (
            f"{'recovery to the first put':<36} {'':12} {'':8} {'':17} "
            f"{(time.monotonic() - started) * 1000:8.0f} ms {'':14}   3,000 ms"
        ),
        flush=True,
    )
    time.sleep(5)
    print(
        (
            f"{'idle memory':<36} {'':12} {'':8} {'':17} {server.memory_mib():8.0f} MiB "
            f"{'':13}   128 MiB"
        ),
        flush=True,
    )
    drop_page_cache()
    random.seed(1)
    times = []
    for stream in random.sample(range(streams), 300):
        began = time.monotonic()
        iterator = kinesis.get_shard_iterator(
            StreamName=f"s{stream}",
            ShardId=f"shardId-{random.randrange(shards):012}",
            ShardIteratorType="AT_TIMESTAMP",
            Timestamp=started_ms / 1000 + 5,
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=iterator, Limit=1)["Records"]
        times.append(time.monotonic() - began)
        assert [round(record["ApproximateArrivalTimestamp"].timestamp()) for record in records] == [
            started_ms // 1000 + 5
        ]
    times.sort()
    print(
        f"{'cold AT_TIMESTAMP, iterator and record':<36} {'':10} {'':8} {'':17} "
        f"{times[150] * 1000:8.2f} {times[297] * 1000:8.2f} {'':8}   p99 20 ms (with "
        "boto3, a record of 1 MiB)"
    )
    server.stop()


def drop_page_cache():
    subprocess.run(["sync"], check=True)
    try:
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write("3\n")
    except OSError:
        return False
    return True


def main(root, make_server, seconds=4):
    server = make_server()
    try:
        mb_s = puts(root, server, seconds)
        gets(root, server, seconds)
        found = run(root, server, "deaggregate", users=100, size=96, seconds=2)
        print(
            (
                f"{'KPL deaggregation, one core':<36} {found['records_s']:12,.0f} {'':53}   "
                "5,000,000 records/s"
            ),
            flush=True,
        )
        fan_out(root, server, seconds, mb_s / 2)
        reshard(root, server, seconds)
        beside_idle(root, server, seconds)
    finally:
        server.stop()
    retained(root, make_server)
