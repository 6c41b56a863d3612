"""What clients of a stream saw, and whether one log explains all of it. A payload names its writer
and its number, and everything else in it is derived from these two, so that a changed byte is
detected. Writers record each put before they send it (`begin`) and each answer (`acknowledge`);
readers record what they received, in order. `check` compares that with the stream as it is read at
the end.
"""

import collections
import dataclasses
import threading


def payload(writer, number):
    """The clients in other languages make the same payloads."""
    return b"%s %d %s" % (writer.encode(), number, bytes([97 + number % 26]) * (number * 37 % 700))


@dataclasses.dataclass
class Put:
    shard: str = ""
    sequence: int = 0  # 0: in doubt


class Broken(AssertionError):
    """The history has no explanation."""


class History:
    def __init__(self):
        self.lock = threading.Lock()
        self.puts = {}  # by (writer, number)
        self.seen = collections.defaultdict(list)  # by (reader, shard): [(sequence, data)]

    def begin(self, writer, number):
        with self.lock:
            self.puts[writer, number] = Put()

    def acknowledge(self, writer, number, shard, sequence):
        with self.lock:
            self.puts[writer, number] = Put(shard, int(sequence))

    def read(self, reader, shard, sequence, data):
        with self.lock:
            self.seen[reader, shard].append((int(sequence), data))

    def present(self):
        """The clients that put something that was acknowledged, or read something."""
        with self.lock:
            return {writer for (writer, _), put in self.puts.items() if put.sequence} | {
                reader for reader, _ in self.seen
            }

    def counts(self):
        acknowledged = sum(1 for put in self.puts.values() if put.sequence)
        return {
            "acknowledged": acknowledged,
            "in doubt": len(self.puts) - acknowledged,
            "seen": sum(map(len, self.seen.values())),
        }

    def check(self, final):
        """`final`: [(shard, sequence, data)] as one reader sees it, each shard in order."""
        shards, places = collections.defaultdict(list), {}
        for shard, sequence, data in final:
            writer, number = self.identify(shard, sequence, data)
            if (writer, number) in places:
                raise Broken(
                    f"doubled: {writer} {number} at {places[writer, number]} and "
                    f"{(shard, sequence)}"
                )
            places[writer, number] = shard, sequence
            if shards[shard] and shards[shard][-1][0] >= sequence:
                raise Broken(f"reordered: {shard} has {sequence} behind {shards[shard][-1][0]}")
            shards[shard].append((sequence, data))
        for (writer, number), put in self.puts.items():
            if put.sequence and places.get((writer, number)) != (put.shard, put.sequence):
                raise Broken(
                    f"lost: {writer} {number}, acknowledged as {put.shard} {put.sequence}, "
                    f"is at {places.get((writer, number))}"
                )
        self.check_order(places)
        for (reader, shard), seen in self.seen.items():
            self.check_reader(reader, shard, seen, shards[shard])

    def identify(self, shard, sequence, data):
        try:
            writer, number, _ = data.decode().split(" ", 2)
            number = int(number)
        except ValueError:
            raise Broken(f"invented: {data[:60]!r} at {shard} {sequence}") from None
        if (writer, number) not in self.puts:
            raise Broken(f"invented: {writer} {number} at {shard} {sequence} was never put")
        if data != payload(writer, number):
            raise Broken(f"changed: {writer} {number} at {shard} {sequence}")
        return writer, number

    @staticmethod
    def check_order(places):
        """A writer has one key and one put in progress: its records are in order, over reshards
        too.
        """
        last = {}
        for (writer, number), (_, sequence) in sorted(places.items()):
            if last.get(writer, 0) >= sequence:
                raise Broken(
                    f"reordered: {writer} {number} at {sequence} stands before its predecessor"
                )
            last[writer] = sequence

    @staticmethod
    def check_reader(reader, shard, seen, final):
        """A reader saw a part of the shard without gaps: nothing that a restart took away, nothing
        that was filled in later.
        """
        if not seen:
            return
        start = next((at for at, record in enumerate(final) if record[0] == seen[0][0]), None)
        if start is None:
            raise Broken(f"taken back: {reader} saw {seen[0][0]} of {shard}, which is gone")
        for at, record in enumerate(seen):
            if start + at >= len(final) or final[start + at] != record:
                now = final[start + at][0] if start + at < len(final) else None
                raise Broken(f"taken back: {reader} saw {record[0]} of {shard} where now is {now}")
