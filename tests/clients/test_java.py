"""The AWS SDKs for Java with their defaults: CBOR, HTTP/1.1 and HTTP/2."""

import json
import subprocess

import pytest
from program import run

pytestmark = pytest.mark.heavy


def test_sdk_2(system_freshet, java):
    assert json.loads(run([*java("sdk2", "Sdk2"), "checks", system_freshet.endpoint])) == {
        "checked": ["records", "refusals", "reshard", "fan-out"],
        "protocol": "cbor",
    }


def test_sdk_2_over_tls(system_freshet, java, authority, tmp_path):
    """The same over HTTP/2 by ALPN; Freshet's authority is in a trust store of its own."""
    store = tmp_path / "trust.p12"
    subprocess.run(
        [
            "keytool",
            "-importcert",
            "-noprompt",
            "-alias",
            "freshet",
            "-file",
            authority(system_freshet),
            "-keystore",
            store,
            "-storetype",
            "PKCS12",
            "-storepass",
            "changeit",
        ],
        check=True,
        capture_output=True,
    )
    command = java(
        "sdk2",
        "Sdk2",
        f"-Djavax.net.ssl.trustStore={store}",
        "-Djavax.net.ssl.trustStorePassword=changeit",
    )
    assert (
        json.loads(run([*command, "checks", f"https://localhost:{system_freshet.port}"]))[
            "protocol"
        ]
        == "cbor"
    )


def test_sdk_1(system_freshet, java):
    assert json.loads(run([*java("sdk1", "Sdk1"), system_freshet.endpoint])) == {
        "checked": ["records", "refusals", "reshard"],
        "protocol": "cbor",
    }


def test_what_the_put_loop_acknowledged_is_there(system_freshet, java):
    """The program with which the crash tests put records."""
    kinesis = system_freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    loop = subprocess.Popen(
        [*java("sdk2", "Sdk2"), "put-loop", system_freshet.endpoint, "s"],
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged = [json.loads(loop.stdout.readline()) for _ in range(50)]
    loop.kill()
    loop.wait()
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    there = {
        record["SequenceNumber"]: record
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]
    }
    for each in acknowledged:
        record = there[each["sequence"]]
        assert (record["Data"].decode(), record["PartitionKey"]) == (each["data"], each["key"])
