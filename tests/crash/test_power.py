"""Power cuts beyond streams: what S3 and Firehose acknowledged is whole and there once. The cut takes what was not synced of
objects and log; SQLite's files are in test_history.py's ext4."""
import time

from deaths import start, wait_for_death
from test_kill9 import Writer, check


def cut_again_and_again(server, writers, kills, rng):
    server.terminate()
    for writer in writers:
        writer.start()
    for _ in range(kills):
        if start(server, f"disk.change=cut@{rng.randrange(1, 80)},disk.seed={rng.choice((0, rng.randrange(1, 1 << 30)))}"):
            wait_for_death(server, 0.5)
    server.options = []
    server.start()
    server.until(lambda: all(writer.acknowledged for writer in writers))
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join()


def test_objects_are_whole_or_absent(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="crash")

    def body(n, size):
        return (b"%d " % n) * (size // 8)
    sizes = {"small": 10_000, "large": 400_000}  # in a pack, in a file of its own

    def putter(kind):
        client = server.client("s3")
        return lambda n: client.put_object(Bucket="crash", Key="%s/%09d" % (kind, n), Body=body(n, sizes[kind]))
    writers = {kind: Writer(putter(kind)) for kind in sizes}
    cut_again_and_again(server, list(writers.values()), kills, rng)
    for kind, writer in writers.items():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="crash", Prefix=kind + "/")
        found = [int(item["Key"].split("/")[1]) for page in pages for item in page.get("Contents", [])]
        check(found, writer)
        for n in found:
            assert s3.get_object(Bucket="crash", Key="%s/%09d" % (kind, n))["Body"].read() == body(n, sizes[kind]), (kind, n)


def test_delivery_brings_each_acknowledged_record_to_the_lake_once(make_freshet, kills, rng):
    server = make_freshet(clock="system")
    s3, firehose = server.client("s3"), server.client("firehose")
    s3.create_bucket(Bucket="lake")
    firehose.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration={
        "RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::lake", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}})
    client = server.client("firehose")
    writer = Writer(lambda n: client.put_record(DeliveryStreamName="d", Record={"Data": b"%d\n" % n}))
    cut_again_and_again(server, [writer], kills, rng)

    def lake():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sorted(int(line) for key in keys for line in s3.get_object(Bucket="lake", Key=key)["Body"].read().split())
    deadline = time.monotonic() + 60
    while not set(writer.acknowledged) <= set(lake()) and time.monotonic() < deadline:
        time.sleep(0.1)
    check(lake(), writer)
