"""Runs a client program."""
import os
import subprocess


def run(command, timeout=600, **environment):
    """The last line that the program printed; its complaints when it failed."""
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment})
    assert result.returncode == 0, (result.stdout[-2000:] + result.stderr[-6000:])
    return result.stdout.strip().splitlines()[-1]
