"""Crawlers that follow objects (RecrawlPolicy CRAWL_EVENT_MODE): what is put, copied, completed or
deleted below a target is in the catalog at once, without a crawl that is started.
"""

import concurrent.futures
import http.client

import pytest
from crawling import HEADER, ROLE, Lake, columns

QUEUE = "arn:aws:sqs:us-east-1:000000000000:objects"


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def follow(lake, path="s3://lake/crimes/", name="c", **options):
    lake.glue.create_crawler(
        Name=name,
        Role=ROLE,
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": path, "EventQueueArn": QUEUE}]},
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"},
        **options,
    )


def partitions(lake, table="crimes"):
    try:
        found = lake.glue.get_partitions(DatabaseName="crimes", TableName=table)["Partitions"]
    except lake.glue.exceptions.EntityNotFoundException:
        return []
    return sorted(
        tuple(one["Values"]) for one in found if "DEPRECATED_BY_CRAWLER" not in one["Parameters"]
    )


def row(number):
    return HEADER + f"{number},STREET,true,41.8\n"


def test_a_new_object_is_a_partition_without_a_start(lake):
    follow(lake)
    assert (
        lake.glue.get_crawler(Name="c")["Crawler"]["Targets"]["S3Targets"][0]["EventQueueArn"]
        == QUEUE
    )
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    assert columns(lake.table("crimes"))[0] == ("id", "bigint")
    lake.put("crimes/hour=01/a", row(2))
    lake.freshet.until(lambda: partitions(lake) == [("00",), ("01",)])
    assert lake.query("SELECT id, hour FROM crimes ORDER BY id") == [("1", "00"), ("2", "01")]
    crawler = lake.glue.get_crawler(Name="c")["Crawler"]
    assert crawler["State"] == "READY"
    assert crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    assert "partition [01] of table crimes: made" in lake.reasons(crawler["LastCrawl"])


def test_copies_and_completed_uploads_are_followed(lake):
    lake.put("elsewhere/a", row(1))
    lake.put("crimes/hour=00/a", row(1))
    follow(lake)
    lake.again()
    lake.s3.copy_object(
        Bucket="lake",
        Key="crimes/hour=01/copy",
        CopySource={"Bucket": "lake", "Key": "elsewhere/a"},
    )
    lake.freshet.until(lambda: ("01",) in partitions(lake))
    upload = lake.s3.create_multipart_upload(Bucket="lake", Key="crimes/hour=02/parts")["UploadId"]
    part = lake.s3.upload_part(
        Bucket="lake",
        Key="crimes/hour=02/parts",
        UploadId=upload,
        PartNumber=1,
        Body=row(3).encode(),
    )
    lake.s3.complete_multipart_upload(
        Bucket="lake",
        Key="crimes/hour=02/parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    lake.freshet.until(lambda: partitions(lake) == [("00",), ("01",), ("02",)])


def test_a_partition_goes_with_its_last_object_and_comes_back(lake):
    follow(lake)
    for hour, name in (("00", "a"), ("01", "a"), ("01", "b")):
        lake.put(f"crimes/hour={hour}/{name}", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",), ("01",)])
    lake.s3.delete_object(Bucket="lake", Key="crimes/hour=01/a")
    lake.s3.delete_object(Bucket="lake", Key="crimes/hour=01/b")
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    lake.put("crimes/hour=01/c", row(2))
    lake.freshet.until(lambda: partitions(lake) == [("00",), ("01",)])
    for key in ("crimes/hour=00/a", "crimes/hour=01/c"):
        lake.s3.delete_object(Bucket="lake", Key=key)
    lake.freshet.until(lambda: "DEPRECATED_BY_CRAWLER" in lake.table("crimes")["Parameters"])


def test_a_new_column_is_added_and_another_kind_of_object_makes_its_own_table(lake):
    follow(lake, "s3://lake/")
    lake.put("people/day=1/a.json", '{"name": "x"}\n')
    lake.put("people/day=2/a.json", '{"name": "x"}\n')
    lake.again()  # the bucket's first table is the bucket; with a second kind there are two
    lake.put("orders/day=1/a.csv", "id,price\n1,2.5\n2,3.5\n")

    def names():
        found = lake.glue.get_tables(DatabaseName="crimes")["TableList"]
        return sorted(
            one["Name"] for one in found if "DEPRECATED_BY_CRAWLER" not in one["Parameters"]
        )

    lake.freshet.until(lambda: names() == ["orders", "people"])
    lake.put("people/day=3/a.json", '{"name": "y", "age": 7}\n')
    lake.freshet.until(lambda: ("3",) in partitions(lake, "people"))
    assert columns(lake.table("people")) == [("name", "string"), ("age", "int")]


def test_hidden_excluded_and_damaged_objects_change_nothing(lake):
    follow(lake)
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    lake.put("crimes/hour=01/_SUCCESS", "x")
    lake.put("crimes/hour=02/broken.gz", b"\x1f\x8b\x08broken")
    lake.put("crimes/hour=03/a", row(1))
    lake.freshet.until(lambda: ("03",) in partitions(lake))
    assert partitions(lake) == [("00",), ("03",)]
    crawler = lake.glue.get_crawler(Name="c")["Crawler"]
    lines = lake.freshet.until(
        lambda: (
            "hour=02/broken.gz: left out, it begins as gzip does"
            in (text := lake.reasons(crawler["LastCrawl"]))
            and text
        )
    )
    assert "hour=01/_SUCCESS: left out" in lines


def test_nothing_is_lost_while_the_database_is_missing_or_the_server_is_down(lake):
    lake.glue.delete_database(Name="crimes")
    follow(lake)
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(
        lambda: (
            lake.glue.get_crawler(Name="c")["Crawler"].get("LastCrawl", {}).get("Status")
            == "FAILED"
        )
    )
    lake.freshet.kill9()
    lake.freshet.start()
    lake.glue.create_database(DatabaseInput={"Name": "crimes"})
    lake.freshet.until(lambda: partitions(lake) == [("00",)], advance_ms=1000)


def counts(lake, table="crimes"):
    parameters = lake.table(table)["Parameters"]
    return int(parameters["objectCount"]), int(parameters["sizeKey"])


def test_the_counts_of_a_table_are_those_of_its_objects(lake):
    """Also of what is replaced and removed, of a table below it, and not of hidden objects."""
    follow(lake)
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    size = len(row(1))
    lake.freshet.until(lambda: counts(lake) == (1, size))
    lake.put("crimes/hour=01/a", row(2))
    lake.put("crimes/hour=01/_b", row(2))
    lake.put("crimes/hour=00/a", row(1) + "2,ALLEY,false,1\n")
    both = 2 * size + len("2,ALLEY,false,1\n")
    lake.freshet.until(lambda: counts(lake) == (2, both))
    storage = lake.table("crimes")["StorageDescriptor"]["Parameters"]
    assert (storage["objectCount"], storage["sizeKey"]) == ("2", str(both))
    lake.s3.delete_object(Bucket="lake", Key="crimes/hour=00/a")
    lake.freshet.until(lambda: counts(lake) == (1, size))
    lake.again()
    assert counts(lake) == (1, size)


def test_too_many_changes_that_wait_become_one_crawl(lake):
    """limits::backlog_max: they are forgotten and everything is crawled, so nothing is lost."""
    follow(lake)
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    lake.glue.delete_database(Name="crimes")
    lake.put("crimes/hour=01/a", row(2))
    put_often(lake, "crimes/hour=02/", times=5100)
    failed = lake.freshet.until(
        lambda: (
            (last := lake.glue.get_crawler(Name="c")["Crawler"]["LastCrawl"])["Status"] == "FAILED"
            and last
        )
    )
    assert "crimes" in failed["ErrorMessage"]
    lake.glue.create_database(DatabaseInput={"Name": "crimes"})

    def has_all():
        lake.freshet.advance(10_000)
        return partitions(lake) == [("00",), ("01",), ("02",)]

    lake.freshet.until(has_all)
    last = lake.glue.get_crawler(Name="c")["Crawler"]["LastCrawl"]
    assert "more than 5000 changes of objects waited" in lake.reasons(last)


def put_often(lake, prefix, times, connections=4):
    """One small object after the other, by requests that were signed before."""
    urls = [
        lake.s3.generate_presigned_url("put_object", {"Bucket": "lake", "Key": f"{prefix}{number}"})
        for number in range(50)
    ]

    def work(_):
        connection = http.client.HTTPConnection("127.0.0.1", lake.freshet.port)
        for number in range(times // connections + 1):
            url = urls[number % len(urls)].removeprefix(lake.freshet.endpoint)
            connection.request("PUT", url, body=row(number).encode())
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, range(connections)))


def test_a_crawler_that_follows_no_more_hears_nothing(lake):
    follow(lake)
    lake.put("crimes/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",)])
    lake.glue.update_crawler(Name="c", RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVERYTHING"})
    lake.put("crimes/hour=01/a", row(1))
    follow(lake, "s3://lake/other/", "second")
    lake.put("other/hour=00/a", row(1))
    lake.freshet.until(lambda: partitions(lake, "other") == [("00",)])
    assert partitions(lake) == [("00",)]
    lake.glue.update_crawler(Name="c", RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"})
    lake.put("crimes/hour=02/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("00",), ("02",)])
    lake.again()
    assert partitions(lake) == [("00",), ("01",), ("02",)]
    lake.glue.delete_crawler(Name="c")
    lake.put("crimes/hour=03/a", row(1))
    lake.put("other/hour=01/a", row(1))
    lake.freshet.until(lambda: partitions(lake, "other") == [("00",), ("01",)])
    assert len(partitions(lake)) == 3


def test_many_objects_at_once_are_each_registered(lake):
    follow(lake)
    lake.put("crimes/hour=0/a", row(1))
    lake.freshet.until(lambda: partitions(lake) == [("0",)])
    for hour in range(1, 200):
        lake.put(f"crimes/hour={hour}/a", row(hour))
    lake.freshet.until(lambda: len(partitions(lake)) == 200)
    assert lake.query("SELECT count(*), count(DISTINCT hour) FROM crimes") == [("200", "200")]
