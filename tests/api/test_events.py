"""EventBridge rules through boto3: expressions, targets, and schedules that fire exactly once."""

import concurrent.futures
import datetime
import io
import json
import pathlib
import sys
import zipfile

import botocore.exceptions
import pytest

ROLE = "arn:aws:iam::000000000000:role/any"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
KEEP = (
    "import boto3, json, uuid\ndef handler(event, context):\n"
    "    boto3.client('s3').put_object(Bucket='ticks', Key=str(uuid.uuid4()), "
    "Body=json.dumps(event).encode())"
)


class Rules:
    def __init__(self, freshet):
        self.freshet, self.permitted = freshet, set()
        self.connect()
        self.s3.create_bucket(Bucket="ticks")
        self.make("f", KEEP)

    def connect(self):
        self.events, self.s3, self.functions = (
            self.freshet.client(name) for name in ("events", "s3", "lambda")
        )

    def make(self, name, source):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", source)
        self.functions.create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": buffer.getvalue()},
            Timeout=30,
        )

    def rule(self, expression="rate(1 hour)", name="hourly", **target):
        arn = self.events.put_rule(Name=name, ScheduleExpression=expression)["RuleArn"]
        self.permit(arn, name, FunctionName=target.get("Arn", FUNCTION).rsplit(":")[-1])
        assert (
            self.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": FUNCTION, **target}])[
                "FailedEntryCount"
            ]
            == 0
        )
        return arn

    def permit(self, arn, statement, **more):
        """Lets only the rule call the function; replaces the existing statement."""
        if statement in self.permitted:
            self.functions.remove_permission(FunctionName="f", StatementId=statement)
        self.permitted.add(statement)
        self.functions.add_permission(
            **{
                "FunctionName": "f",
                "StatementId": statement,
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": arn,
                **more,
            }
        )

    def ticks(self):
        keys = [item["Key"] for item in self.s3.list_objects_v2(Bucket="ticks").get("Contents", [])]
        return [
            json.loads(self.s3.get_object(Bucket="ticks", Key=key)["Body"].read()) for key in keys
        ]

    def wait(self, count):
        return self.freshet.until(lambda: len(self.ticks()) >= count and self.ticks())


@pytest.fixture
def rules(freshet):
    return Rules(freshet)


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def test_a_rule_is_made_listed_disabled_and_removed(rules):
    arn = rules.rule("cron(0/15 * * * ? *)")
    assert arn == "arn:aws:events:us-east-1:000000000000:rule/hourly"
    assert rules.events.describe_rule(Name="hourly")["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert [rule["State"] for rule in rules.events.list_rules(NamePrefix="h")["Rules"]] == [
        "ENABLED"
    ]
    assert rules.events.list_targets_by_rule(Rule="hourly")["Targets"] == [
        {"Id": "1", "Arn": FUNCTION}
    ]
    rules.events.disable_rule(Name="hourly")
    assert rules.events.describe_rule(Name="hourly")["State"] == "DISABLED"
    assert refused(rules.events.delete_rule, Name="hourly") == {
        "Code": "ValidationException",
        "Message": "Rule can't be deleted since it has targets.",
    }
    rules.events.remove_targets(Rule="hourly", Ids=["1"])
    rules.events.delete_rule(Name="hourly")
    assert refused(rules.events.describe_rule, Name="hourly")["Code"] == "ResourceNotFoundException"


def test_bad_expressions_and_targets_are_refused(rules):
    for expression in ("rate(1 minutes)", "cron(0 1 * * * *)", "rate(10 seconds)", "hourly"):
        assert refused(rules.events.put_rule, Name="r", ScheduleExpression=expression) == {
            "Code": "ValidationException",
            "Message": "Parameter ScheduleExpression is not valid.",
        }
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    assert (
        refused(
            rules.events.put_targets,
            Rule="r",
            Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:000000000000:q"}],
        )["Code"]
        == "ValidationException"
    )
    for version in ("5", "alias"):  # none is ever there: each tick would fail
        assert (
            refused(
                rules.events.put_targets,
                Rule="r",
                Targets=[{"Id": "1", "Arn": f"{FUNCTION}:{version}"}],
            )["Code"]
            == "ValidationException"
        )
    assert (
        refused(rules.events.put_targets, Rule="none", Targets=[{"Id": "1", "Arn": FUNCTION}])[
            "Code"
        ]
        == "ResourceNotFoundException"
    )
    assert (
        refused(
            rules.events.put_rule, Name="r", ScheduleExpression="rate(1 day)", EventBusName="other"
        )["Code"]
        == "ResourceNotFoundException"
    )


def test_each_hour_has_one_tick(rules):
    arn = rules.rule()
    rules.freshet.advance(3_599_000)
    assert rules.ticks() == []
    rules.freshet.advance(1_000)
    [tick] = rules.wait(1)
    assert (
        tick["detail-type"] == "Scheduled Event"
        and tick["source"] == "aws.events"
        and tick["resources"] == [arn]
    )
    rules.freshet.advance(3 * 3_600_000)
    assert len({tick["time"] for tick in rules.wait(4)}) == 4
    rules.events.disable_rule(Name="hourly")
    rules.freshet.advance(3_600_000)
    assert len(rules.ticks()) == 4


def test_inputs_constant_path_and_template(rules):
    rules.rule(name="a", Input='{"database": "crimes"}')
    rules.rule(name="b", InputPath="$.detail-type")
    rules.rule(
        name="c",
        InputTransformer={
            "InputPathsMap": {"when": "$.time"},
            "InputTemplate": '{"at": <when>, "text": "tick at <when>"}',
        },
    )
    rules.freshet.advance(3_600_000)
    ticks = rules.wait(3)
    assert {"database": "crimes"} in ticks and "Scheduled Event" in ticks
    assert [tick for tick in ticks if "at" in tick and isinstance(tick, dict)][0][
        "text"
    ].startswith("tick at 2026-01-01T")


def test_no_tick_is_missed_or_doubled_over_kill_9(rules):
    rules.rule()
    for hours in range(1, 6):
        rules.freshet.advance(3_600_000)
        if hours % 2:
            rules.freshet.kill9()
            rules.freshet.restart()
            rules.connect()
        rules.wait(hours)
    assert len(rules.ticks()) == 5 == len({tick["time"] for tick in rules.ticks()})


def test_the_articles_hourly_function_registers_partitions(rules):
    glue = rules.freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "crimes"})
    glue.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "reports",
            "PartitionKeys": [
                {"Name": name, "Type": "string"} for name in ("year", "month", "day", "hour")
            ],
            "StorageDescriptor": {
                "Columns": [{"Name": "a", "Type": "string"}],
                "Location": "s3://ticks/crimes/",
            },
        },
    )
    example = pathlib.Path(__file__).parents[2] / "examples" / "chicago-crimes" / "partitions.py"
    rules.make("partitions", example.read_text() + "\nhandler = lambda_handler\n")
    rules.rule(
        Arn=FUNCTION.removesuffix("f") + "partitions",
        Input='{"database": "crimes", "table": "reports"}',
    )
    for hour in ("00", "01"):
        rules.s3.put_object(
            Bucket="ticks", Key=f"crimes/year=2026/month=01/day=01/hour={hour}/rows", Body=b"1\n"
        )
    rules.freshet.advance(3_600_000)
    found = rules.freshet.until(
        lambda: (
            len(
                made := glue.get_partitions(DatabaseName="crimes", TableName="reports")[
                    "Partitions"
                ]
            )
            == 2
            and made
        )
    )
    assert sorted(tuple(one["Values"]) for one in found) == [
        ("2026", "01", "01", "00"),
        ("2026", "01", "01", "01"),
    ]


def failed(rules, name="hourly"):
    """FailedInvocations in CloudWatch."""
    start = datetime.datetime(
        2026, 1, 1, tzinfo=datetime.timezone.utc
    )  # of the clock that tests move
    found = rules.freshet.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName="FailedInvocations",
        Dimensions=[{"Name": "RuleName", "Value": name}],
        Statistics=["Sum"],
        Period=86400,
        StartTime=start,
        EndTime=start + datetime.timedelta(days=30),
    )["Datapoints"]
    return sum(point["Sum"] for point in found)


OTHERS = [
    {"Principal": "s3.amazonaws.com"},
    {"SourceArn": "arn:aws:events:us-east-1:000000000000:rule/other"},
    {"SourceAccount": "111111111111"},
    {"Principal": "*", "PrincipalOrgID": "o-1234567890"},
    {"Action": "lambda:GetFunction"},
    {"Principal": "111111111111"},
]


@pytest.mark.parametrize("statement", [None, *OTHERS], ids=str)
def test_a_rule_calls_no_function_that_does_not_permit_it(rules, statement):
    arn = rules.rule()
    rules.functions.remove_permission(FunctionName="f", StatementId="hourly")
    if statement:
        rules.permitted.clear()
        rules.permit(arn, "hourly", **statement)
    rules.freshet.advance(3_600_000)
    rules.freshet.until(lambda: failed(rules) == 1)
    assert rules.ticks() == []
    assert "does not let events.amazonaws.com call it for " + arn in rules.freshet.server_log()
    assert (
        'freshet_rule_failed_invocations_total{account="000000000000",region="us-east-1",'
        'rule="hourly"} 1'
    ) in rules.freshet.get("/_freshet/metrics")
    rules.permit(arn, "this")
    rules.freshet.advance(3_600_000)
    assert len(rules.wait(1)) == 1 and failed(rules) == 1


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"SourceArn": "arn:aws:events:us-east-1:000000000000:rule/*"},
        {"SourceAccount": "000000000000"},
        {"Principal": "*"},
        {"Action": "lambda:*"},
    ],
    ids=str,
)
def test_a_rule_calls_a_function_that_permits_it(rules, statement):
    arn = rules.rule()
    rules.permit(arn, "hourly", **statement)
    rules.freshet.advance(3_600_000)
    assert len(rules.wait(1)) == 1 and failed(rules) == 0


def test_lists_come_in_pages_by_key(rules):
    for name in "edcba":
        rules.events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    rules.events.put_targets(Rule="a", Targets=[{"Id": id, "Arn": FUNCTION} for id in "31524"])
    first = rules.events.list_targets_by_rule(Rule="a", Limit=3)
    assert [one["Id"] for one in first["Targets"]] == ["1", "2", "3"]
    rules.events.remove_targets(Rule="a", Ids=["1", "3"])  # what is gone moves no page
    second = rules.events.list_targets_by_rule(Rule="a", Limit=3, NextToken=first["NextToken"])
    assert [one["Id"] for one in second["Targets"]] == ["4", "5"] and "NextToken" not in second
    page = rules.events.list_rules(Limit=2)
    assert [rule["Name"] for rule in page["Rules"]] == ["a", "b"]
    rules.events.delete_rule(Name="b")
    page = rules.events.list_rules(Limit=2, NextToken=page["NextToken"])
    assert [rule["Name"] for rule in page["Rules"]] == ["c", "d"]
    assert rules.events.describe_rule(Name="c")["CreatedBy"] == "000000000000"


def test_members_that_are_not_built_are_refused(rules):
    for member in (
        {"Tags": [{"Key": "a", "Value": "b"}]},
        {"State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
        {"EventPattern": "{}"},
    ):
        assert (
            refused(rules.events.put_rule, Name="r", ScheduleExpression="rate(1 day)", **member)[
                "Code"
            ]
            == "ValidationException"
        )
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    for member in (
        {"RetryPolicy": {"MaximumRetryAttempts": 1}},
        {"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:q"}},
    ):
        assert (
            refused(
                rules.events.put_targets, Rule="r", Targets=[{"Id": "1", "Arn": FUNCTION, **member}]
            )["Code"]
            == "ValidationException"
        )
    assert rules.events.list_targets_by_rule(Rule="r")["Targets"] == []


def test_targets_put_at_once_are_all_kept(rules):
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        list(
            pool.map(
                lambda id: rules.events.put_targets(
                    Rule="r", Targets=[{"Id": id, "Arn": FUNCTION}]
                ),
                "12345",
            )
        )
    assert [one["Id"] for one in rules.events.list_targets_by_rule(Rule="r")["Targets"]] == list(
        "12345"
    )


@pytest.mark.parametrize("text", ["notjson", "{", "{} {}", "'a'"])
def test_an_input_that_is_not_json_is_refused(rules, text):
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    fault = refused(
        rules.events.put_targets, Rule="r", Targets=[{"Id": "one", "Arn": FUNCTION, "Input": text}]
    )
    assert fault["Code"] == "ValidationException"
    assert fault["Message"].startswith(
        f'JSON syntax error in input for target one: [Source: (String)"{text}"'
    )
    assert rules.events.list_targets_by_rule(Rule="r")["Targets"] == []
    rules.events.put_targets(
        Rule="r",
        Targets=[
            {"Id": "one", "Arn": FUNCTION, "Input": "[1]"},
            {"Id": "two", "Arn": FUNCTION, "Input": '"a"'},
        ],
    )


def test_a_function_is_not_called_with_a_role(rules):
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    fault = refused(
        rules.events.put_targets, Rule="r", Targets=[{"Id": "1", "Arn": FUNCTION, "RoleArn": ROLE}]
    )
    assert (fault["Code"], fault["Message"]) == (
        "ValidationException",
        f"RoleArn is not supported for target {FUNCTION}.",
    )
    assert rules.events.list_targets_by_rule(Rule="r")["Targets"] == []


EVENT = {
    "version": "0",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "region": "us-east-1",
    "detail": {},
}
RULE = "arn:aws:events:us-east-1:000000000000:rule/hourly"


@pytest.mark.parametrize(
    "template, paths, given",
    [
        (
            '{"n": <none>, "t": "<none>!", "deep": <deep>}',
            {"none": "$.detail.x", "deep": "$.detail.a[3].b"},
            {"n": "", "t": "!", "deep": ""},
        ),
        (
            '{"r": <r>, "all": <all>, "t": "of <r>", "list": "<all>"}',
            {"r": "$.resources[0]", "all": "$.resources"},
            {"r": RULE, "all": [RULE], "t": f"of {RULE}", "list": f"[{RULE}]"},
        ),
        (
            '{"a": "say \\"<s>\\" \\\\", "b": <s>}',
            {"s": "$.source"},
            {"a": 'say "aws.events" \\', "b": "aws.events"},
        ),
        ('[<aws.events.rule-arn>, "<aws.events.rule-name> ran"]', {}, [RULE, "hourly ran"]),
        ('"1 < 2 > <s> <"', {"s": "$.source"}, "1 < 2 > aws.events <"),
        (" <d>\n", {"d": "$.detail"}, {}),
    ],
    ids=["missing", "resources", "quotes", "reserved", "no names", "object"],
)
def test_a_template_is_filled_as_on_aws(rules, template, paths, given):
    rules.rule(InputTransformer={"InputPathsMap": paths, "InputTemplate": template})
    rules.freshet.advance(3_600_000)
    assert rules.wait(1) == [given]


def test_a_template_takes_the_whole_event(rules):
    rules.rule(
        InputTransformer={
            "InputTemplate": (
                '{"e": <aws.events.event>, "j": <aws.events.event.json>, "at": '
                "<aws.events.event.ingestion-time>}"
            )
        }
    )
    rules.freshet.advance(3_600_000)
    [tick] = rules.wait(1)
    assert {**tick["j"], **EVENT, "resources": [RULE]} == tick["j"] and tick["at"] == tick["j"][
        "time"
    ]
    renamed = {
        ("detailType" if name == "detail-type" else name): value
        for name, value in tick["j"].items()
        if name != "detail"
    }
    assert tick["e"] == renamed  # its names are other than the event's, as on AWS


@pytest.mark.parametrize(
    "template",
    [
        "{<s>: 1}",
        "{'a': <s>}",
        '{"a": <s>',
        '"a" "<s>"',
        '{"a": <s><s>}',
        '{"a": 1<s>}',
        '"\\<s>"',
        "on <s>",
        '"<s>\n"',
    ],
)
def test_a_template_that_makes_no_json_is_refused(rules, template):
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    transformer = {"InputPathsMap": {"s": "$.source"}, "InputTemplate": template}
    fault = refused(
        rules.events.put_targets,
        Rule="r",
        Targets=[{"Id": "one", "Arn": FUNCTION, "InputTransformer": transformer}],
    )
    assert fault["Code"] == "ValidationException" and fault["Message"].startswith(
        f'Invalid InputTemplate for target one : [Source: (String)"{template}"'
    )
    assert rules.events.list_targets_by_rule(Rule="r")["Targets"] == []


@pytest.mark.parametrize(
    "member, message",
    [
        (
            {"InputTransformer": {"InputPathsMap": {"a": "$.time"}, "InputTemplate": '"<a> <b>"'}},
            "InputTemplate for target one contains invalid placeholder b.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<aws.events.rule>"'}},
            "InputTemplate for target one contains invalid placeholder aws.events.rule.",
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"a": "$.resources[*]"},
                    "InputTemplate": "<a>",
                }
            },
            "InputTransformer of target one: the path $.resources[*] of a is not valid",
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"AWSa": "$.time"}, "InputTemplate": "<AWSa>"}},
            "InputTransformer of target one: the name AWSa is reserved",
        ),
        *[
            ({"InputPath": path}, f"InputPath {path} of target one is not valid")
            for path in (
                "time",
                "$time",
                "$.",
                "$..time",
                "$.a[",
                "$.a[]",
                "$.a[x]",
                "$.*",
                "$['a']",
            )
        ],
    ],
    ids=str,
)
def test_paths_and_placeholders_are_checked(rules, member, message):
    rules.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    fault = refused(
        rules.events.put_targets, Rule="r", Targets=[{"Id": "one", "Arn": FUNCTION, **member}]
    )
    assert fault["Code"] == "ValidationException" and fault["Message"].startswith(message)
