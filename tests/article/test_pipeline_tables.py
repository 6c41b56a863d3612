"""Tables of a pipeline file: the policy by which they are optimised, a table that was converted in
its place, and delivery streams that register partitions of a table of the same file.
"""

import json

import pytest
from test_pipeline_file import apply, run

FILE = """
buckets: {lake: }
databases: {d: }
tables:
  d.rows:
    location: s3://lake/rows/
    serde: opencsv
    columns: {a: string, b: string}
    optimize:
      convert: parquet
      keep_raw: 7d
      when: {files_over: 3, file_mb_under: 8, idle_for: 2m}
"""


def policy(freshet, table="rows"):
    return json.loads(freshet.get(f"/_freshet/api/tables/policy?database=d&table={table}"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "lake.yaml"
    path.write_text(FILE)
    return path


def test_a_policy_is_made_changed_and_removed(freshet, file):
    assert apply(freshet, file)[-1] == "3 created"
    is_set = policy(freshet)
    assert (is_set["convert"], is_set["keep_raw_ms"]) == ("parquet", 7 * 86_400_000)
    assert (is_set["files_over"], is_set["file_mb_under"], is_set["idle_ms"]) == (3, 8, 120_000)
    assert apply(freshet, file) == []
    file.write_text(FILE.replace("keep_raw: 7d", "keep_raw: 12h"))
    assert apply(freshet, file) == [
        "updated          table d.rows",
        "                   optimize.keep_raw: 7d -> 12h",
        "1 updated, 2 unchanged",
    ]
    assert policy(freshet)["keep_raw_ms"] == 12 * 3_600_000
    file.write_text(FILE.split("    optimize:")[0])
    assert apply(freshet, file)[-1] == "1 updated, 2 unchanged"
    assert policy(freshet) is None
    assert apply(freshet, file) == []
    file.write_text(FILE)
    apply(freshet, file)
    status, output, errors = run(freshet, "destroy", file)
    assert status == 0, output + errors
    assert policy(freshet) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("keep_raw: 7d", "keep_raw: a week"), "'keep_raw' is a duration (30s, 10m, 12h, 7d)"),
        (("keep_raw: 7d", "into: d.rows"), ":10:7: the second table is the first"),
        (("keep_raw: 7d", "narrow: true"), "types are narrowed in a second table"),
        (("keep_raw: 7d", "sort: [c]"), ":11:13: the table has no column 'c'"),
        (("convert: parquet", "convert: orc"), "'convert' is one of parquet, not 'orc'"),
        (("files_over: 3", "files: 3"), "there is no key 'files' here"),
        (("files_over: 3", "files_over: 0"), "files_over and file_mb_under are at least 1"),
    ],
)
def test_a_policy_that_does_not_fit_is_a_problem_of_the_file(freshet, file, change, problem):
    file.write_text(FILE.replace(*change))
    status, output, errors = run(freshet, "apply", file, "--dry-run")
    assert status == 1 and problem in errors, errors


def test_the_policy_converts_and_the_file_finds_nothing_to_change(freshet, file):
    """The table's own storage is Parquet by then; the file still says how its text is read."""
    apply(freshet, file)
    s3, glue = freshet.client("s3"), freshet.client("glue")
    for number in range(4):
        s3.put_object(Bucket="lake", Key=f"rows/{number}.csv", Body=b'"1","x"\n')
    freshet.advance(300_000)

    def is_parquet():
        table = glue.get_table(DatabaseName="d", Name="rows")["Table"]
        return "Parquet" in table["StorageDescriptor"]["InputFormat"]

    freshet.until(is_parquet, advance_ms=1000)
    assert apply(freshet, file) == []
    file.write_text(FILE.replace("b: string}", "b: string, c: string}"))
    assert apply(freshet, file)[0] == "updated          table d.rows"
    assert is_parquet() and apply(freshet, file) == []
    # Text that comes is read as the file says, beside the Parquet.
    s3.put_object(Bucket="lake", Key="rows/late.csv", Body=b'"2","y","z"\n')
    athena = freshet.client("athena")
    query = athena.start_query_execution(
        QueryString="SELECT a, b, c FROM d.rows ORDER BY a, c",
        ResultConfiguration={"OutputLocation": "s3://lake/_results/"},
    )["QueryExecutionId"]
    freshet.until(
        lambda: (
            athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
            == "SUCCEEDED"
        )
    )
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
    values = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in rows]
    assert values == [("1", "x", None)] * 4 + [("2", "y", "z")]


DELIVERY = """
roles: {r: {trust_policy: '{"Version": "2012-10-17", "Statement": []}'}}
buckets: {lake: }
delivery_streams:
  s:
    role: r
    bucket: lake
    prefix: rows/year=!{timestamp:yyyy}/month=!{timestamp:MM}/
    error_prefix: errors/
    buffer_s: 60
databases: {d: }
tables:
  d.rows:
    location: s3://lake/rows/
    serde: opencsv
    columns: {a: string}
    partitions: {year: string, month: string}
"""


def tags(freshet):
    listed = freshet.client("firehose").list_tags_for_delivery_stream(DeliveryStreamName="s")
    return {one["Key"]: one["Value"] for one in listed["Tags"]}


def test_a_delivery_stream_registers_partitions_of_the_table_it_writes_to(freshet, tmp_path):
    file = tmp_path / "lake.yaml"
    file.write_text(DELIVERY)
    apply(freshet, file)
    assert tags(freshet) == {"freshet:register-partitions": "d.rows"}
    assert apply(freshet, file) == []
    freshet.client("firehose").put_record(DeliveryStreamName="s", Record={"Data": b"1\n"})
    glue = freshet.client("glue")
    freshet.until(
        lambda: glue.get_partitions(DatabaseName="d", TableName="rows")["Partitions"],
        advance_ms=5000,
    )
    [partition] = glue.get_partitions(DatabaseName="d", TableName="rows")["Partitions"]
    year, month = partition["Values"]
    location = partition["StorageDescriptor"]["Location"]
    assert location.rstrip("/") == f"s3://lake/rows/year={year}/month={month}"
    # It is turned off, and another prefix lies in no table.
    file.write_text(
        DELIVERY.replace("buffer_s: 60", "buffer_s: 60\n    register_partitions: false")
    )
    apply(freshet, file)
    assert tags(freshet) == {}
    file.write_text(DELIVERY.replace("rows/year=", "rows/y="))
    apply(freshet, file)
    assert tags(freshet) == {}
    file.write_text(
        DELIVERY.replace("rows/year=", "rows/y=") + "\n"
        "  d.other: {location: 's3://lake/rows/', serde: text, columns: {a: string},\n"
        "            partitions: {y: string}}\n"
    )
    apply(freshet, file)
    assert tags(freshet) == {"freshet:register-partitions": "d.other"}


def test_two_tables_at_one_place_need_a_word(freshet, tmp_path):
    file = tmp_path / "lake.yaml"
    more = (
        "  d.more: {location: 's3://lake/rows/', serde: text, columns: {a: string},\n"
        "           partitions: {year: string}}\n"
    )
    file.write_text(DELIVERY + more)
    status, _, errors = run(freshet, "apply", file)
    assert status == 1
    assert "its partitions could be those of d.rows or d.more: give one as" in errors
    file.write_text(
        (DELIVERY + more).replace("buffer_s: 60", "buffer_s: 60\n    register_partitions: d.more")
    )
    apply(freshet, file)
    assert tags(freshet) == {"freshet:register-partitions": "d.more"}
