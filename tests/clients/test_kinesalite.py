"""kinesalite's own test suite, which was written against AWS (https://github.com/mhart/kinesalite,
MIT). FRESHET_KINESALITE_SUITE names its folder, since its package does not contain the tests.
Expectations that AWS no longer meets are in kinesalite/differences.json, with the reason;
docs/compatibility.md lists them.
"""

import json
import os
import pathlib
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).parent / "kinesalite"
CONFIGURATION = """
unsigned: refused
cors:
  origins: ["*"]
streams:
  creating_ms: 500
  updating_ms: 500
  deleting_ms: 500
  shard_limit: 50
"""


@pytest.mark.heavy
def test_kinesalites_suite(make_freshet, authority, tmp_path):
    suite = os.environ.get("FRESHET_KINESALITE_SUITE", "")
    if not (pathlib.Path(suite) / "test" / "helpers.js").is_file():
        pytest.skip("FRESHET_KINESALITE_SUITE names no checkout of kinesalite")
    modules = FOLDER / "node_modules"
    if not modules.is_dir():
        pytest.skip("needs the npm packages of tests/clients/kinesalite: ./dev setup --clients")
    server = make_freshet(clock="system", config=CONFIGURATION)
    environment = {
        **os.environ,
        "REMOTE": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "FRESHET_ENDPOINT": f"https://localhost:{server.port}",
        "NODE_EXTRA_CA_CERTS": str(authority(server)),
        "NODE_PATH": str(modules),
    }
    # One of its tests waits five minutes for an iterator to expire.
    result = subprocess.run(
        [
            "node",
            modules / "mocha/bin/_mocha",
            "--require",
            FOLDER / "redirect.js",
            "--require",
            "should",
            "--reporter",
            "json",
            "-t",
            "30s",
            pathlib.Path(suite) / "test/*.js",
        ],
        cwd=suite,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    report = json.loads(result.stdout)
    expected = {each["test"] for each in json.loads((FOLDER / "differences.json").read_text())}
    failed = {
        each["fullTitle"]: each["err"].get("message", "")[:1000] for each in report["failures"]
    }
    assert {title: message for title, message in failed.items() if title not in expected} == {}
    assert report["stats"]["passes"] + report["stats"]["failures"] == 285
    assert expected - set(failed) == set(), "these pass now: strike them from differences.json"
