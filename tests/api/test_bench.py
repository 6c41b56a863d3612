"""`./dev bench compare`, by which claims of speed are made: each case runs, a second of each, and
prints its ratio. What the ratios are decides nothing here.
"""

import re
import subprocess
import sys

from conftest import PROGRAM, ROOT

CASES = (
    "s3-put-4k s3-get-4k s3-put-8m s3-get-8m put-record put-records rows delivery"  # all of them
).split()


def test_each_case_compares_two_servers_and_prints_a_ratio():
    command = [sys.executable, ROOT / "bench/run.py", "compare", "--with", PROGRAM]
    found = subprocess.run(
        [*command, "--rounds", "1", "--seconds", "1", "--rows", "5000"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    head, *lines = found.stdout.splitlines()
    assert head.split() == ["case", "other", "this", "tree", "ratio"]
    assert [line.split()[0] for line in lines] == CASES
    for line in lines:
        ratio = re.search(r" (\d+\.\d\d) \((\d+\.\d\d) to (\d+\.\d\d)\)", line)
        assert ratio and float(ratio[1]) > 0, line


def test_a_case_that_is_not_there_is_named():
    command = [sys.executable, ROOT / "bench/run.py", "compare", "--with", PROGRAM, "nothing"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 1
    assert "no case nothing; there are s3-put-4k s3-get-4k" in found.stderr
