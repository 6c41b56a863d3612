"""The AWS CLI, with nothing set but AWS_ENDPOINT_URL."""

import base64
import json
import pathlib
import subprocess
import sys

AWS = pathlib.Path(sys.executable).parent / "aws"


def aws(server, *words):
    return subprocess.run(
        [AWS, "kinesis", *words, "--output", "json"],
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def say(server, *words):
    result = aws(server, *words)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout or "{}")


def test_records_and_a_reshard(freshet, tmp_path):
    binary = bytes(range(256)) * 4
    (tmp_path / "record").write_bytes(binary)
    say(freshet, "create-stream", "--stream-name", "s", "--shard-count", "1")
    say(freshet, "wait", "stream-exists", "--stream-name", "s")
    put = say(
        freshet,
        "put-record",
        "--stream-name",
        "s",
        "--partition-key",
        "k",
        "--data",
        f"fileb://{tmp_path}/record",
    )
    iterator = say(
        freshet,
        "get-shard-iterator",
        "--stream-name",
        "s",
        "--shard-id",
        put["ShardId"],
        "--shard-iterator-type",
        "TRIM_HORIZON",
    )["ShardIterator"]
    [record] = say(freshet, "get-records", "--shard-iterator", iterator)["Records"]
    assert (
        base64.b64decode(record["Data"]) == binary
        and record["SequenceNumber"] == put["SequenceNumber"]
    )
    say(
        freshet,
        "split-shard",
        "--stream-name",
        "s",
        "--shard-to-split",
        put["ShardId"],
        "--new-starting-hash-key",
        str(2**127),
    )
    shards = say(freshet, "list-shards", "--stream-name", "s")["Shards"]
    assert [shard.get("ParentShardId") for shard in shards] == [
        None,
        put["ShardId"],
        put["ShardId"],
    ]


def test_a_refusal_has_its_type(freshet):
    result = aws(freshet, "describe-stream-summary", "--stream-name", "nowhere")
    assert result.returncode != 0
    assert (
        "(ResourceNotFoundException)" in result.stderr
        and "Stream nowhere under account 000000000000 not found." in result.stderr
    )
