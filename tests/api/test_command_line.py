"""The command line as people and scripts use it: help, wrong words, exit statuses, the manual,
completion, settings.
"""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / os.environ.get("FRESHET_PRESET", "release") / "freshet"
CLIENTS = [
    "produce",
    "tail",
    "streams list",
    "streams describe",
    "streams split",
    "streams merge",
    "replay",
    "query",
    "apply",
    "destroy",
]


def run(*arguments, **options):
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options
    )
    return done.returncode, done.stdout, done.stderr


def test_without_arguments_it_shows_how_to_begin():
    status, output, errors = run()
    assert status == 0 and errors == ""
    for word in ("serve", "produce", "streams", "completion", "freshet serve", "Exit status"):
        assert word in output


def test_version_and_help():
    status, output, _ = run("--version")
    assert status == 0 and output.startswith("freshet 0.")
    for words in (["--help"], ["produce", "--help"], ["streams", "list", "-h"]):
        status, output, _ = run(*words)
        assert status == 0 and "Usage:" in output


@pytest.mark.parametrize(
    "words, problem",
    [
        (["foo"], "there is no command 'freshet foo'; there are"),
        (["prodcue"], "there is no command 'freshet prodcue'; did you mean 'produce'?"),
        (["stream", "list"], "there is no command 'freshet stream'; did you mean 'streams'?"),
        (["streams"], "freshet streams needs a command: list, describe, split, merge"),
        (["streams", "lst"], "there is no command 'freshet streams lst'; did you mean 'list'?"),
        (
            ["query", "SELECT 1", "--databse", "x"],
            "freshet query has no option --databse; did you mean '--database'?",
        ),
        (["query"], "SQL is required"),
        (["produce", "--stream", "s"], "FILE is required"),
        (["tail"], "STREAM is required"),
        (["tail", "s", "--from", "yesterday"], "--from yesterday is not a time"),
        (["tail", "s", "--from", "1h", "--to", "2h"], "--to 2h is before --from 1h"),
        (["tail", "s", "--regex", "("], "freshet: "),
        (["tail", "s", "--count", "-1"], "-1 is not a number of records above 0"),
        (
            ["replay", "s", "--to", "t", "--speed", "fast"],
            "--speed fast is not a number above 0, or max",
        ),
        (["replay", "s", "--to", "t", "--to-endpoint", "foo"], "--to-endpoint 'foo' is not a URL"),
        (["streams", "list", "--endpoint", "foo"], "--endpoint 'foo' is not a URL"),
        (
            ["streams", "list", "--endpoint", "http://127.0.0.1:456600"],
            "names no port from 1 to 65535",
        ),
        (
            ["streams", "split", "s", "0", "--at", "middle"],
            "middle is not a number, nor 0x and hexadecimal",
        ),
        (["apply", "p.yaml", "--set", "X"], "--set: 'X' is not NAME=VALUE"),
        (["query", "SELECT 1", "--region", "mars"], "freshet: there is no region 'mars'"),
        (["tail", "s", "--region", "us-esat-1"], "did you mean 'us-east-1'?"),
        (
            ["produce", "a", "--stream", "s", "--rate", "0"],
            "--rate: 0 is not a number of rows from 0.001 to 1000000000",
        ),
        (["query", "SELECT 1", "extra"], "freshet query takes no 'extra' there"),
        (["produce", "a", "--stream", "s", "--format", "xml"], "--format"),
        (["--json", "serve"], "freshet serve takes no --json"),
        (["serve", "--config", "/nowhere/f.yaml"], "/nowhere/f.yaml"),
    ],
)
def test_wrong_words_end_with_status_2_and_a_word_that_helps(words, problem):
    status, output, errors = run(*words)
    assert status == 2 and output == "" and problem in errors, errors


def test_what_cannot_be_done_ends_with_status_1(freshet, tmp_path):
    for words in (
        ["query", "SELECT"],
        ["streams", "describe", "none"],
        ["tail", "none"],
        ["produce", tmp_path / "none", "--stream", "s"],
        ["apply", tmp_path / "none.yaml"],
    ):
        assert run(*words, "--endpoint", freshet.endpoint)[0] == 1, words
    assert run("streams", "list", "--endpoint", "http://127.0.0.1:1")[0] == 1


def test_errors_name_what_cannot_be_done(freshet, tmp_path):
    (tmp_path / "p.yaml").write_text("streams: {s: {shards: x}}\n")
    for words, problem in [
        (["query", "SELECT"], "freshet: "),
        (["apply", tmp_path], f"{tmp_path} is a directory"),
        (["apply", tmp_path / "none.yaml"], "none.yaml cannot be read: No such file or directory"),
        (["apply", tmp_path / "p.yaml"], "'shards' is a whole number, not 'x'"),
    ]:
        _, output, errors = run(*words, "--endpoint", freshet.endpoint)
        assert output == "" and errors.startswith("freshet: ") and problem in errors
    assert run("streams", "list", env={**os.environ, "AWS_ENDPOINT_URL": "foo"})[0] == 2
    assert run("streams", "list", env={**os.environ, "AWS_REGION": "mars"})[0] == 2


def test_shared_options_work_before_and_after_commands(freshet):
    freshet.client("kinesis", region_name="eu-west-1").create_stream(
        StreamName="there", ShardCount=1
    )
    where = ["--endpoint", freshet.endpoint, "--region", "eu-west-1", "--json"]
    for words in (
        [*where, "streams", "list"],
        ["streams", *where, "list"],
        ["streams", "list", *where],
        [*where[:2], "streams", "--json", "list", *where[2:4]],
    ):
        status, output, errors = run(*words)
        assert status == 0, errors
        assert [
            one["StreamDescriptionSummary"]["StreamName"] for one in json.loads(output)["Streams"]
        ] == ["there"]
    environment = {**os.environ, "AWS_ENDPOINT_URL": freshet.endpoint, "AWS_REGION": "eu-west-1"}
    assert "there" in run("streams", "list", env=environment)[1]


@pytest.mark.parametrize("command", CLIENTS)
def test_every_client_takes_the_shared_options_in_the_same_words(command):
    _, output, _ = run(*command.split(), "--help")
    words = " ".join(output.split())
    assert (
        "--endpoint URL URL of the server; AWS_ENDPOINT_URL or http://127.0.0.1:4566 when not given"
        in words
    )
    assert (
        "--region REGION Region; AWS_REGION, AWS_DEFAULT_REGION or us-east-1 when not given"
        in words
    )
    assert "--json" in words


def test_json_of_each_command(freshet, tmp_path):
    where = ["--endpoint", freshet.endpoint, "--json"]
    (tmp_path / "p.yaml").write_text("streams: {s: {shards: 1}}\n")
    status, output, errors = run("apply", tmp_path / "p.yaml", *where)
    assert status == 0 and json.loads(output)["steps"][0]["action"] == "create", errors
    (tmp_path / "rows.csv").write_text("n,t\n1,\xe9\n")
    status, output, _ = run(
        "produce", tmp_path / "rows.csv", "--stream", "s", "--no-aggregate", *where
    )
    assert json.loads(output)["rows"] == 1
    status, output, _ = run("tail", "s", "--from", "start", "--count", "1", *where)
    record = json.loads(output)
    assert (
        record["data"] == "1,\xe9\n"
        and record["shard"] == "shardId-000000000000"
        and record["sequence_number"].isdigit()
    )
    assert json.loads(run("query", "SELECT 1 AS one", *where)[1]) == {"one": 1}
    status, output, _ = run("streams", "split", "s", "0", "--wait", *where)
    assert status == 0 and len(json.loads(output)["Shards"]) == 3
    assert (
        json.loads(run("destroy", tmp_path / "p.yaml", *where)[1])["steps"][0]["action"] == "remove"
    )


def test_the_documents_are_what_the_program_prints():
    assert (ROOT / "docs/cli.md").read_text() == run("man", "--format", "markdown")[1]
    assert (ROOT / "docs/settings.md").read_text() == run("settings", "--format", "markdown")[1]
    functions = run("functions", "--format", "markdown")[1]
    assert (ROOT / "docs/sql-athena-functions.md").read_text() == functions


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_the_manual_is_a_page_that_man_reads(tmp_path):
    page = tmp_path / "freshet.1"
    page.write_text(run("man", "--format", "roff")[1])
    shown = subprocess.run(
        ["man", "--warnings", "-l", page],
        capture_output=True,
        text=True,
        env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"},
    )
    assert shown.returncode == 0 and shown.stderr == ""
    assert "EXIT STATUS" in shown.stdout and "freshet streams list" in shown.stdout


def completed(script, *words):
    """What bash suggests for the last of `words`."""
    lines = (
        f"{script}\nCOMP_WORDS=({' '.join(map(repr, words))})\nCOMP_CWORD={len(words) - 1}\n"
        "_freshet_complete\nprintf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


def test_bash_completes_commands_options_and_choices():
    status, script, _ = run("completion", "bash")
    assert status == 0
    assert completed(script, "freshet", "pro") == ["produce"]
    assert {"list", "describe", "split", "merge"} <= set(
        completed(script, "freshet", "streams", "")
    )
    assert completed(script, "freshet", "streams", "describe", "--js") == ["--json"]
    assert completed(script, "freshet", "produce", "--format", "") == [
        "auto",
        "csv",
        "lines",
        "json",
    ]
    assert completed(script, "freshet", "completion", "z") == ["zsh"]
    assert completed(script, "freshet", "tail", "s", "--from", "") == [], "a value stands there"
    assert completed(script, "freshet", "produce", "--resume", "") == []
    assert completed(script, "freshet", "produce", "--resume", "x", "--rat") == ["--rate"]
    assert completed(script, "freshet", "--region", "streams", "pro") == ["produce"]
    assert completed(script, "freshet", "produce", "--format", "=", "c") == ["csv"]
    assert completed(script, "freshet", "produce", "--format", "=") == [
        "auto",
        "csv",
        "lines",
        "json",
    ]
    assert run("completion", "zsh")[1].startswith("# Completes freshet")
    assert run("completion", "fish")[0] == 2


@pytest.mark.parametrize(
    "text, problem",
    [
        ("log_levle: info", ":1: there is no setting 'log_levle'; did you mean 'log_level'?"),
        (
            "data: d\nstream:\n  creating_ms: 1",
            ":3: there is no setting 'stream.creating_ms'; did you mean 'streams.creating_ms'?",
        ),
        ("streams: {creating: 1}", "did you mean 'streams.creating_ms'?"),
        ("log_level: loud", ":1: 'log_level' is debug or info or warn or error, not 'loud'"),
        ("account: 12", "is not twelve digits"),
        (
            "streams: 5",
            (
                ":1: 'streams' is a section: creating_ms, updating_ms, deleting_ms, "
                "shard_limit belong below it"
            ),
        ),
        (
            "streams: {creating_ms: -1}",
            ":1: 'streams.creating_ms' is from 0 to 1000000000000, not -1",
        ),
        ("log_level: info\nlog_level: warn", "f.yaml:2:1: the key 'log_level' is there twice"),
        ("data: [", "f.yaml:1:1: this '[' has no ']'"),
        ("- data", "f.yaml:1:1: settings are lines of 'name: value'"),
        ("data: d\n---\nlog_level: warn", "f.yaml:3:1: a second document begins here"),
        (
            "streams: {shard_limit: many}",
            "f.yaml:1: 'streams.shard_limit' has a wrong value 'many'; it takes: number",
        ),
        ("tls: {names: [a, [b]]}", "'tls.names' has a wrong value; it takes: list of names"),
        ("listen: [1]", "'listen' has a wrong value; it takes: HOST:PORT"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_nearest_right_one(tmp_path, text, problem):
    (tmp_path / "f.yaml").write_text(text)
    status, _, errors = run(
        "serve", "--config", tmp_path / "f.yaml", "--listen", "127.0.0.1:0", cwd=tmp_path
    )
    assert status == 2 and problem in errors, errors
    assert not (tmp_path / "data").exists()


def serve_first_lines(*arguments, count=3, **options):
    process = subprocess.Popen(
        [options.pop("program", PROGRAM), "serve", "--listen", "127.0.0.1:0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    lines = [process.stdout.readline() for _ in range(count)]
    process.terminate()
    _, errors = process.communicate(timeout=30)
    return process.returncode, lines, errors


def test_serve_says_where_it_writes(tmp_path):
    status, lines, _ = serve_first_lines(cwd=tmp_path)
    assert status == 0 and lines[0].startswith("freshet is ready at http://127.0.0.1:")
    assert lines[1].split() == ["data", "in", str(tmp_path / "data")] and lines[2].split()[
        -1
    ].endswith("/_freshet/")
    assert serve_first_lines(cwd=tmp_path)[0] == 0, "its own ./data is taken again"


def test_serve_does_not_write_into_a_directory_that_nobody_named(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.csv").write_text("1\n")
    status, _, errors = run("serve", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert (
        status == 2
        and (
            f"{tmp_path}/data is there and is no data directory of Freshet's: name one with "
            "--data DIR"
        )
        in errors
    )
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["mine.csv"]


def test_the_start_reports_what_is_missing_beside_the_program(tmp_path):
    shutil.copy(PROGRAM, tmp_path / "freshet")
    status, lines, errors = serve_first_lines(
        "--data", tmp_path / "d", program=tmp_path / "freshet"
    )
    assert status == 0 and "ready" in lines[0]
    assert f"{tmp_path}/freshet-query is missing: every query will fail" in errors


@pytest.mark.parametrize(
    "words", [["cert"], ["cert", "rotate"], ["cert", "install", "--into", "."]]
)
def test_cert_makes_no_authority_in_a_directory_of_no_server(tmp_path, words):
    status, output, errors = run(*words, cwd=tmp_path)
    assert (
        status == 2
        and output == ""
        and f"{tmp_path}/data is not a data directory of a server; --data DIR names it" in errors
    )
    (tmp_path / "data").mkdir()
    assert run(*words, cwd=tmp_path)[0] == 2 and list((tmp_path / "data").iterdir()) == []


def test_cert_says_which_authority_it_prints(tmp_path):
    assert serve_first_lines(cwd=tmp_path)[0] == 0
    status, output, errors = run("cert", cwd=tmp_path)
    assert (
        status == 0
        and output.startswith("-----BEGIN CERTIFICATE-----")
        and errors == "freshet: the authority is data/tls/authority.pem\n"
    )
