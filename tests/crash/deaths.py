"""The ways in which a server of tests/crash dies and restarts. Each death starts the server with
the cause of its next death (`--failpoints`, src/io/faults/failpoint.h), waits until it has died,
and starts it again. Small limits of the log cause segments, flushes and reads from the disk all the
time.
"""

import fcntl
import os
import signal
import struct
import subprocess
import time

SMALL = "log.journal_segment_bytes=40000,log.segment_bytes=60000,log.cache_bytes_max=20000"
# Label, and about how often it is reached in a second: kills come soon.
LABELS = {
    "log.before_write": 150,
    "log.after_write": 150,
    "log.after_sync": 150,
    "log.before_ack": 150,
    "log.before_roll": 3,
    "log.after_roll": 3,
    "log.before_unlink": 3,
    "segments.rotate": 3,
    "segments.after_write": 6,
    "segments.after_sync": 6,
    "segments.before_producers": 6,
    "reshard.before_cut": 8,
    "reshard.after_cut": 8,
    "reshard.after_settle": 8,
    "recovery.after_segments": 1,
    "recovery.before_truncate": 1,
    "recovery.after_journal": 1,
    "recovery.reshard": 1,
}
CHANGES = 400  # calls a second that change the log's files
IO_FAULTS = [
    "disk.write(.journal)=eio",
    "disk.write(.journal)=short",
    "disk.write(.segment)=short",
    "disk.write(.segment)=eio",
    "disk.sync(.journal)=eio",
    "disk.sync(.segment)=eio",
    "disk.sync_directory(/log/)=eio",
    "disk.truncate(/log/)=eio",
    "disk.open(/log/)=eio",
    "disk.remove(/log/)=eio",
    "disk.read(/log/)=eio",
    "disk.change(/log/)=enospc",
]


def start(server, failpoints):
    """Whether the server started. A death during the start counts as one; anything else is a
    failure.
    """
    server.options = ["--failpoints", failpoints]
    server.process = subprocess.Popen(
        server.command(
            "serve",
            "--data",
            server.directory / "data",
            "--listen",
            f"127.0.0.1:{server.port}",
            "--clock",
            server.clock,
            *server.options,
        ),
        stdout=subprocess.PIPE,
        stderr=server.log,
        text=True,
    )
    if "ready at" in server.process.stdout.readline():
        return True
    code = server.process.wait()
    faulty = "disk." in failpoints
    assert code in (-signal.SIGKILL, -signal.SIGABRT) or (faulty and code == 1), (
        f"no start: {code} {failpoints}\n{server.server_log()[-3000:]}"
    )
    return False


def wait_for_death(server, seconds):
    """The server may never reach the place; then it is killed where it is."""
    try:
        code = server.process.wait(timeout=seconds)
        assert code in (-signal.SIGKILL, -signal.SIGABRT), (
            f"ended by itself with {code}:\n{server.server_log()[-3000:]}"
        )
        return True
    except subprocess.TimeoutExpired:
        server.kill9()
        return False


class Labelled:
    """kill -9 at a labelled place, or at a random moment."""

    action = "kill"

    def __init__(self, rng):
        self.rng, self.deck, self.reached, self.tried = rng, [], {}, 0

    def next_spec(self):
        if not self.deck:
            self.deck = [*LABELS, "random", "random", "change"]
            self.rng.shuffle(self.deck)
        label = self.deck.pop()
        if label == "random":
            return label, "", self.rng.uniform(0.02, 0.25)
        if label == "change":
            return (
                label,
                f",disk.change(/log/)={self.action}@{self.rng.randrange(1, CHANGES // 4)}",
                0.6,
            )
        return label, f",{label}={self.action}@{self.rng.randrange(1, 2 + LABELS[label] // 4)}", 0.6

    def strike(self, server):
        """The server runs, dies and is down."""
        label, spec, seconds = self.next_spec()
        self.tried += 1
        came_up = start(server, SMALL + self.seed() + spec)
        if not came_up or (wait_for_death(server, seconds) and label != "random"):
            self.reached[label] = self.reached.get(label, 0) + 1

    def seed(self):
        return ""

    def finish(self, server):
        server.options = []
        server.start()


class PowerCut(Labelled):
    """The same places; what was not synced is gone. Half of the time a torn part of the last write
    stays.
    """

    action = "cut"

    def seed(self):
        return f",disk.seed={self.rng.choice((0, self.rng.randrange(1, 1 << 30)))}"


class IoFault(Labelled):
    """A call of the log fails; the server continues or ends itself; then it is killed."""

    def next_spec(self):
        fault = self.rng.choice(IO_FAULTS)
        rate = (
            40
            if "write(.journal)" in fault or "sync(.journal)" in fault or "change" in fault
            else 3
        )
        return fault, f",{fault}@{self.rng.randrange(1, rate)}", self.rng.uniform(0.1, 0.5)


class Unmounted:
    """A real file system, shut down without flushing: the data directory is on an ext4 of its own.
    The server is stopped (SIGSTOP) when it happens, since an answer after the cut would not be an
    acknowledgement.
    """

    SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
    NO_LOG_FLUSH = struct.pack("I", 2)

    def __init__(self, rng, place, image):
        self.rng, self.place, self.image, self.reached, self.tried = rng, place, image, {}, 0

    @classmethod
    def why_not(cls, place, image):
        """Makes the file system, or returns the reason why this machine cannot."""
        if os.geteuid() != 0:
            return "mounting a file system needs root"
        with open(image, "wb") as file:
            file.truncate(256 << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-F", image], capture_output=True, text=True)
        if made.returncode != 0:
            return f"no ext4: {made.stderr.strip()}"
        mounted = subprocess.run(
            ["mount", "-o", "loop", image, place], capture_output=True, text=True
        )
        return f"no loop mount: {mounted.stderr.strip()}" if mounted.returncode != 0 else None

    def strike(self, server):
        self.tried += 1
        start(server, SMALL)
        time.sleep(self.rng.uniform(0.03, 0.3))
        server.process.send_signal(signal.SIGSTOP)
        # Only now are all its threads stopped: a thread that is still in an fsync may see success
        # while the file
        # system goes away under it.
        _, status = os.waitpid(server.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"ended by itself: {status}\n{server.server_log()[-3000:]}"
        directory = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(directory, self.SHUTDOWN, self.NO_LOG_FLUSH)
        os.close(directory)
        server.kill9()
        subprocess.run(["umount", self.place], check=True)
        subprocess.run(["mount", "-o", "loop", self.image, self.place], check=True)
        self.reached["shutdown"] = self.tried

    def finish(self, server):
        server.options = []
        server.start()
