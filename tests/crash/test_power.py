"""Power cuts beyond streams: what S3 and Firehose acknowledged is whole and exists once. The cut
removes what was not synced of objects and log; test_history.py's ext4 covers SQLite's files.
"""

from deaths import start, wait_for_death
from test_kill9 import hold_delivery, hold_objects


def cut_again_and_again(server, writers, kills, rng):
    server.terminate()
    for writer in writers:
        writer.start()
    for _ in range(kills):
        cut, seed = rng.randrange(1, 80), rng.choice((0, rng.randrange(1, 1 << 30)))
        if start(server, f"disk.change=cut@{cut},disk.seed={seed}"):
            wait_for_death(server, 0.5)
    server.options = []
    server.start()
    server.until(lambda: all(writer.acknowledged for writer in writers))
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join()


def test_objects_are_whole_or_absent(make_freshet, kills, rng):
    hold_objects(
        make_freshet(clock="system"),
        lambda server, writers: cut_again_and_again(server, writers, kills, rng),
    )


def test_delivery_brings_each_acknowledged_record_to_the_lake_once(make_freshet, kills, rng):
    hold_delivery(
        make_freshet(clock="system"),
        lambda server, writers: cut_again_and_again(server, writers, kills, rng),
    )
