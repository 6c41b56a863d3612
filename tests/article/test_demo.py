"""The demo as a user runs it: real rows when the file exists, generated ones otherwise."""

import csv
import pathlib
import random
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "data" / "chicago-crimes-2022.csv.gz"


@pytest.mark.parametrize(
    "arguments", [["--rows", "20000"], ["--csv", str(REAL)]], ids=["generated", "real"]
)
def test_every_hand_over_agrees_with_the_input(arguments):
    if "--csv" in arguments and not REAL.exists():
        pytest.skip("the real rows are not at hand")
    result = subprocess.run(
        [
            sys.executable,
            ROOT / "examples/chicago-crimes/demo.py",
            "--once",
            "--port",
            "0",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "every hand-over agrees with the input" in result.stdout


def demo(*arguments):
    return subprocess.run(
        [
            sys.executable,
            ROOT / "examples/chicago-crimes/demo.py",
            "--once",
            "--port",
            "0",
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )


def write_flights(path, delimiter=","):
    rng = random.Random(5)
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(
            ["Flight No", 'Carrier\'s "code"', "year", "Delay", "Cancelled", "Note", "Note", ""]
        )
        for number in range(3000):
            writer.writerow(
                [
                    number,
                    rng.choice(["Aer", "Bee", "Cee", "Dee, Ltd"]),
                    2020 + number % 3,
                    rng.randrange(90) - 10,
                    rng.choice(["yes", "no"]),
                    "two\nlines" if number % 100 == 0 else "x",
                    "",
                    *([] if number % 7 else ["end"]),
                ]
            )


def test_any_csv_with_a_header_will_do(tmp_path):
    write_flights(tmp_path / "flights.csv", ";")
    result = demo("--csv", tmp_path / "flights.csv", "--keep", tmp_path / "kept")
    assert result.returncode == 0, result.stdout + result.stderr
    assert (
        "demo: counting the values of 'Carrier's \"code\"' (4 in the first 2000 rows); "
        "--count COLUMN chooses another"
    ) in result.stdout
    assert "the chart's line counts the rows in which 'Cancelled' is true" in result.stdout
    assert "every hand-over agrees with the input" in result.stdout
    assert (
        tmp_path / "kept" / "data" / "meta.db"
    ).exists() and "demo: the data stays" in result.stdout


def test_the_column_is_chosen_or_asked_for(tmp_path):
    write_flights(tmp_path / "flights.csv")
    result = demo("--csv", tmp_path / "flights.csv", "--count", "carrier")
    assert (
        result.returncode == 1
        and "has no column 'carrier'; its columns are Flight No, Carrier's \"code\", year"
        in result.stderr
    )
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    result = demo("--csv", tmp_path / "numbers.csv")
    assert (
        result.returncode == 1
        and "no column of" in result.stderr
        and "--count COLUMN: a, b" in result.stderr
    )


def test_the_end_reports_what_it_removes():
    result = demo("--rows", "3000")
    assert (
        result.returncode == 0
        and "and its data, /tmp/freshet-demo-" in result.stdout
        and "is removed" in result.stdout
    )
