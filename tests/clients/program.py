"""Builds and runs a client program."""

import contextlib
import fcntl
import os
import pathlib
import subprocess
import sys
import time

LOGS = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients"
# The same for all processes of one run of pytest.
THIS_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


class Builder:
    """Runs build commands, each once a run and one of each tool at a time, since two Mavens must
    not fill the same new cache. The first build on a machine takes minutes, mostly for downloads,
    so it prints on the terminal what it does; the tool's output is in build/clients/NAME.log.
    """

    def __init__(self, config):
        self.capture = config.pluginmanager.getplugin("capturemanager")

    def say(self, words):
        with (
            self.capture.global_and_fixture_disabled() if self.capture else contextlib.nullcontext()
        ):
            print(f"\nclients: {words}", file=sys.stderr, flush=True)

    def build(self, name, command, folder, **environment):
        """(exit status, the tool's output)."""
        LOGS.mkdir(parents=True, exist_ok=True)
        log, done = LOGS / f"{name}.log", LOGS / f"{name}.done"
        with open(LOGS / f"{command[0]}.lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # tests run side by side
            if not (done.exists() and done.read_text() == THIS_RUN):
                self.say(
                    f"building {name} with {command[0]}, see {log.relative_to(LOGS.parents[1])}"
                )
                started = time.monotonic()
                with open(log, "w") as output:
                    status = subprocess.run(
                        list(map(str, command)),
                        cwd=folder,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        env={**os.environ, **environment},
                        timeout=3600,
                    ).returncode
                outcome = "is built"
                if status != 0:
                    outcome = f"is not built: {command[0]} ended with {status}"
                self.say(f"{name} {outcome}, {time.monotonic() - started:.0f} s")
                if status != 0:
                    return status, log.read_text(errors="replace")
                done.write_text(THIS_RUN)
        return 0, log.read_text(errors="replace")


def run(command, timeout=600, **environment):
    """The last line that the program printed; its error output when it failed."""
    result = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-6000:]
    return result.stdout.strip().splitlines()[-1]
