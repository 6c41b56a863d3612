"""Jobs and triggers of a pipeline file: made with their scripts, changed, run, removed."""

import botocore.exceptions
import pytest
from test_pipeline_file import apply, run

FILE = """
roles:
  etl: {trust_policy: '{"Version": "2012-10-17", "Statement": []}'}
buckets:
  code:
jobs:
  hello:
    role: etl
    script: s3://code/jobs/hello.py
    script_file: hello.py
    arguments: {word: first}
    timeout_min: 5
  count:
    role: etl
    command: freshetsql
    script: s3://code/jobs/count.sql
    script_file: count.sql
triggers:
  begin:
    start: [{job: hello}]
  then:
    after: [{job: hello}]
    start: [{job: count, arguments: {least: "1"}}]
  nightly:
    schedule: cron(0 3 * * ? *)
    start: [{job: hello}]
    enabled: false
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "hello.py").write_text("import sys\nprint(sys.argv[1:])\n")
    (tmp_path / "count.sql").write_text("SELECT ${least} + 1")
    path = tmp_path / "etl.yaml"
    path.write_text(FILE)
    return path


def ended(freshet, glue, job):
    def run():
        runs = glue.get_job_runs(JobName=job)["JobRuns"]
        return runs and "CompletedOn" in runs[0] and runs[0]

    return freshet.until(run)


def test_jobs_come_with_their_scripts_and_run_one_after_another(freshet, file):
    apply(freshet, file)
    assert apply(freshet, file) == []
    glue = freshet.client("glue")
    hello = glue.get_job(JobName="hello")["Job"]
    assert hello["DefaultArguments"] == {"--word": "first"}
    assert hello["Timeout"] == 5
    states = {one["Name"]: one["State"] for one in glue.get_triggers()["Triggers"]}
    assert states == {"begin": "CREATED", "then": "ACTIVATED", "nightly": "CREATED"}
    glue.start_trigger(Name="begin")
    for job in ("hello", "count"):
        assert ended(freshet, glue, job)["JobRunState"] == "SUCCEEDED"


def test_an_edited_script_is_one_change(freshet, file, tmp_path):
    apply(freshet, file)
    (tmp_path / "hello.py").write_text("print('second')\n")
    (line,) = [line for line in apply(freshet, file) if "hello" in line]
    assert "job" in line
    body = freshet.client("s3").get_object(Bucket="code", Key="jobs/hello.py")["Body"].read()
    assert body == b"print('second')\n"
    assert apply(freshet, file) == []


def test_settings_are_changed_in_place(freshet, file):
    apply(freshet, file)
    file.write_text(
        FILE.replace("word: first", "word: second")
        .replace("enabled: false", "enabled: true")
        .replace("cron(0 3", "cron(0 4")
    )
    apply(freshet, file)
    assert apply(freshet, file) == []
    glue = freshet.client("glue")
    assert glue.get_job(JobName="hello")["Job"]["DefaultArguments"] == {"--word": "second"}
    nightly = glue.get_trigger(Name="nightly")["Trigger"]
    assert (nightly["State"], nightly["Schedule"]) == ("ACTIVATED", "cron(0 4 * * ? *)")


def test_a_trigger_needs_its_jobs(freshet, file):
    file.write_text(FILE.replace("[{job: hello}]\n    enabled", "[{job: gone}]\n    enabled"))
    status, output, errors = run(freshet, "apply", file)
    assert status != 0
    assert "gone" in output + errors


def test_destroy_removes_jobs_and_triggers(freshet, file):
    apply(freshet, file)
    status, output, errors = run(freshet, "destroy", file, "--empty-buckets")
    assert status == 0, output + errors
    glue = freshet.client("glue")
    assert glue.get_jobs()["Jobs"] == []
    assert glue.get_triggers()["Triggers"] == []
    with pytest.raises(botocore.exceptions.ClientError):
        freshet.client("s3").head_bucket(Bucket="code")
