"""Glue jobs through boto3: Python and SQL run for real; each run ends in a state with a reason."""

import io
import json
import zipfile

import botocore.exceptions
import pytest

ROLE = "arn:aws:iam::000000000000:role/any"
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}


class Shop:
    """Scripts in a bucket, and the jobs that run them."""

    def __init__(self, freshet):
        self.freshet = freshet
        self.glue, self.s3 = freshet.client("glue"), freshet.client("s3")
        self.s3.create_bucket(Bucket="code")

    def job(self, name, script, command="pythonshell", **options):
        key = f"{name}.{'sql' if command == 'freshetsql' else 'py'}"
        self.s3.put_object(Bucket="code", Key=key, Body=script.encode())
        self.glue.create_job(
            Name=name,
            Role=ROLE,
            Command={"Name": command, "ScriptLocation": f"s3://code/{key}", "PythonVersion": "3.9"}
            if command == "pythonshell"
            else {"Name": command, "ScriptLocation": f"s3://code/{key}"},
            **options,
        )
        return name

    def start(self, name, **options):
        return self.glue.start_job_run(JobName=name, **options)["JobRunId"]

    def run(self, name, run_id):
        return self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]

    def runs(self, name):
        return self.glue.get_job_runs(JobName=name)["JobRuns"]

    def until(self, name, run_id, *states):
        def in_state():
            run = self.run(name, run_id)
            return run["JobRunState"] in (states or ENDED) and run

        return self.freshet.until(in_state)

    def ended(self, name, **options):
        return self.until(name, self.start(name, **options))

    def log(self, run_id, stream="output", kind="python-jobs"):
        return self.freshet.log_messages(f"/aws-glue/{kind}/{stream}", logStreamNames=[run_id])

    def has_logged(self, run_id, line, stream="output", kind="python-jobs"):
        def found():
            return any(line in one for one in self.log(run_id, stream, kind))

        return self.freshet.until(found)


@pytest.fixture
def shop(freshet):
    return Shop(freshet)


def code_of(failure):
    return failure.value.response["Error"]["Code"]


# Jobs as they are kept.


def test_a_job_is_described_as_it_was_made(shop):
    shop.job(
        "etl",
        "",
        Description="the first",
        DefaultArguments={"--day": "2026-01-31"},
        MaxRetries=2,
        Timeout=5,
        ExecutionProperty={"MaxConcurrentRuns": 3},
        Tags={"team": "lake"},
    )
    job = shop.glue.get_job(JobName="etl")["Job"]
    assert job["Role"] == ROLE
    assert job["Command"] == {
        "Name": "pythonshell",
        "ScriptLocation": "s3://code/etl.py",
        "PythonVersion": "3.9",
    }
    assert job["DefaultArguments"] == {"--day": "2026-01-31"}
    assert (job["MaxRetries"], job["Timeout"], job["MaxCapacity"]) == (2, 5, 0.0625)
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 3}
    assert job["CreatedOn"] == job["LastModifiedOn"]
    shop.freshet.advance(1000)
    shop.glue.update_job(
        JobName="etl",
        JobUpdate={"Role": ROLE, "Command": job["Command"], "Description": "the second"},
    )
    changed = shop.glue.get_job(JobName="etl")["Job"]
    assert changed["Description"] == "the second"
    # As in Glue: what an update does not give is as if it had never been given.
    assert changed["DefaultArguments"] == {}
    assert changed["MaxRetries"] == 0
    assert changed["LastModifiedOn"] > changed["CreatedOn"]


def test_jobs_are_listed_in_pages_and_by_tags(shop):
    for name in ("a", "b", "c"):
        shop.job(name, "", Tags={"kind": "odd" if name == "b" else "even"})
    page = shop.glue.get_jobs(MaxResults=2)
    assert [job["Name"] for job in page["Jobs"]] == ["a", "b"]
    last = shop.glue.get_jobs(MaxResults=2, NextToken=page["NextToken"])
    assert [job["Name"] for job in last["Jobs"]] == ["c"]
    assert "NextToken" not in last
    assert shop.glue.list_jobs(Tags={"kind": "even"})["JobNames"] == ["a", "c"]
    many = shop.glue.batch_get_jobs(JobNames=["c", "x"])
    assert [job["Name"] for job in many["Jobs"]] == ["c"]
    assert many["JobsNotFound"] == ["x"]


def test_a_job_may_be_made_twice_and_not_differently(shop):
    shop.job("a", "")
    shop.job("a", "")
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        shop.job("a", "", MaxRetries=1)
    assert code_of(failure) == "IdempotentParameterMismatchException"


def test_a_job_that_is_gone_is_not_found(shop):
    shop.job("a", "")
    assert shop.glue.delete_job(JobName="a")["JobName"] == "a"
    shop.glue.delete_job(JobName="a")  # as Glue: nothing to do
    for ask in (
        lambda: shop.glue.get_job(JobName="a"),
        lambda: shop.start("a"),
        lambda: shop.runs("a"),
        lambda: shop.glue.get_job_bookmark(JobName="a"),
    ):
        with pytest.raises(botocore.exceptions.ClientError) as failure:
            ask()
        assert code_of(failure) == "EntityNotFoundException"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"Command": {"Name": "perl", "ScriptLocation": "s3://code/a"}}, "Command name 'perl'"),
        ({"Command": {"Name": "pythonshell"}}, "ScriptLocation"),
        ({"MaxRetries": 11}, "MaxRetries"),
        ({"MaxCapacity": 2.0}, "0.0625 or 1"),
        ({"DefaultArguments": {"x": "1"}}, "--"),
        ({"ExecutionProperty": {"MaxConcurrentRuns": 0}}, "MaxConcurrentRuns"),
        ({"Timeout": 10081}, "Timeout"),
        ({"SecurityConfiguration": "s"}, "SecurityConfiguration"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(shop, options, text):
    wanted = {
        "Name": "a",
        "Role": ROLE,
        "Command": {"Name": "pythonshell", "ScriptLocation": "s3://code/a.py"},
    }
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        shop.glue.create_job(**{**wanted, **options})
    assert code_of(failure) == "InvalidInputException"
    assert text in failure.value.response["Error"]["Message"]


def test_tags_of_a_job_are_added_and_removed(shop):
    shop.job("a", "", Tags={"one": "1"})
    arn = "arn:aws:glue:us-east-1:000000000000:job/a"
    shop.glue.tag_resource(ResourceArn=arn, TagsToAdd={"two": "2"})
    shop.glue.untag_resource(ResourceArn=arn, TagsToRemove=["one"])
    assert shop.glue.get_tags(ResourceArn=arn)["Tags"] == {"two": "2"}


# Runs of Python.


def test_a_python_run_has_its_arguments_and_its_lake(shop):
    shop.job(
        "etl",
        """
import os, sys
import boto3
from awsglue.utils import getResolvedOptions
options = getResolvedOptions(sys.argv, ['day', 'bucket'])
boto3.client('s3').put_object(Bucket=options['bucket'], Key='out', Body=options['day'].encode())
print('wrote', options['day'])
print('careful', file=sys.stderr)
""",
        DefaultArguments={"--day": "never", "--bucket": "code"},
        NonOverridableArguments={"--extra": "fixed"},
    )
    run = shop.ended("etl", Arguments={"--day": "2026-01-31", "--extra": "mine"})
    assert run["JobRunState"] == "SUCCEEDED", run
    assert "ErrorMessage" not in run
    assert run["Attempt"] == 0
    assert run["LogGroupName"] == "/aws-glue/python-jobs"
    assert run["Arguments"] == {"--day": "2026-01-31", "--extra": "mine"}
    assert run["StartedOn"] <= run["CompletedOn"]
    assert shop.s3.get_object(Bucket="code", Key="out")["Body"].read() == b"2026-01-31"
    shop.has_logged(run["Id"], "wrote 2026-01-31")
    shop.has_logged(run["Id"], "careful", "error")
    assert shop.log(run["Id"]) == ["wrote 2026-01-31"]
    assert [one["Id"] for one in shop.runs("etl")] == [run["Id"]]


def test_modules_come_from_files_and_archives_in_the_lake(shop):
    shop.s3.put_object(Bucket="code", Key="lib/plain.py", Body=b"word = 'plain'")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("packed/__init__.py", "word = 'packed'")
    shop.s3.put_object(Bucket="code", Key="lib/packed.whl", Body=archive.getvalue())
    shop.job(
        "a",
        "import plain, packed\nprint(plain.word, packed.word)",
        DefaultArguments={"--extra-py-files": "s3://code/lib/plain.py, s3://code/lib/packed.whl"},
    )
    run = shop.ended("a")
    assert run["JobRunState"] == "SUCCEEDED", run
    shop.has_logged(run["Id"], "plain packed")


def test_a_run_that_fails_says_how(shop):
    shop.job("a", "raise ValueError('no such day')")
    run = shop.ended("a")
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "Command failed with exit code 1: ValueError: no such day"
    shop.has_logged(run["Id"], "Traceback", "error")


def test_a_script_that_is_not_there_fails_by_name(shop):
    shop.job("a", "")
    shop.s3.delete_object(Bucket="code", Key="a.py")
    run = shop.ended("a")
    assert run["JobRunState"] == "FAILED"
    assert "s3://code/a.py" in run["ErrorMessage"]


def test_a_failed_run_is_tried_again_as_often_as_the_job_says(shop):
    shop.job("a", "raise SystemExit(3)", MaxRetries=2)
    first = shop.start("a")
    shop.freshet.until(lambda: len(shop.runs("a")) == 3)
    ids = [first, f"{first}_attempt_1", f"{first}_attempt_2"]
    runs = [shop.until("a", run_id) for run_id in ids]
    assert [run["Attempt"] for run in runs] == [0, 1, 2]
    assert [run.get("PreviousRunId") for run in runs] == [None, *ids[:2]]
    assert {run["ErrorMessage"] for run in runs} == {"Command failed with exit code 3"}
    assert [run["Id"] for run in shop.runs("a")] == ids[::-1]


WAIT = """
import time, boto3, botocore
s3 = boto3.client('s3')
print('waits', flush=True)
while True:
    try:
        s3.get_object(Bucket='code', Key='go')
        break
    except botocore.exceptions.ClientError:
        time.sleep(0.05)
"""


def test_a_job_has_no_more_runs_at_once_than_it_allows(shop):
    shop.job("a", WAIT)
    first = shop.start("a")
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        shop.start("a")
    assert code_of(failure) == "ConcurrentRunsExceededException"
    assert failure.value.response["Error"]["Message"] == "Concurrent runs exceeded for a"
    queued = shop.start("a", JobRunQueuingEnabled=True)
    assert shop.run("a", queued)["JobRunState"] == "WAITING"
    shop.s3.put_object(Bucket="code", Key="go", Body=b"")
    for run_id in (first, queued):
        assert shop.until("a", run_id)["JobRunState"] == "SUCCEEDED"


def test_a_run_that_is_stopped_is_killed(shop):
    shop.job("a", WAIT, MaxRetries=3)
    run_id = shop.start("a")
    shop.has_logged(run_id, "waits")
    stopped = shop.glue.batch_stop_job_run(JobName="a", JobRunIds=[run_id, "jr_none"])
    assert [one["JobRunId"] for one in stopped["SuccessfulSubmissions"]] == [run_id]
    assert stopped["Errors"][0]["JobRunId"] == "jr_none"
    assert stopped["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert shop.until("a", run_id)["JobRunState"] == "STOPPED"
    assert len(shop.runs("a")) == 1
    again = shop.glue.batch_stop_job_run(JobName="a", JobRunIds=[run_id])
    assert again["Errors"][0]["ErrorDetail"]["ErrorCode"] == "InvalidInputException"


def test_a_run_that_takes_too_long_times_out(shop):
    shop.job("a", WAIT, Timeout=2, MaxRetries=3)
    run_id = shop.start("a")
    shop.has_logged(run_id, "waits")
    shop.freshet.advance(119_000)
    assert shop.run("a", run_id)["JobRunState"] == "RUNNING"
    shop.freshet.advance(1_000)
    run = shop.until("a", run_id)
    assert (run["JobRunState"], run["ExecutionTime"], run["Timeout"]) == ("TIMEOUT", 120, 2)
    assert len(shop.runs("a")) == 1  # as in Glue: no retry


def test_a_run_over_its_memory_is_ended_by_name(shop):
    shop.job(
        "a", "held = [bytes([i % 255 + 1]) * (64 << 20) for i in range(40)]\nprint('too much')"
    )
    run = shop.ended("a")
    assert run["JobRunState"] == "FAILED"
    assert "memory" in run["ErrorMessage"].lower()


def test_a_job_that_is_deleted_ends_its_runs(shop):
    shop.job("a", WAIT)
    shop.has_logged(shop.start("a"), "waits")
    shop.glue.delete_job(JobName="a")
    shop.job("a", "")  # another one of that name has no runs
    assert shop.runs("a") == []
    assert shop.ended("a")["JobRunState"] == "SUCCEEDED"


def test_a_run_is_made_from_an_earlier_one(shop):
    shop.job("a", "import sys; print(sys.argv[1:])")
    first = shop.ended("a", Arguments={"--x": "1"})
    second = shop.ended("a", JobRunId=first["Id"])
    assert second["Arguments"] == {"--x": "1"}
    assert second["PreviousRunId"] == first["Id"]


def test_runs_come_in_pages_from_the_newest(shop):
    shop.job("a", "")
    ids = [shop.ended("a")["Id"] for _ in range(3)]
    page = shop.glue.get_job_runs(JobName="a", MaxResults=2)
    assert [run["Id"] for run in page["JobRuns"]] == [ids[2], ids[1]]
    last = shop.glue.get_job_runs(JobName="a", MaxResults=2, NextToken=page["NextToken"])
    assert [run["Id"] for run in last["JobRuns"]] == [ids[0]]
    assert "NextToken" not in last


@pytest.mark.parametrize("command", ["glueetl", "gluestreaming", "glueray"])
def test_spark_and_ray_jobs_are_kept_and_their_runs_say_what_is_missing(shop, command):
    shop.job("a", "", command=command)
    run = shop.ended("a")
    assert run["JobRunState"] == "FAILED"
    assert ("Ray" if command == "glueray" else "Spark") in run["ErrorMessage"]
    assert command in run["ErrorMessage"]


# Runs of SQL.


def table(shop):
    shop.s3.create_bucket(Bucket="lake")
    shop.s3.put_object(Bucket="lake", Key="rows/a.csv", Body=b"1\n2\n3\n")


SQL = """
-- One table; then rows of it.
CREATE EXTERNAL TABLE ${table} (n bigint)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/rows/';
SELECT sum(n) FROM ${table} WHERE n >= ${least};
"""


def test_a_script_of_sql_runs_statement_by_statement(shop):
    table(shop)
    shop.job("a", SQL, command="freshetsql", DefaultArguments={"--TempDir": "s3://lake/results"})
    run = shop.ended("a", Arguments={"--table": "numbers", "--least": "2"})
    assert run["JobRunState"] == "SUCCEEDED", run
    assert run["LogGroupName"] == "/aws-glue/sql-jobs"
    line = shop.has_logged(run["Id"], "statement 2 of 2", kind="sql-jobs")
    assert line
    result = [line for line in shop.log(run["Id"], kind="sql-jobs") if "2 of 2" in line][0]
    key = result.rsplit("s3://lake/", 1)[1]
    assert key.startswith("results/")
    assert b"5" in shop.s3.get_object(Bucket="lake", Key=key)["Body"].read()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("SELECT ${what}", "the run has no argument --what"),
        ("SELECT 1; SELEC 2; SELECT 3", "statement 2 of 3: "),
        ("SELECT 1; SELECT * FROM missing", "statement 2 of 2: "),
        (" -- nothing", "the script holds no statement"),
    ],
)
def test_a_script_of_sql_that_fails_says_where(shop, script, error):
    shop.job("a", script, command="freshetsql")
    run = shop.ended("a")
    assert run["JobRunState"] == "FAILED"
    assert error in run["ErrorMessage"]


# Bookmarks.


def test_a_bookmark_moves_with_good_runs_and_is_reset(shop):
    shop.job(
        "a",
        "import os, sys\n"
        "print(os.environ.get('FRESHET_BOOKMARK_FROM'), os.environ['FRESHET_BOOKMARK_TO'])\n"
        "sys.exit('--fail' in sys.argv)",
        DefaultArguments={"--job-bookmark-option": "job-bookmark-enable"},
    )
    with pytest.raises(botocore.exceptions.ClientError) as failure:
        shop.glue.get_job_bookmark(JobName="a")
    assert code_of(failure) == "EntityNotFoundException"
    first = shop.ended("a")
    one = shop.glue.get_job_bookmark(JobName="a")["JobBookmarkEntry"]
    assert (one["RunId"], one["Run"], one["Version"]) == (first["Id"], 1, 0)
    to = json.loads(one["JobBookmark"])["to"]
    assert json.loads(one["JobBookmark"])["from"] is None
    shop.has_logged(first["Id"], f"None {to}")
    shop.freshet.advance(60_000)
    failed = shop.ended("a", Arguments={"--fail": ""})
    assert failed["JobRunState"] == "FAILED"
    second = shop.ended("a")
    shop.has_logged(second["Id"], f"{to} ")
    two = shop.glue.get_job_bookmark(JobName="a")["JobBookmarkEntry"]
    assert (two["RunId"], two["PreviousRunId"], two["Run"]) == (second["Id"], first["Id"], 2)
    back = shop.glue.reset_job_bookmark(JobName="a", RunId=first["Id"])["JobBookmarkEntry"]
    assert (back["RunId"], back["Version"]) == (first["Id"], 1)
    assert shop.glue.get_job_bookmark(JobName="a")["JobBookmarkEntry"]["RunId"] == first["Id"]
    assert shop.glue.reset_job_bookmark(JobName="a")["JobBookmarkEntry"]["Run"] == 0
    third = shop.ended("a")
    shop.has_logged(third["Id"], "None ")


def test_jobs_runs_and_bookmarks_outlive_the_server(shop):
    shop.job("a", "print('x')", DefaultArguments={"--job-bookmark-option": "job-bookmark-enable"})
    run = shop.ended("a")
    bookmark = shop.glue.get_job_bookmark(JobName="a")["JobBookmarkEntry"]
    shop.freshet.restart()
    assert shop.run("a", run["Id"]) == run
    assert shop.glue.get_job_bookmark(JobName="a")["JobBookmarkEntry"] == bookmark
    assert shop.ended("a")["JobRunState"] == "SUCCEEDED"
