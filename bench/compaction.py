#!/usr/bin/env python3
"""What compaction costs puts: latencies of small S3 puts to a server that compacts a pack, and to
one that has nothing to compact.

bench/compaction.py [--objects 20000] [--rounds 6] [--puts 1500] [--limit 1.5] [--control]

Two data directories are made once: of one, two thirds of the pack are garbage, of the other too
little to be compacted. A round starts a server on a copy of each, one after the other, and
measures both at the same age; every second round the other one goes first. Bytes that were
copied while the puts were measured are counted: they must be some in the one and none in the
other. --control takes the second directory for both: its ratios say what the machine does by
itself. Ends with 1 when the p99 of all puts is over --limit times as long while compacting, or
when a server did not compact as it should.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from idle_memory import each  # noqa: E402
from server import Server  # noqa: E402

SIZE, ENTRY_HEADER, PACK_HEADER = 10_000, 16, 8
SHARES = (50, 95, 99)


def latencies(s3, puts):
    """Milliseconds of each put."""
    body, taken = os.urandom(SIZE), []
    for number in range(puts):
        begun = time.monotonic()
        s3.put_object(Bucket="lake", Key=f"put-{number}", Body=body)
        taken.append((time.monotonic() - begun) * 1000)
    return taken


def bytes_of(directory):
    return sum(
        path.stat().st_size
        for path in pathlib.Path(directory, "data/objects").rglob("*")
        if path.is_file()
    )


def shares_of(taken):
    ordered = sorted(taken)
    return {share: ordered[int(len(ordered) * share / 100)] for share in SHARES}


def line(name, quiet, busy):
    quiet_at, busy_at = shares_of(quiet), shares_of(busy)
    figures = ", ".join(
        (
            f"p{share} {quiet_at[share]:.2f} -> {busy_at[share]:.2f} ms "
            f"({busy_at[share] / quiet_at[share]:.2f} times)"
        )
        for share in SHARES
    )
    return f"{name}: {len(quiet)} puts without, {len(busy)} while compacting: {figures}"


def make(directory, objects, is_gone):
    server = Server(data=f"{directory}/data")
    s3, body = server.client("s3"), os.urandom(SIZE)
    s3.create_bucket(Bucket="lake")
    each(objects, lambda number: s3.put_object(Bucket="lake", Key=f"old-{number}", Body=body))
    gone = [{"Key": f"old-{number}"} for number in range(objects) if is_gone(number)]
    for at in range(0, len(gone), 1000):
        s3.delete_objects(Bucket="lake", Delete={"Objects": gone[at : at + 1000]})
    server.pause()


def measure(made, puts):
    """Latencies on a copy of `made`, and how many bytes were copied from pack to pack meanwhile."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(f"{made}/data", f"{directory}/data")
        os.sync()
        server = Server(data=f"{directory}/data")
        s3 = server.client("s3")
        s3.head_bucket(Bucket="lake")
        before = bytes_of(directory)
        taken = latencies(s3, puts)
        copied = bytes_of(directory) - before - PACK_HEADER - puts * (SIZE + ENTRY_HEADER)
        server.pause()
    return taken, max(0, copied)


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--objects", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--puts", type=int, default=1500, help="of each kind, in a round")
    options.add_argument("--limit", type=float, default=1.5)
    options.add_argument("--control", action="store_true")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as clean, tempfile.TemporaryDirectory() as dirty:
        make(clean, options.objects, lambda number: number % 5 == 0)
        if not options.control:
            make(dirty, options.objects, lambda number: number % 3)
        places = {"quiet": clean, "busy": clean if options.control else dirty}
        taken, is_wrong = {"quiet": [], "busy": []}, False
        for round_ in range(options.rounds):
            order = ("quiet", "busy") if round_ % 2 else ("busy", "quiet")
            of_round = {kind: measure(places[kind], options.puts) for kind in order}
            copied = {kind: of_round[kind][1] for kind in order}
            is_wrong = is_wrong or copied["quiet"] > 0 or (copied["busy"] == 0) != options.control
            print(
                line(
                    f"round {round_ + 1}, {order[0]} first",
                    of_round["quiet"][0],
                    of_round["busy"][0],
                )
                + f"; copied {copied['quiet'] / 1e6:.1f} and {copied['busy'] / 1e6:.1f} MB",
                flush=True,
            )
            for kind in order:
                taken[kind] += of_round[kind][0]
    print(line("all", taken["quiet"], taken["busy"]))
    return is_wrong or shares_of(taken["busy"])[99] > options.limit * shares_of(taken["quiet"])[99]


if __name__ == "__main__":
    sys.exit(main())
