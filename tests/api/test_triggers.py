"""Glue triggers through boto3: on demand, by the clock, and when runs and crawls have ended."""

import botocore.exceptions
import pytest
from test_jobs import Shop, code_of


class Chain(Shop):
    def trigger(self, name, kind, *actions, **options):
        self.glue.create_trigger(
            Name=name,
            Type=kind,
            Actions=[{"JobName": one} if isinstance(one, str) else one for one in actions],
            **options,
        )

    def after(self, name, *conditions, actions, logical="AND"):
        self.trigger(
            name,
            "CONDITIONAL",
            *actions,
            Predicate={
                "Logical": logical,
                "Conditions": [
                    {"LogicalOperator": "EQUALS", **condition} for condition in conditions
                ],
            },
            StartOnCreation=True,
        )

    def state(self, name):
        return self.glue.get_trigger(Name=name)["Trigger"]["State"]

    def one_run(self, job, count=1):
        """The newest run of a job that has `count`, when it has ended."""
        self.freshet.until(lambda: len(self.runs(job)) == count)
        return self.until(job, self.runs(job)[0]["Id"])


@pytest.fixture
def chain(freshet):
    chain = Chain(freshet)
    for name in ("a", "b", "c"):
        chain.job(name, "import sys; print(sys.argv[1:]); sys.exit('--fail' in sys.argv)")
    return chain


def test_a_trigger_on_demand_starts_its_jobs_each_time(chain):
    chain.trigger("t", "ON_DEMAND", {"JobName": "a", "Arguments": {"--x": "1"}, "Timeout": 9}, "b")
    assert chain.state("t") == "CREATED"
    chain.glue.start_trigger(Name="t")
    run = chain.one_run("a")
    assert (run["JobRunState"], run["TriggerName"]) == ("SUCCEEDED", "t")
    assert (run["Arguments"], run["Timeout"]) == ({"--x": "1"}, 9)
    chain.one_run("b")
    chain.glue.start_trigger(Name="t")
    chain.one_run("a", 2)
    assert chain.state("t") == "CREATED"


def test_a_scheduled_trigger_ticks_while_it_is_activated(chain):
    chain.trigger("t", "SCHEDULED", "a", Schedule="cron(0/10 * * * ? *)")
    chain.freshet.advance(3_600_000)
    assert chain.runs("a") == []
    chain.glue.start_trigger(Name="t")
    assert chain.state("t") == "ACTIVATED"
    chain.freshet.advance(600_000)
    chain.one_run("a")
    chain.freshet.advance(600_000)
    chain.one_run("a", 2)
    chain.glue.stop_trigger(Name="t")
    assert chain.state("t") == "DEACTIVATED"
    chain.freshet.advance(3_600_000)
    assert len(chain.runs("a")) == 2


def test_ticks_of_a_server_that_was_down_are_one(chain):
    chain.trigger("t", "SCHEDULED", "a", Schedule="cron(0/10 * * * ? *)", StartOnCreation=True)
    chain.freshet.advance(600_000)
    chain.one_run("a")
    chain.freshet.restart()
    chain.freshet.advance(7_200_000)
    chain.one_run("a", 2)


def test_a_chain_of_jobs_runs_to_its_end(chain):
    chain.trigger("first", "ON_DEMAND", "a")
    chain.after("second", {"JobName": "a", "State": "SUCCEEDED"}, actions=["b"])
    chain.after("third", {"JobName": "b", "State": "SUCCEEDED"}, actions=["c"])
    chain.glue.start_trigger(Name="first")
    last = chain.one_run("c")
    assert last["TriggerName"] == "third"
    before = chain.runs("b")[0]["Id"]
    run = chain.glue.get_job_run(JobName="c", RunId=last["Id"], PredecessorsIncluded=True)["JobRun"]
    assert run["PredecessorRuns"] == [{"JobName": "b", "RunId": before}]
    assert [len(chain.runs(name)) for name in "abc"] == [1, 1, 1]


def test_a_trigger_waits_for_all_its_jobs(chain):
    chain.trigger("one", "ON_DEMAND", "a")
    chain.trigger("two", "ON_DEMAND", {"JobName": "b", "Arguments": {"--fail": ""}})
    chain.after(
        "both",
        {"JobName": "a", "State": "SUCCEEDED"},
        {"JobName": "b", "State": "FAILED"},
        actions=["c"],
    )
    chain.glue.start_trigger(Name="one")
    chain.one_run("a")
    assert chain.runs("c") == []
    chain.glue.start_trigger(Name="two")
    chain.one_run("c")


def test_a_run_of_a_user_fires_nothing(chain):
    chain.after("t", {"JobName": "a", "State": "SUCCEEDED"}, actions=["b"])
    chain.ended("a")
    assert chain.runs("b") == []


def test_a_job_and_a_crawler_follow_one_another(chain):
    chain.s3.create_bucket(Bucket="lake")
    chain.s3.put_object(Bucket="lake", Key="rows/a.csv", Body=b"id,name\n1,x\n2,y\n")
    chain.glue.create_database(DatabaseInput={"Name": "d"})
    chain.glue.create_crawler(
        Name="crawler",
        Role="r",
        DatabaseName="d",
        Targets={"S3Targets": [{"Path": "s3://lake/rows/"}]},
    )
    chain.trigger("first", "ON_DEMAND", {"CrawlerName": "crawler"})
    chain.after("second", {"CrawlerName": "crawler", "CrawlState": "SUCCEEDED"}, actions=["a"])
    chain.glue.start_trigger(Name="first")
    assert chain.one_run("a")["TriggerName"] == "second"
    assert [table["Name"] for table in chain.glue.get_tables(DatabaseName="d")["TableList"]] == [
        "rows"
    ]


def test_a_trigger_is_described_changed_listed_and_deleted(chain):
    chain.trigger("t", "SCHEDULED", "a", Schedule="cron(0 1 * * ? *)", Tags={"x": "1"})
    chain.after("u", {"JobName": "a", "State": "FAILED"}, actions=["b"], logical="ANY")
    trigger = chain.glue.get_trigger(Name="t")["Trigger"]
    assert trigger["Type"] == "SCHEDULED"
    assert trigger["Schedule"] == "cron(0 1 * * ? *)"
    assert trigger["Actions"] == [{"JobName": "a"}]
    predicate = chain.glue.get_trigger(Name="u")["Trigger"]["Predicate"]
    assert predicate["Logical"] == "ANY"
    assert predicate["Conditions"] == [
        {"LogicalOperator": "EQUALS", "JobName": "a", "State": "FAILED"}
    ]
    changed = chain.glue.update_trigger(
        Name="t",
        TriggerUpdate={"Schedule": "cron(0 2 * * ? *)", "Actions": [{"JobName": "b"}]},
    )["Trigger"]
    assert (changed["Schedule"], changed["Actions"]) == ("cron(0 2 * * ? *)", [{"JobName": "b"}])
    assert [one["Name"] for one in chain.glue.get_triggers()["Triggers"]] == ["t", "u"]
    assert chain.glue.list_triggers(DependentJobName="b")["TriggerNames"] == ["t", "u"]
    assert chain.glue.list_triggers(Tags={"x": "1"})["TriggerNames"] == ["t"]
    first = chain.glue.get_triggers(MaxResults=1)
    rest = chain.glue.get_triggers(MaxResults=1, NextToken=first["NextToken"])
    assert [page["Triggers"][0]["Name"] for page in (first, rest)] == ["t", "u"]
    first = chain.glue.list_triggers(MaxResults=1)
    rest = chain.glue.list_triggers(MaxResults=1, NextToken=first["NextToken"])
    assert [page["TriggerNames"] for page in (first, rest)] == [["t"], ["u"]]
    many = chain.glue.batch_get_triggers(TriggerNames=["u", "x"])
    assert [one["Name"] for one in many["Triggers"]] == ["u"]
    assert many["TriggersNotFound"] == ["x"]
    chain.freshet.restart()
    assert chain.glue.get_trigger(Name="t")["Trigger"] == changed
    chain.glue.delete_trigger(Name="t")
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        chain.glue.get_trigger(Name="t")
    assert code_of(failure) == "EntityNotFoundException"


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"Type": "SCHEDULED"}, "InvalidInputException", "Schedule ''"),
        (
            {"Type": "SCHEDULED", "Schedule": "rate(1 hour)"},
            "InvalidInputException",
            "rate(1 hour)",
        ),
        ({"Type": "CONDITIONAL"}, "InvalidInputException", "Predicate"),
        ({"Type": "EVENT"}, "InvalidInputException", "EVENT"),
        ({"Type": "ON_DEMAND", "StartOnCreation": True}, "InvalidInputException", "ON_DEMAND"),
        ({"Type": "ON_DEMAND", "WorkflowName": "w"}, "InvalidInputException", "WorkflowName"),
        (
            {"Type": "ON_DEMAND", "Actions": [{"JobName": "missing"}]},
            "EntityNotFoundException",
            "missing",
        ),
    ],
)
def test_a_trigger_that_does_not_fit_is_refused_by_name(chain, options, code, text):
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        chain.glue.create_trigger(**{"Name": "t", "Actions": [{"JobName": "a"}], **options})
    assert code_of(failure) == code
    assert text in failure.value.response["Error"]["Message"]
