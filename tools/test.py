"""Runs every test and adds up: `./dev test [--only STAGE] [--crash N] [-k WORD] [--clients]`.

Stages run one after the other, the tests inside a stage side by side, each with its own port and
directory. The last line is `N passed, N failed`; the exit status says the same.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / os.environ.get("FRESHET_PRESET", "release")
WORKERS = str(max(2, os.cpu_count() or 2))


def run(command, **options):
    return subprocess.run(command, cwd=ROOT, **options)


def own_counts(command):
    """A tool of ours that ends with `N passed, N failed`."""
    result = run(command, stdout=subprocess.PIPE, text=True)
    print(result.stdout, end="")
    found = re.findall(r"(\d+) passed, (\d+) failed", result.stdout)
    if not found:
        return 0, 1
    passed, failed = map(int, found[-1])
    return passed, failed or (1 if result.returncode else 0)


def tidy(_):
    return own_counts([sys.executable, "tools/tidy/tidy.py"])


def compatibility(_):
    return own_counts([sys.executable, "tools/compatibility/compatibility.py", "--check"])


def unit(options):
    report = BUILD / "unit.xml"
    command = [
        "ctest",
        "--test-dir",
        str(BUILD),
        "-j",
        WORKERS,
        "--output-on-failure",
        "--timeout",
        "120",
        "--output-junit",
        str(report),
        "--quiet",
    ]
    if options.k:
        command += ["-R", options.k]
    report.unlink(missing_ok=True)
    run(command)
    return read_junit(report)


def pytest_stage(folder):
    def stage(options):
        if not (ROOT / folder).is_dir():
            return 0, 0
        report = BUILD / f"{folder.replace('/', '-')}.xml"
        report.unlink(missing_ok=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            "-n",
            WORKERS,
            "--dist",
            "worksteal",
            f"--junitxml={report}",
            folder,
        ]
        if options.k:
            command += ["-k", options.k]
        if folder == "tests/crash":
            command += ["--kills", str(options.crash)]
        if folder in ("tests/clients", "tests/engines") and options.clients:
            command += ["--clients"]
        run(command)
        return read_junit(report)

    return stage


def read_junit(report):
    if not report.exists():
        return 0, 1
    passed = failed = 0
    skipped = {}  # reason: names
    for case in xml.parse(report).getroot().iter("testcase"):
        if (
            case.find("failure") is not None
            or case.find("error") is not None
            or case.get("status") == "fail"
        ):
            failed += 1
            print(f"FAILED {case.get('classname')} {case.get('name')}")
        elif (skip := case.find("skipped")) is not None:
            skipped.setdefault(skip.get("message", "no reason given"), []).append(case.get("name"))
        else:
            passed += 1
    for reason, names in skipped.items():
        print(f"SKIPPED {names[0] if len(names) == 1 else f'{len(names)} tests'}: {reason}")
    return passed, failed


def web(_):
    return (
        own_counts(["node", "web/run-tests.mjs"])
        if (ROOT / "web" / "run-tests.mjs").exists()
        else (0, 0)
    )


def fuzz(options):
    return own_counts(["tools/fuzz", str(options.fuzz_seconds), "quick"])


STAGES = {
    "tidy": tidy,
    "compatibility": compatibility,
    "unit": unit,
    "web": web,
    "api": pytest_stage("tests/api"),
    "clients": pytest_stage("tests/clients"),
    "engines": pytest_stage("tests/engines"),
    "article": pytest_stage("tests/article"),
    "browser": pytest_stage("tests/browser"),
    "crash": pytest_stage("tests/crash"),
    "fuzz": fuzz,
}


def main():
    parser = argparse.ArgumentParser(prog="./dev test")
    parser.add_argument("--only", choices=STAGES, action="append")
    parser.add_argument(
        "--crash",
        type=int,
        default=100,
        metavar="N",
        help="deaths of a server of streams, and half as many of the rest (100)",
    )
    parser.add_argument("--fuzz-seconds", type=int, default=5, metavar="N")
    parser.add_argument("-k", metavar="WORD", help="only tests whose name has it")
    parser.add_argument(
        "--clients",
        action="store_true",
        help="also what takes minutes: Java, Go, Rust, KPL, KCL, Flink, Spark, Trino, chDB",
    )
    options = parser.parse_args()
    total = [0, 0]
    for name in options.only or STAGES:
        started = time.monotonic()
        print(f"== {name}", flush=True)
        passed, failed = STAGES[name](options)
        print(
            f"== {name}: {passed} ok, {failed} wrong, {time.monotonic() - started:.0f} s",
            flush=True,
        )
        total[0] += passed
        total[1] += failed
    print(f"{total[0]} passed, {total[1]} failed")
    sys.exit(1 if total[1] or not total[0] else 0)


if __name__ == "__main__":
    main()
