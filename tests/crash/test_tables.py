"""Tables are merged and converted while the server is killed and loses power at each of a run's
places: the objects hold each row once, at every moment that a reader sees, and the run ends.
"""

import collections
import io
import json
import urllib.error
import urllib.request

import pyarrow.parquet
import pytest

PLACES = ("maintenance.after_stage", "maintenance.before_commit", "maintenance.after_commit")
PARTS, FILES, ROWS = 4, 8, 20
COLUMNS = [{"Name": "a", "Type": "bigint"}, {"Name": "b", "Type": "string"}]


def storage(location):
    return {
        "Columns": COLUMNS,
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ","},
        },
    }


def fill(server):
    """A table of small objects; gives its rows, and the keys of every second object."""
    s3, glue = server.client("s3"), server.client("glue")
    s3.create_bucket(Bucket="lake")
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(
        DatabaseName="d",
        TableInput={
            "Name": "t",
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "p", "Type": "string"}],
            "StorageDescriptor": storage("s3://lake/t/"),
        },
    )
    rows = collections.Counter()
    for part in range(PARTS):
        location = f"s3://lake/t/p={part}/"
        glue.create_partition(
            DatabaseName="d",
            TableName="t",
            PartitionInput={"Values": [str(part)], "StorageDescriptor": storage(location)},
        )
        for number in range(FILES):
            lines = [f"{row},{part}-{number}" for row in range(ROWS)]
            end = "" if number % 2 else "\n"
            s3.put_object(
                Bucket="lake", Key=f"t/p={part}/{number}.csv", Body="\n".join(lines) + end
            )
            rows.update(lines)
    return rows


def rows_of(server):
    """What the objects of one listing hold, each by its name, and how many there are. It is taken
    again when one was removed since it was listed. Hidden objects are not data.
    """
    s3 = server.client("s3")
    while True:
        rows, objects = collections.Counter(), 0
        try:
            for one in s3.list_objects_v2(Bucket="lake", Prefix="t/").get("Contents", []):
                if "/_" in one["Key"]:
                    continue
                objects += 1
                body = s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read()
                if one["Key"].endswith(".parquet"):
                    table = pyarrow.parquet.read_table(io.BytesIO(body))
                    rows.update(f"{row['a']},{row['b']}" for row in table.to_pylist())
                else:
                    rows.update(body.decode().splitlines())
        except s3.exceptions.NoSuchKey:
            continue
        return rows, objects


def call(server, path, fields=None):
    request = urllib.request.Request(
        f"{server.endpoint}/_freshet/api/{path}",
        method="POST" if fields else "GET",
        data=json.dumps(fields).encode() if fields else None,
        headers={"X-Freshet-Request": "1", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def start(server, spec):
    server.options = ("--failpoints", spec) if spec else ()
    server.start()


def die_and_end(make_freshet, options, deaths):
    """A run whose server dies at each of `deaths`, and continues until it has ended."""
    server = make_freshet()
    wanted = fill(server)
    server.terminate()
    start(server, deaths[0])
    try:
        call(server, "tables/optimize", {"database": "d", "table": "t", **options})
    except (OSError, urllib.error.URLError):
        pass  # it may die before it has answered
    for death in [*deaths[1:], None]:
        assert server.process.wait(timeout=60) != 0, server.server_log()[-2000:]
        start(server, death)
        if death is None:
            assert rows_of(server)[0] == wanted
    server.until(
        lambda: all(run["state"] != "RUNNING" for run in call(server, "tables/runs")["runs"])
    )
    [run] = call(server, "tables/runs")["runs"]
    assert run["state"] == "SUCCEEDED", run
    rows, objects = rows_of(server)
    assert rows == wanted
    return run, objects


@pytest.mark.parametrize("action", ["kill", "cut"])
@pytest.mark.parametrize("place", PLACES)
def test_a_merge_continues_after_every_death(make_freshet, place, action):
    # after_commit is reached once a partition; the other places again by the next start's work.
    deaths = [f"{place}={action}", f"{place}={action}@2", f"{place}={action}"]
    run, objects = die_and_end(make_freshet, {}, deaths[: 2 if "after_commit" in place else 3])
    assert objects == PARTS and run["files_after"] == PARTS, run
    assert run["rows_read"] == PARTS * FILES * ROWS


@pytest.mark.parametrize("action", ["kill", "cut"])
@pytest.mark.parametrize("place", PLACES)
def test_a_conversion_continues_after_every_death(make_freshet, place, action):
    deaths = [f"{place}={action}", f"{place}={action}@2"]
    run, objects = die_and_end(make_freshet, {"convert": "parquet"}, deaths)
    assert objects == PARTS and run["files_after"] == PARTS, run
    assert run["rows_read"] == run["rows_written"] == PARTS * FILES * ROWS
