"""The AWS SDKs for Go v2 and for Rust."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest
from program import run

pytestmark = pytest.mark.heavy
CLIENTS = pathlib.Path(__file__).parent
CHECKED = {"checked": ["records", "refusals", "fan-out"]}


def numbers(version):
    return [int(part) for part in re.search(r"\d+(\.\d+)+", version)[0].split(".")]


def need(asking, wanted, advice):
    """The tool must be as new as the SDK requires."""
    if not shutil.which(asking[0]):
        pytest.skip(f"needs {asking[0]} {wanted} or newer: {advice}")
    found = subprocess.run(
        asking, cwd=CLIENTS / "go", capture_output=True, text=True, timeout=600
    ).stdout.strip()
    if numbers(found) < numbers(wanted):
        pytest.skip(f"needs {asking[0]} {wanted} or newer, and here is {found}: {advice}")


def test_go(system_freshet, builder):
    folder = CLIENTS / "go"
    wanted = re.search(r"^go (\S+)", (folder / "go.mod").read_text(), re.MULTILINE)[1]
    need(
        ["go", "env", "GOVERSION"],
        wanted,
        "Debian 13's golang-go, or Debian 12's from bookworm-backports",
    )
    status, said = builder.build("go", ["go", "build", "-v", "-o", "target/client", "."], folder)
    assert status == 0, said[-4000:]
    assert json.loads(run([folder / "target/client", system_freshet.endpoint])) == CHECKED


def test_rust(system_freshet, builder):
    folder = CLIENTS / "rust"
    wanted = re.search(
        r'^rust-version = "(.+)"', (folder / "Cargo.toml").read_text(), re.MULTILINE
    )[1]
    need(["rustc", "--version"], wanted, "neither Debian has it; rustup has")
    status, said = builder.build("rust", ["cargo", "build", "--locked"], folder)
    assert status == 0, said[-4000:]
    assert (
        json.loads(run([folder / "target/debug/freshet-client", system_freshet.endpoint]))
        == CHECKED
    )
