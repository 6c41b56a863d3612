"""A crawler is killed, and loses power, while it takes objects as they come and at the end of a
crawl: after the next start each object is in the catalog, once.
"""

import botocore.exceptions
import pytest

ROLE = "arn:aws:iam::000000000000:role/any"
HOURS = 12


def make(server, behavior):
    server.client("s3").create_bucket(Bucket="lake")
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_crawler(
        Name="c",
        Role=ROLE,
        DatabaseName="d",
        Targets={"S3Targets": [{"Path": "s3://lake/t/"}]},
        RecrawlPolicy={"RecrawlBehavior": behavior},
    )


def put(server, hour):
    server.client("s3").put_object(
        Bucket="lake", Key=f"t/hour={hour}/a.csv", Body=b"id,name\n1,x\n2,y\n"
    )


def partitions(server):
    glue = server.client("glue")
    try:
        found = glue.get_partitions(DatabaseName="d", TableName="t")["Partitions"]
    except glue.exceptions.EntityNotFoundException:
        return []
    return sorted(int(one["Values"][0]) for one in found)


def start(server, spec):
    server.options = ("--failpoints", spec) if spec else ()
    server.start()


@pytest.mark.parametrize("action", ["kill", "cut"])
@pytest.mark.parametrize("place", ["lake.after_take", "lake.after_settle"])
def test_objects_that_came_are_taken_after_a_death(make_freshet, place, action):
    server = make_freshet()
    make(server, "CRAWL_EVENT_MODE")
    put(server, 0)
    server.until(lambda: partitions(server) == [0])
    server.terminate()
    start(server, f"{place}={action}@2")
    acknowledged = [0]
    try:
        for hour in range(1, HOURS):
            put(server, hour)
            acknowledged.append(hour)
    except botocore.exceptions.BotoCoreError:
        pass  # the server is dead; the object that was not answered is put again below
    assert server.process.wait(timeout=60) != 0, server.server_log()[-2000:]
    start(server, "")
    last = acknowledged[-1] + 1
    put(server, last)
    server.until(lambda: partitions(server) == [*acknowledged, last])
    glue = server.client("glue")
    made = [
        '"PARTITION":{"ADD"' in one["Summary"]
        for one in glue.list_crawls(CrawlerName="c")["Crawls"]
    ]
    assert made and all(made)


def test_a_crawl_that_died_at_its_end_runs_again(make_freshet):
    server = make_freshet()
    make(server, "CRAWL_EVERYTHING")
    for hour in range(HOURS):
        put(server, hour)
    server.terminate()
    start(server, "lake.before_end=kill")
    glue = server.client("glue")
    glue.start_crawler(Name="c")
    assert server.process.wait(timeout=60) != 0, server.server_log()[-2000:]
    start(server, "")
    glue = server.client("glue")
    server.until(
        lambda: (
            [one["State"] for one in glue.list_crawls(CrawlerName="c")["Crawls"]] == ["COMPLETED"]
        )
    )
    assert partitions(server) == list(range(HOURS))
