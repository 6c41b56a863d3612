"""The AWS SDK for JavaScript v3, HTTP/2 on http:// (prior knowledge) and on https:// (ALPN)."""

import json
import os
import pathlib
import subprocess

import pytest

CLIENT = pathlib.Path(__file__).parent / "js"


@pytest.fixture(autouse=True)
def installed():
    assert (CLIENT / "node_modules").is_dir(), "tools/setup test installs the client's packages"


def run(endpoint, **environment):
    result = subprocess.run(
        ["node", "kinesis.mjs", endpoint],
        cwd=CLIENT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


EXPECTED = {"protocol": "h2", "small": 300, "large": 3, "error": "ResourceNotFoundException"}


def test_kinesis_over_http2_without_tls(freshet):
    assert run(freshet.endpoint) == EXPECTED


def test_kinesis_over_http2_and_tls(freshet, tmp_path):
    authority = tmp_path / "authority.pem"
    authority.write_text(
        subprocess.run(
            freshet.command("cert", "--data", freshet.directory / "data"),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    assert run(f"https://localhost:{freshet.port}", NODE_EXTRA_CA_CERTS=str(authority)) == EXPECTED
