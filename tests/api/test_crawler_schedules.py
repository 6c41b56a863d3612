"""Schedules, tags and the listings of crawlers."""

import botocore.exceptions
import pytest
from crawling import ROLE, Lake

HOURLY = "cron(0 * * * ? *)"
HOUR_MS = 3_600_000


@pytest.fixture
def lake(freshet):
    lake = Lake(freshet)
    lake.put("t/a.json", '{"a": 1}\n')
    return lake


def create(lake, name="c", **options):
    lake.glue.create_crawler(
        Name=name,
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
        **options,
    )


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]["Code"]


def crawler(lake, name="c"):
    return lake.glue.get_crawler(Name=name)["Crawler"]


def crawls(lake, name="c", **options):
    found = lake.glue.list_crawls(CrawlerName=name, **options)["Crawls"]
    return [one["State"] for one in found]


def test_a_crawler_starts_by_its_schedule(lake):
    create(lake, Schedule=HOURLY)
    assert crawler(lake)["Schedule"] == {"ScheduleExpression": HOURLY, "State": "SCHEDULED"}
    lake.freshet.advance(HOUR_MS)
    lake.freshet.until(lambda: crawls(lake) == ["COMPLETED"])
    assert lake.table("t")["Name"] == "t"
    lake.freshet.advance(HOUR_MS)
    lake.freshet.until(lambda: crawls(lake) == ["COMPLETED", "COMPLETED"])


def test_a_tick_while_the_server_is_down_starts_a_crawl_at_the_next_start(lake):
    create(lake, Schedule=HOURLY)
    lake.freshet.terminate()
    lake.freshet.start()
    lake.freshet.advance(HOUR_MS)
    lake.freshet.until(lambda: crawls(lake) == ["COMPLETED"])


def test_a_schedule_is_stopped_started_changed_and_removed(lake):
    glue = lake.glue
    create(lake)
    assert "Schedule" not in crawler(lake)
    assert refused(glue.start_crawler_schedule, CrawlerName="c") == "NoScheduleException"
    assert refused(glue.stop_crawler_schedule, CrawlerName="c") == "SchedulerNotRunningException"
    assert (
        refused(glue.update_crawler_schedule, CrawlerName="c", Schedule="rate(1 hour)")
        == "InvalidInputException"
    )
    assert refused(glue.start_crawler_schedule, CrawlerName="x") == "EntityNotFoundException"
    glue.update_crawler_schedule(CrawlerName="c", Schedule=HOURLY)
    assert refused(glue.start_crawler_schedule, CrawlerName="c") == "SchedulerRunningException"
    glue.stop_crawler_schedule(CrawlerName="c")
    assert crawler(lake)["Schedule"]["State"] == "NOT_SCHEDULED"
    lake.freshet.advance(2 * HOUR_MS)
    glue.start_crawler_schedule(CrawlerName="c")
    assert crawler(lake)["Schedule"]["State"] == "SCHEDULED"
    lake.freshet.advance(HOUR_MS)
    lake.freshet.until(lambda: crawls(lake) == ["COMPLETED"])
    glue.update_crawler(Name="c", Schedule="")
    assert "Schedule" not in crawler(lake)
    assert (
        refused(
            glue.create_crawler,
            Name="d",
            Role=ROLE,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
            Schedule="every hour",
        )
        == "InvalidInputException"
    )


def test_crawlers_are_read_together_and_by_their_tags(lake):
    glue = lake.glue
    create(lake, "a", Tags={"team": "lake"})
    create(lake, "b", Tags={"team": "web"})
    found = glue.batch_get_crawlers(CrawlerNames=["b", "none", "a"])
    assert [one["Name"] for one in found["Crawlers"]] == ["b", "a"]
    assert found["CrawlersNotFound"] == ["none"]
    assert glue.list_crawlers(Tags={"team": "web"})["CrawlerNames"] == ["b"]
    arn = "arn:aws:glue:us-east-1:000000000000:crawler/a"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "lake"}
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"stage": "raw"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["team"])
    lake.freshet.restart()
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"stage": "raw"}
    assert glue.list_crawlers(Tags={"stage": "raw"})["CrawlerNames"] == ["a"]


def test_crawls_are_filtered(lake):
    create(lake)
    lake.again()
    lake.again()
    lake.glue.delete_database(Name="crimes")
    lake.again()
    assert crawls(lake) == ["FAILED", "COMPLETED", "COMPLETED"]

    def only(field, operator, value):
        return crawls(
            lake,
            Filters=[{"FieldName": field, "FilterOperator": operator, "FieldValue": str(value)}],
        )

    assert only("STATE", "EQ", "FAILED") == ["FAILED"]
    assert only("STATE", "NE", "FAILED") == ["COMPLETED", "COMPLETED"]
    all_crawls = lake.glue.list_crawls(CrawlerName="c")["Crawls"]
    assert only("CRAWL_ID", "EQ", all_crawls[1]["CrawlId"]) == ["COMPLETED"]
    newest_ms = round(all_crawls[0]["StartTime"].timestamp() * 1000)
    assert only("START_TIME", "LT", newest_ms) == ["COMPLETED", "COMPLETED"]
    assert only("START_TIME", "GE", newest_ms) == ["FAILED"]
    assert (
        refused(
            lake.glue.list_crawls,
            CrawlerName="c",
            Filters=[{"FieldName": "DPU_HOUR", "FilterOperator": "GT", "FieldValue": "1"}],
        )
        == "InvalidInputException"
    )


def test_a_crawl_that_a_kill_cut_short_runs_again(lake):
    for folder in range(300):
        lake.put(f"t/p={folder}/a.json", '{"a": 1}\n')
    lake.s3.delete_object(Bucket="lake", Key="t/a.json")
    create(lake)
    lake.glue.start_crawler(Name="c")
    lake.freshet.kill9()
    lake.freshet.start()
    lake.freshet.until(lambda: crawls(lake) == ["COMPLETED"])
    found = lake.glue.get_partitions(DatabaseName="crimes", TableName="t")["Partitions"]
    assert sorted(int(one["Values"][0]) for one in found) == list(range(300))
