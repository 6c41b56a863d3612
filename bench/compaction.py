#!/usr/bin/env python3
"""What compaction costs puts: latencies of small S3 puts with nothing else under way, and while packs are compacted.

    bench/compaction.py [--objects 20000] [--puts 2000]"""
import argparse
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from idle_memory import Server, each  # noqa: E402

SIZE, KEPT_EVERY = 10_000, 3


def latencies(s3, puts, name):
    body, taken = os.urandom(SIZE), []
    for number in range(puts):
        begun = time.monotonic()
        s3.put_object(Bucket="lake", Key=f"{name}-{number}", Body=body)
        taken.append((time.monotonic() - begun) * 1000)
    taken.sort()
    return {share: taken[int(len(taken) * share / 100)] for share in (50, 95, 99)}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--objects", type=int, default=20_000)
    options.add_argument("--puts", type=int, default=2000)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        server = Server(directory)
        s3, body = server.client("s3"), os.urandom(SIZE)
        s3.create_bucket(Bucket="lake")
        each(options.objects, lambda number: s3.put_object(Bucket="lake", Key=f"old-{number}", Body=body))
        quiet = latencies(s3, options.puts, "quiet")
        gone = [{"Key": f"old-{number}"} for number in range(options.objects) if number % KEPT_EVERY]
        for at in range(0, len(gone), 1000):
            s3.delete_objects(Bucket="lake", Delete={"Objects": gone[at:at + 1000]})
        server.process.terminate()
        server.process.wait()
        server = Server(directory)  # compacts what the last run wrote
        busy = latencies(server.client("s3"), options.puts, "busy")
        log = (pathlib.Path(directory) / "server.log").read_text()
        for share in quiet:
            print(f"p{share}: {quiet[share]:.2f} ms without, {busy[share]:.2f} ms while compacting ({busy[share] / quiet[share]:.2f} times)")
        print("compaction " + ("ended before the puts did" if "compacted a pack" in log else "went on all the time"))
        server.process.terminate()
        server.process.wait()


if __name__ == "__main__":
    main()
