"""The pipeline as one file: `freshet apply` creates what the boto3 script creates, a second apply
changes nothing, an edit is one change, and `freshet destroy` removes everything.
"""

import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples/chicago-crimes"
PIPELINE = EXAMPLE / "pipeline.yaml"
VOLATILE = {
    "ResponseMetadata",
    "RequestId",
    "RevisionId",
    "RoleId",
    "StreamId",
    "LastModified",
    "CreationTime",
    "CrawlElapsedTime",
    "LastUpdated",
    "HTTPHeaders",
}


def run(server, *arguments):
    """Exit status, output, errors of `freshet ...`."""
    done = subprocess.run(
        server.command(*arguments, "--endpoint", server.endpoint, "--python", sys.executable),
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def apply(server, file=PIPELINE, *more):
    status, output, errors = run(server, "apply", file, *more)
    assert status == 0, output + errors
    return [
        line for line in output.splitlines() if not re.match(r"unchanged |\d+ unchanged$", line)
    ]


def stable(value):
    """Without times, ids and whatever else differs between two servers."""
    if isinstance(value, dict):
        return {
            key: stable(inner)
            for key, inner in value.items()
            if key not in VOLATILE and not re.search(r"Time$|Timestamp$|Date$", key)
        }
    if isinstance(value, list):
        return [stable(inner) for inner in value]
    return (
        "a link of ten minutes" if isinstance(value, str) and "/_freshet/code/" in value else value
    )


def described(server):
    """Every answer about every resource, by call."""
    clients = {}
    answers = {}

    def ask(service, operation, **arguments):
        client = clients.setdefault(service, server.client(service))
        answer = stable(getattr(client, operation)(**arguments))
        answers[f"{operation} {json.dumps(arguments, sort_keys=True)}"] = answer
        return answer

    for role in ask("iam", "list_roles")["Roles"]:
        ask("iam", "get_role", RoleName=role["RoleName"])
        ask("iam", "list_role_policies", RoleName=role["RoleName"])
        ask("iam", "list_attached_role_policies", RoleName=role["RoleName"])
    for bucket in ask("s3", "list_buckets")["Buckets"]:
        ask("s3", "get_bucket_location", Bucket=bucket["Name"])
    for stream in ask("kinesis", "list_streams")["StreamNames"]:
        for operation in (
            "describe_stream",
            "describe_stream_summary",
            "list_shards",
            "list_tags_for_stream",
        ):
            ask("kinesis", operation, StreamName=stream)
    for function in ask("lambda", "list_functions")["Functions"]:
        ask("lambda", "get_function", FunctionName=function["FunctionName"])
        ask("lambda", "get_function_configuration", FunctionName=function["FunctionName"])
        try:
            ask("lambda", "get_policy", FunctionName=function["FunctionName"])
        except botocore.exceptions.ClientError as error:
            answers[f"get_policy {function['FunctionName']}"] = error.response["Error"]
    for delivery in ask("firehose", "list_delivery_streams")["DeliveryStreamNames"]:
        ask("firehose", "describe_delivery_stream", DeliveryStreamName=delivery)
        ask("firehose", "list_tags_for_delivery_stream", DeliveryStreamName=delivery)
    for application in ask("kinesisanalytics", "list_applications")["ApplicationSummaries"]:
        ask(
            "kinesisanalytics",
            "describe_application",
            ApplicationName=application["ApplicationName"],
        )
    for database in ask("glue", "get_databases")["DatabaseList"]:
        ask("glue", "get_database", Name=database["Name"])
        for table in ask("glue", "get_tables", DatabaseName=database["Name"])["TableList"]:
            ask("glue", "get_table", DatabaseName=database["Name"], Name=table["Name"])
            ask(
                "athena",
                "get_table_metadata",
                CatalogName="AwsDataCatalog",
                DatabaseName=database["Name"],
                TableName=table["Name"],
            )
    for crawler in ask("glue", "get_crawlers")["Crawlers"]:
        ask("glue", "get_crawler", Name=crawler["Name"])
    for job in ask("glue", "get_jobs")["Jobs"]:
        ask("glue", "get_job", JobName=job["Name"])
    for trigger in ask("glue", "get_triggers")["Triggers"]:
        ask("glue", "get_trigger", Name=trigger["Name"])
    for rule in ask("events", "list_rules")["Rules"]:
        ask("events", "describe_rule", Name=rule["Name"])
        ask("events", "list_targets_by_rule", Rule=rule["Name"])
    account = {"AwsAccountId": "000000000000"}
    for source in ask("quicksight", "list_data_sources", **account)["DataSources"]:
        ask("quicksight", "describe_data_source", DataSourceId=source["DataSourceId"], **account)
    for data_set in ask("quicksight", "list_data_sets", **account)["DataSetSummaries"]:
        ask("quicksight", "describe_data_set", DataSetId=data_set["DataSetId"], **account)
    for board in ask("quicksight", "list_dashboards", **account)["DashboardSummaryList"]:
        ask("quicksight", "describe_dashboard", DashboardId=board["DashboardId"], **account)
        ask(
            "quicksight",
            "describe_dashboard_definition",
            DashboardId=board["DashboardId"],
            **account,
        )
    return answers


def versions(server):
    """Everything that changes when anything is changed, times included."""
    client = server.client
    return [
        client("lambda").list_functions()["Functions"],
        [
            client("firehose").describe_delivery_stream(DeliveryStreamName=name)[
                "DeliveryStreamDescription"
            ]
            for name in ("crimes-to-lake", "top-locations")
        ],
        client("kinesisanalytics").describe_application(ApplicationName="top-locations")[
            "ApplicationDetail"
        ],
        client("glue").get_tables(DatabaseName="crimes")["TableList"],
        client("glue").get_crawlers()["Crawlers"],
    ]


def edited(tmp_path, *changes):
    """A copy of the example with texts of the file replaced."""
    text = PIPELINE.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    for name in ("preprocess.py", "partitions.py", "top_locations.sql", "optimize.sql"):
        (tmp_path / name).write_text((EXAMPLE / name).read_text())
    (tmp_path / "pipeline.yaml").write_text(text)
    return tmp_path / "pipeline.yaml"


def test_the_file_and_the_boto3_script_make_the_same(make_freshet, tmp_path):
    servers = []
    for name in ("file", "script"):
        (tmp_path / name).mkdir()
        servers.append(make_freshet(directory=tmp_path / name))
    by_file, by_script = servers
    apply(by_file)
    subprocess.run(
        [sys.executable, EXAMPLE / "setup_with_boto3.py", "--endpoint", by_script.endpoint],
        env=by_script.environment(),
        check=True,
        timeout=120,
    )
    one, other = described(by_file), described(by_script)
    assert one.keys() == other.keys()
    for call in one:
        assert one[call] == other[call], call
    assert len(one) > 40
    # and the file finds nothing to change on what the script made
    assert len(apply(by_script)) == 0


def test_a_second_time_changes_nothing(freshet):
    made = apply(freshet)
    assert made[-1] == "21 created" and sum(line.startswith("created ") for line in made) == 21
    before = versions(freshet)
    freshet.advance(5000)
    assert apply(freshet) == []
    assert versions(freshet) == before


def test_a_dry_run_reports_and_does_nothing(freshet):
    output = apply(freshet, PIPELINE, "--dry-run")
    assert output[-1] == "21 to create"
    assert freshet.client("kinesis").list_streams()["StreamNames"] == []


@pytest.mark.parametrize(
    "text, problem",
    [
        ("streams: {good: {}, s: {shards: -1}}", "stream s (line 1:21): ValidationException: "),
        ("streams: {s: {retention_hours: 9000}}", "'retention_hours' is from 24 to 8760, not 9000"),
        ("buckets: {Bad_Name: {}}", "a bucket cannot have the name 'Bad_Name'"),
        (
            "rules: {r: {schedule: 'every hour'}}",
            "'schedule' is rate(...) or cron(...), not 'every hour'",
        ),
        ("delivery_streams: {d: {role: r, bucket: b, buffer_s: 5000}}", "ValidationException"),
        (
            "delivery_streams: {d: {role: r, bucket: b, prefix: 'a/!{nonsense:x}/'}}",
            "The expression !{nonsense:x} is not valid",
        ),
        (
            "delivery_streams: {d: {role: r, bucket: b, source_stream: none}}",
            "delivery stream d (line 1:20): ResourceNotFoundException: Stream none",
        ),
        (
            (
                "databases: {d: {}}\ntables: {e.t: {location: 's3://b/t/', serde: opencsv, "
                "columns: {a: string}}}"
            ),
            "table e.t (line 2:10): EntityNotFoundException: Database e not found",
        ),
        (
            "rules: {r: {schedule: rate(1 minute), targets: [{function: none}]}}",
            "rule r (line 1:9): ResourceNotFoundException: Function not found",
        ),
        ("databases: {d: {}}\nviews: {d.v: {sql: SELEC 1}}", "p.yaml:2:20: line 1:1: "),
        ("roles: {r: {trust_policy: not json}}", "This policy contains invalid Json"),
        (
            (
                "applications: {a: {role: r, sql: 'CREATE NONSENSE', input: {name_prefix: P, "
                "stream: s, columns: [{name: n, type: INTEGER}]}}}"
            ),
            "line 1, column 8",
        ),
    ],
)
def test_a_dry_run_judges_as_apply_does(freshet, tmp_path, text, problem):
    (tmp_path / "p.yaml").write_text(text)
    told = [run(freshet, "apply", tmp_path / "p.yaml", *more) for more in (["--dry-run"], [])]
    assert told[0] == told[1] and told[0][0] == 1 and problem in told[0][2], told
    assert freshet.client("kinesis").list_streams()["StreamNames"] == []


def test_text_after_the_document_is_refused(freshet, tmp_path):
    (tmp_path / "p.yaml").write_text("streams: {s: {}}\n---\nstreams: {t: {}}\n")
    status, _, errors = run(freshet, "apply", tmp_path / "p.yaml")
    assert status == 1 and "p.yaml:3:1: " in errors and "a second document begins here" in errors


def test_a_file_that_names_nothing_is_reported(freshet, tmp_path):
    (tmp_path / "p.yaml").write_text("")
    for more in (["--dry-run"], []):
        assert run(freshet, "apply", tmp_path / "p.yaml", *more) == (
            0,
            "the file names nothing\n",
            "",
        )


def test_an_edit_is_one_change(freshet, tmp_path):
    apply(freshet)
    buffer = edited(tmp_path, ("  BUFFER_SECONDS: 300", "  BUFFER_SECONDS: 60"))
    assert apply(freshet, buffer) == [
        "updated          delivery stream crimes-to-lake",
        "                   buffer_s: 300 -> 60",
        "updated          delivery stream top-locations",
        "                   buffer_s: 300 -> 60",
        "2 updated, 19 unchanged",
    ]
    hints = freshet.client("firehose").describe_delivery_stream(DeliveryStreamName="crimes-to-lake")
    destination = hints["DeliveryStreamDescription"]["Destinations"][0][
        "ExtendedS3DestinationDescription"
    ]
    assert destination["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 60}
    assert not destination.get("ProcessingConfiguration", {}).get("Enabled")
    # another SQL text
    sql = tmp_path / "top_locations.sql"
    sql.write_text(sql.read_text().replace("        10,", "        5,"))
    output = apply(freshet, buffer)
    assert (
        output[0] == "updated          application top-locations"
        and output[-1] == "1 updated, 20 unchanged"
    )
    detail = freshet.client("kinesisanalytics").describe_application(
        ApplicationName="top-locations"
    )["ApplicationDetail"]
    assert (
        "        5," in detail["ApplicationCode"]
        and detail["ApplicationStatus"] == "RUNNING"
        and detail["ApplicationVersionId"] == 2
    )
    # one more column
    buffer.write_text(
        buffer.read_text().replace(
            "      location: string\n", "      location: string\n      source: string\n"
        )
    )
    output = apply(freshet, buffer)
    assert (
        output[0] == "updated          table crimes.reports"
        and output[1].strip().endswith(", source string")
        and output[-1] == "2 updated, 19 unchanged"
    )
    columns = freshet.client("glue").get_table(DatabaseName="crimes", Name="reports")["Table"][
        "StorageDescriptor"
    ]["Columns"]
    assert [column["Name"] for column in columns][-2:] == ["location", "source"]
    # other code
    (tmp_path / "partitions.py").write_text((tmp_path / "partitions.py").read_text() + "\n# more\n")
    output = apply(freshet, buffer)
    assert (
        output[0] == "updated          function partitions"
        and "code_sha256" in output[1]
        and len(output) == 3
    )
    assert apply(freshet, buffer) == []


def test_parts_are_added_and_removed(freshet, tmp_path):
    """Tags, variables, outputs, targets, the processor: added by one edit, removed by the next."""
    apply(freshet)
    before = described(freshet)
    more = edited(
        tmp_path,
        (
            "  crimes-errors:\n    shards: 1\n",
            "  crimes-errors:\n    shards: 1\n    retention_hours: 48\n    tags: {team: lake}\n",
        ),
        ("      processor: preprocess\n", ""),
        (
            "    buffer_s: ${BUFFER_SECONDS}\n  top-locations:\n",
            (
                "    buffer_s: ${BUFFER_SECONDS}\n    compression: GZIP\n    tags: {team: "
                "lake}\n  top-locations:\n"
            ),
        ),
        (
            "    environment: {DATABASE: crimes, TABLE: reports}\n",
            "    environment: {DATABASE: crimes, TABLE: other, MORE: x}\n",
        ),
        ("      - {name: error_stream, stream: crimes-errors, format: JSON}\n", ""),
        (
            "      - {function: partitions, input: '{}'}\n",
            "      - {function: preprocess}\n    enabled: false\n",
        ),
    )
    output = apply(freshet, more)
    assert output[-1] == "5 updated, 16 unchanged"
    assert apply(freshet, more) == []
    application = freshet.client("kinesisanalytics").describe_application(
        ApplicationName="top-locations"
    )["ApplicationDetail"]
    assert "InputProcessingConfigurationDescription" not in application["InputDescriptions"][0]
    assert [output["Name"] for output in application["OutputDescriptions"]] == [
        "DESTINATION_SQL_STREAM"
    ]
    assert freshet.client("kinesis").list_tags_for_stream(StreamName="crimes-errors")["Tags"] == [
        {"Key": "team", "Value": "lake"}
    ]
    events = freshet.client("events")
    assert events.describe_rule(Name="register-partitions")["State"] == "DISABLED"
    assert [
        target["Id"]
        for target in events.list_targets_by_rule(Rule="register-partitions")["Targets"]
    ] == ["preprocess"]
    apply(freshet)
    after = described(freshet)
    changed = {call.split()[0] for call in before if before[call] != after[call]}
    # versions and ids have moved on; all else is as it was
    assert changed <= {"describe_application", "describe_delivery_stream"}, changed


def test_destroy_leaves_nothing(freshet):
    apply(freshet)
    freshet.client("s3").put_object(Bucket="crimes-lake", Key="kept", Body=b"rows")
    before = described(freshet)
    status, output, errors = run(freshet, "destroy", PIPELINE)
    assert (
        status == 1
        and "bucket crimes-" in errors
        and "--empty-buckets" in errors
        and "nothing was removed" in errors
    )
    assert described(freshet) == before
    freshet.client("glue").create_table(DatabaseName="crimes", TableInput={"Name": "mine"})
    status, output, errors = run(freshet, "destroy", PIPELINE, "--empty-buckets")
    assert status == 1 and "table mine, which the file does not name" in errors
    freshet.client("glue").delete_table(DatabaseName="crimes", Name="mine")
    freshet.client("kinesis").create_stream(StreamName="not-of-the-file", ShardCount=1)
    status, output, errors = run(freshet, "destroy", PIPELINE, "--empty-buckets")
    assert status == 0 and output.splitlines()[-1] == "21 removed", output + errors
    assert (
        output.splitlines()[0] == "removed          dashboard crimes"
        and output.splitlines()[-2] == "removed          role freshet-pipeline"
    )
    left = described(freshet)
    assert left["list_streams {}"]["StreamNames"] == ["not-of-the-file"]
    assert all(
        not answer[key]
        for call, answer in left.items()
        for key in answer
        if isinstance(answer[key], list) and call.endswith(" {}") and "list_streams" not in call
    )
    status, output, errors = run(freshet, "destroy", PIPELINE)
    assert status == 0 and output.splitlines()[-1] == "21 absent"


def test_what_cannot_change_stops_before_anything_is_done(freshet, tmp_path):
    apply(freshet)
    before = versions(freshet)
    other = edited(
        tmp_path,
        ("    source_stream: crimes\n", "    source_stream: crimes-errors\n"),
        ("  BUFFER_SECONDS: 300", "  BUFFER_SECONDS: 60"),
    )
    status, output, errors = run(freshet, "apply", other)
    assert (
        status == 1
        and "must be replaced delivery stream crimes-to-lake" in output
        and "source_stream: " in output
    )
    assert "source_stream cannot change in place; nothing was done" in errors
    assert versions(freshet) == before


def test_the_first_error_stops_and_says_what_was_done(freshet, tmp_path):
    file = edited(
        tmp_path,
        (
            "    source_stream: crimes\n",
            "    source_stream: arn:aws:kinesis:us-east-1:000000000000:stream/nowhere\n",
        ),
    )
    status, output, errors = run(freshet, "apply", file)
    assert status == 1
    assert (
        "created          function partitions" in output
        and "FAILED to create delivery stream crimes-to-lake" in output
    )
    assert "not done         application top-locations" in output
    assert (
        errors.startswith("freshet: delivery stream crimes-to-lake (line ") and "nowhere" in errors
    )
    file.write_text(PIPELINE.read_text())
    assert apply(freshet, file)[-1] == "11 created, 10 unchanged"
    assert apply(freshet, file) == []


@pytest.mark.parametrize(
    "change, problem",
    [
        (
            ("    shards: 2", "    shard: 2"),
            ":18:5: there is no key 'shard' here; the keys are retention_hours, shards, tags",
        ),
        (("    shards: 2", "    shards: two"), ":18:13: 'shards' is a whole number, not 'two'"),
        (("streams:\n  crimes:\n", "streem:\n  crimes:\n"), "there is no key 'streem' here"),
        (
            (
                "    buffer_s: ${BUFFER_SECONDS}\n  top-locations:",
                "    buffer_s: ${BUFFER_SECONDS}\n    newline: maybe\n  top-locations:",
            ),
            "'newline' is true or false, not 'maybe'",
        ),
        (
            (
                "    buffer_mib: 5\n    buffer_s: ${BUFFER_SECONDS}\n  top-locations:",
                "    buffer_mib: 5\n    buffer_s: ${BUFFER}\n  top-locations:",
            ),
            "the parameter BUFFER has no value; give it with --set BUFFER=VALUE",
        ),
        (("  crimes-errors:", "  crimes:"), ":19:3: the key 'crimes' is there twice"),
        (
            ("    sql_file: top_locations.sql", "    sql_file: lost.sql"),
            "cannot read the file lost.sql",
        ),
        (
            ("packages: [aws_kinesis_agg,", "packages: [no_such_package,"),
            "has no package no_such_package",
        ),
        (("    trust_policy: '{", "    trust_policy: {'"), ":10:"),
        (("{name: ID, type: INTEGER}", "{name: ID, typ: INTEGER}"), "'type' is not given"),
    ],
)
def test_bad_files_give_line_and_column(freshet, tmp_path, change, problem):
    file = edited(tmp_path, change)
    status, output, errors = run(freshet, "apply", file)
    assert (
        status == 1
        and problem in errors
        and re.match("freshet: " + re.escape(str(file)) + r":\d+:\d+: ", errors)
    ), errors
    assert freshet.client("iam").list_roles()["Roles"] == []


def test_parameters_reach_the_sql_and_unknown_ones_are_refused(freshet, tmp_path):
    apply(freshet, PIPELINE, "--set", "WINDOW_SECONDS=10")
    detail = freshet.client("kinesisanalytics").describe_application(
        ApplicationName="top-locations"
    )["ApplicationDetail"]
    assert "10,\n        10));" in detail["ApplicationCode"]
    status, _, errors = run(freshet, "apply", PIPELINE, "--set", "WINDOW=10")
    assert status == 1 and "the file has no parameter WINDOW" in errors
    (tmp_path / "top_locations.sql").write_text("SELECT\n  ${LOST}")
    file = edited(tmp_path)
    (tmp_path / "top_locations.sql").write_text("SELECT\n  ${LOST}")
    status, _, errors = run(freshet, "apply", file)
    assert status == 1 and "top_locations.sql:2:3: the parameter LOST has no value" in errors


def test_another_site_cannot_post(freshet):
    body = json.dumps({"text": "streams: {s: }"}).encode()

    def post(**headers):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(
                    freshet.endpoint + "/_freshet/api/pipeline/apply", data=body, headers=headers
                )
            ) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, None

    assert post(**{"Content-Type": "text/plain"})[0] == 415
    assert post(**{"X-Freshet-Request": "1", "Host": "evil.example"})[0] == 403
    assert post(**{"X-Freshet-Request": "1", "Origin": "https://evil.example"})[0] == 403
    assert freshet.client("kinesis").list_streams()["StreamNames"] == []
    status, report = post(**{"X-Freshet-Request": "1"})
    assert (
        status == 200
        and report["steps"][0]["outcome"] == "done"
        and report["steps"][0]["action"] == "create"
    )
    body = b"{"
    assert post(**{"X-Freshet-Request": "1"})[0] == 400
    body = json.dumps({"text": "streams: {s: {shards: 2000000}}"}).encode()
    assert post(**{"X-Freshet-Request": "1"})[0] == 409
    assert shards(freshet, "s") == 1, "a count that no stream may have is not gone towards"


def test_resources_are_those_of_the_callers_account_and_region(freshet, tmp_path):
    (tmp_path / "one.yaml").write_text("streams: {mine: {shards: 1}}\nbuckets: {elsewhere: }\n")
    done = subprocess.run(
        freshet.command("apply", tmp_path / "one.yaml", "--endpoint", freshet.endpoint),
        env=freshet.environment()
        | {"AWS_ACCESS_KEY_ID": "123456789012", "AWS_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert freshet.client("kinesis").list_streams()["StreamNames"] == []
    assert (
        freshet.client("s3").get_bucket_location(Bucket="elsewhere")["LocationConstraint"]
        == "eu-west-1"
    )


def test_dashboards_come_with_their_data(freshet, tmp_path):
    file = tmp_path / "board.yaml"
    text = """
buckets: {lake: }
databases: {shop: }
tables:
  shop.orders:
    {location: 's3://lake/orders/', serde: opencsv, columns: {place: string, amount: string}}
data_sources: {athena: {name: Athena}}
data_sets:
  by-place:
    source: athena
    database: shop
    sql: SELECT place, COUNT(*) AS orders FROM orders GROUP BY place
dashboards:
  places: {data_set: by-place, category: place, bars: [orders], refresh_ms: 2000}
"""
    file.write_text(text)
    assert apply(freshet, file)[-1] == "6 created"
    assert apply(freshet, file) == []
    file.write_text(text.replace("bars: [orders]", "lines: [orders]"))
    assert apply(freshet, file) == [
        "updated          dashboard places",
        "                   bars: orders -> (none)",
        "                   lines: (none) -> orders",
        "1 updated, 5 unchanged",
    ]
    file.write_text(text.replace("bars: [orders]", "bars: [nothing]"))
    status, output, errors = run(freshet, "apply", file)
    assert (
        status == 1
        and "dashboard places (line 14:3): InvalidParameterValueException: " in errors
        and "nothing" in errors
    )
    file.write_text(text)
    status, output, errors = run(freshet, "destroy", file)
    assert status == 0 and output.splitlines()[-1] == "6 removed", output + errors


def shards(server, stream):
    return sum(
        "EndingSequenceNumber" not in shard["SequenceNumberRange"]
        for shard in server.client("kinesis").list_shards(StreamName=stream)["Shards"]
    )


@pytest.mark.parametrize("limits", ["off", "aws"])
def test_another_number_of_shards_reshards_and_keeps_the_records(make_freshet, tmp_path, limits):
    server = make_freshet(config=f"limits: {limits}\n")
    file, kinesis = tmp_path / "one.yaml", server.client("kinesis")
    file.write_text("streams: {s: {shards: 1}}\n")
    apply(server, file)
    kinesis.put_record(StreamName="s", Data=b"kept", PartitionKey="k")
    for count, was in ((7, 1), (2, 7)):  # with the limits of AWS by way of 2 and 4, and of 4
        file.write_text(f"streams: {{s: {{shards: {count}}}}}\n")
        assert apply(server, file) == [
            "updated          stream s",
            f"                   shards: {was} -> {count}",
            "1 updated",
        ]
        assert shards(server, "s") == count
        assert apply(server, file) == []
    first = kinesis.get_shard_iterator(
        StreamName="s", ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert [record["Data"] for record in kinesis.get_records(ShardIterator=first)["Records"]] == [
        b"kept"
    ]


def test_a_second_apply_at_the_same_time_is_refused(make_freshet, tmp_path):
    """The first waits for a stream that is UPDATING until the test moves the clock."""
    server = make_freshet(config="streams: {updating_ms: 5000}\n")
    file = tmp_path / "one.yaml"
    file.write_text("streams: {s: {shards: 1}}\n")
    apply(server, file)
    file.write_text("streams: {s: {shards: 2}}\n")
    first = subprocess.Popen(
        server.command("apply", file, "--endpoint", server.endpoint),
        env=server.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    server.until(
        lambda: (
            server.client("kinesis").describe_stream_summary(StreamName="s")[
                "StreamDescriptionSummary"
            ]["StreamStatus"]
            == "UPDATING"
        )
    )
    for words in (("apply", file), ("destroy", file)):
        status, output, errors = run(server, *words)
        assert (
            status == 1
            and output == ""
            and (
                "another apply or destroy is at work in account 000000000000, region "
                "us-east-1; nothing was done"
            )
            in errors
        )
    elsewhere = subprocess.run(
        server.command("apply", file, "--endpoint", server.endpoint, "--region", "eu-west-1"),
        env=server.environment(),
        capture_output=True,
    )
    assert elsewhere.returncode == 0
    server.until(lambda: first.poll() is not None, advance_ms=500)
    assert first.returncode == 0 and shards(server, "s") == 2
    apply(server, file)


def test_the_example_needs_no_python_to_be_named(freshet):
    """python3 of a clean machine lacks the packages; the clone's own Python has them."""
    bare = {**freshet.environment(), "PATH": "/usr/bin:/bin", "PYTHONPATH": ""}
    done = subprocess.run(
        freshet.command("apply", PIPELINE, "--endpoint", freshet.endpoint),
        env=bare,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        freshet.command(
            "apply", PIPELINE, "--endpoint", freshet.endpoint, "--python", "/bin/false"
        ),
        env=bare,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert (
        "/bin/false has no package aws_kinesis_agg: install it (`/bin/false -m pip install "
        "aws-kinesis-agg`), or name a Python that has it with --python"
    ) in done.stderr


CONVERTING = """
roles: {r: {trust_policy: '{"Version":"2012-10-17","Statement":[]}'}}
buckets: {lake: {}}
databases: {d: {}}
tables: {d.t: {location: 's3://lake/t/', serde: parquet, columns: {id: int}}}
delivery_streams:
  out: {role: r, bucket: lake, format: parquet, schema: d.t, input: csv, prefix: t/}
"""


def test_a_delivery_that_makes_columnar_files(freshet, tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(CONVERTING)
    assert apply(freshet, file)[-1] == "5 created"
    assert apply(freshet, file) == []
    firehose = freshet.client("firehose")

    def destination():
        described = firehose.describe_delivery_stream(DeliveryStreamName="out")
        return described["DeliveryStreamDescription"]["Destinations"][0][
            "ExtendedS3DestinationDescription"
        ]

    conversion = destination()["DataFormatConversionConfiguration"]
    assert conversion["Enabled"] and conversion["SchemaConfiguration"]["TableName"] == "t"
    assert destination()["BufferingHints"]["SizeInMBs"] == 128
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName="out")["Tags"]
    assert tags == [{"Key": "freshet:convert-from", "Value": "csv"}]
    orc = CONVERTING.replace("format: parquet", "format: orc")
    file.write_text(orc)
    assert apply(freshet, file)[-1] == "1 updated, 4 unchanged"
    output = destination()["DataFormatConversionConfiguration"]["OutputFormatConfiguration"]
    assert list(output["Serializer"]) == ["OrcSerDe"]
    assert apply(freshet, file) == []
    file.write_text(CONVERTING.replace("input: csv", "input: hive_json"))
    assert apply(freshet, file)[-1] == "1 updated, 4 unchanged"
    assert (
        "HiveJsonSerDe"
        in (
            destination()["DataFormatConversionConfiguration"]["InputFormatConfiguration"][
                "Deserializer"
            ]
        )
    )
    file.write_text(
        CONVERTING.replace("format: parquet, schema: d.t, input: csv, ", "buffer_mib: 5, ")
    )
    assert apply(freshet, file)[-1] == "1 updated, 4 unchanged"
    assert not destination()["DataFormatConversionConfiguration"]["Enabled"]
    file.write_text(CONVERTING.replace("schema: d.t, ", ""))
    status, _, errors = run(freshet, "apply", file)
    assert status == 1 and "must be database.table" in errors
