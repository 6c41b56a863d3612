"""Packs are compacted while the server is killed: every object that was acknowledged and not
deleted reads back whole, and in the end the space is free again.
"""

import os

import botocore.exceptions
import urllib3.exceptions

REFUSED = (
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
    urllib3.exceptions.HTTPError,
    OSError,
)
SIZE, COUNT, KEPT_EVERY = 20_000, 150, 15


def bytes_of(server):
    return sum(
        path.stat().st_size
        for path in (server.directory / "data/objects").rglob("*")
        if path.is_file()
    )


def start(server, spec):
    server.options = ("--failpoints", spec) if spec else ()
    server.start()


def test_kills_around_the_commit_lose_nothing(make_freshet, kills):
    server = make_freshet()
    server.client("s3").create_bucket(Bucket="lake")
    kept = {}
    for round_ in range(max(4, kills // 2)):
        place = ("objects.compact_before_commit", "objects.compact_after_commit")[round_ % 2]
        is_open_pack = (
            round_ % 4 < 2
        )  # the pack that the server which dies has written itself; or that of the run before
        if is_open_pack:
            server.terminate()
            start(server, f"{place}=kill")
        s3 = server.client("s3")
        for number in range(COUNT):
            body = os.urandom(SIZE)
            s3.put_object(Bucket="lake", Key=f"{round_}-{number}", Body=body)
            if number % KEPT_EVERY == 0:
                kept[f"{round_}-{number}"] = body
        full = bytes_of(server)
        s3.delete_objects(
            Bucket="lake",
            Delete={
                "Objects": [
                    {"Key": f"{round_}-{number}"} for number in range(COUNT) if number % KEPT_EVERY
                ]
            },
        )
        if not is_open_pack:
            server.terminate()
            start(server, f"{place}=kill")
        died = False
        for _ in range(200):
            try:
                server.advance(30_000)
            except REFUSED:
                died = True
                break
        assert died and server.process.wait(timeout=30) != 0, server.server_log()[-2000:]
        start(server, None)
        server.until(lambda: bytes_of(server) < full / 2, advance_ms=60_000)
        s3 = server.client("s3")
        for key, body in kept.items():
            assert s3.get_object(Bucket="lake", Key=key)["Body"].read() == body, key
    assert bytes_of(server) < 3 * sum(map(len, kept.values())) + 200_000
