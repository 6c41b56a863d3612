"""The AWS SDKs for Go v2 and for Rust."""
import json
import pathlib
import shutil
import subprocess

import pytest
from program import run

pytestmark = pytest.mark.heavy
CLIENTS = pathlib.Path(__file__).parent
CHECKED = {"checked": ["records", "refusals", "fan-out"]}


def test_go(system_freshet, tmp_path):
    if not shutil.which("go"):
        pytest.skip("needs Go 1.24 or newer (Debian 13's golang-go, or Debian 12's from bookworm-backports): ./dev setup --clients")
    built = subprocess.run(["go", "build", "-o", tmp_path / "client", "."], cwd=CLIENTS / "go", capture_output=True, text=True, timeout=900)
    if "requires go >=" in built.stderr:
        pytest.skip(f"this Go is too old for the SDK: {built.stderr.strip()[:200]}")
    assert built.returncode == 0, built.stderr
    assert json.loads(run([tmp_path / "client", system_freshet.endpoint])) == CHECKED


def test_rust(system_freshet):
    if not shutil.which("cargo"):
        pytest.skip("needs Cargo: ./dev setup --clients")
    folder = CLIENTS / "rust"
    built = subprocess.run(["cargo", "build", "--quiet", "--locked"], cwd=folder, capture_output=True, text=True, timeout=1800)
    if "is not supported by the following package" in built.stderr or "requires rustc" in built.stderr:
        pytest.skip("this Rust is too old for the SDK, which wants the one in Cargo.toml")
    assert built.returncode == 0, built.stderr[-4000:]
    assert json.loads(run([folder / "target/debug/freshet-client", system_freshet.endpoint])) == CHECKED
