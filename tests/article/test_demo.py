"""The demo as a user runs it: real rows when they are at hand, generated ones otherwise."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "data" / "chicago-crimes-2022.csv.gz"


@pytest.mark.parametrize("arguments", [["--rows", "20000"], ["--csv", str(REAL)]], ids=["generated", "real"])
def test_every_hand_over_agrees_with_the_input(arguments):
    if "--csv" in arguments and not REAL.exists():
        pytest.skip("the real rows are not at hand")
    result = subprocess.run([sys.executable, ROOT / "examples/chicago-crimes/demo.py", "--once", "--port", "0", *arguments], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "every hand-over agrees with the input" in result.stdout
