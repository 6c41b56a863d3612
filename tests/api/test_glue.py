"""The Glue Data Catalog through boto3."""
import botocore.exceptions
import pytest

STORAGE = {
    "Columns": [{"Name": "Location", "Type": "string"}, {"Name": "crimes", "Type": "bigint", "Comment": "how many"}],
    "Location": "s3://lake/top/", "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ","}},
}
KEYS = [{"Name": name, "Type": "string"} for name in ("year", "month")]


@pytest.fixture
def glue(freshet):
    client = freshet.client("glue")
    client.create_database(DatabaseInput={"Name": "Crimes", "Description": "d", "Parameters": {"k": "v"}})
    client.create_table(DatabaseName="crimes", TableInput={"Name": "Top", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": STORAGE,
                                                           "PartitionKeys": KEYS, "Parameters": {"classification": "csv"}})
    return client


TOP = dict(DatabaseName="crimes", TableName="top")


def partition(*values):
    return {"Values": list(values), "StorageDescriptor": {**STORAGE, "Location": "s3://lake/top/" + "/".join(values)}}


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_databases(freshet, glue):
    found = glue.get_database(Name="CRIMES")["Database"]
    assert (found["Name"], found["Description"], found["Parameters"], found["CatalogId"]) == ("crimes", "d", {"k": "v"}, "000000000000")
    glue.update_database(Name="crimes", DatabaseInput={"Name": "crimes", "Description": "new"})
    assert glue.get_database(Name="crimes")["Database"]["Description"] == "new"
    glue.create_database(DatabaseInput={"Name": "a"})
    assert [d["Name"] for page in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1}) for d in page["DatabaseList"]] == ["a", "crimes"]
    assert code(glue.create_database, DatabaseInput={"Name": "A"}) == "AlreadyExistsException"
    assert code(glue.get_database, Name="none") == "EntityNotFoundException"
    assert freshet.client("glue", region_name="eu-west-1").get_databases()["DatabaseList"] == []
    glue.delete_database(Name="crimes")
    assert code(glue.get_table, DatabaseName="crimes", Name="top") == "EntityNotFoundException"


def test_tables_are_given_back_as_they_were_made(freshet, glue):
    freshet.kill9()
    freshet.restart()
    found = glue.get_table(DatabaseName="crimes", Name="TOP")["Table"]
    assert (found["Name"], found["TableType"], found["VersionId"], found["Parameters"]) == ("top", "EXTERNAL_TABLE", "1", {"classification": "csv"})
    assert found["StorageDescriptor"]["Columns"] == [{"Name": "location", "Type": "string"}, {"Name": "crimes", "Type": "bigint", "Comment": "how many"}]
    assert found["StorageDescriptor"]["SerdeInfo"] == STORAGE["SerdeInfo"]
    assert found["PartitionKeys"] == KEYS
    assert code(glue.create_table, DatabaseName="crimes", TableInput={"Name": "top"}) == "AlreadyExistsException"
    assert code(glue.create_table, DatabaseName="none", TableInput={"Name": "t"}) == "EntityNotFoundException"


def test_updates_replace_and_look_at_the_version(glue):
    update = dict(DatabaseName="crimes", TableInput={"Name": "top", "StorageDescriptor": STORAGE, "PartitionKeys": KEYS, "Description": "new"})
    glue.update_table(**update, VersionId="1")
    assert code(glue.update_table, **update, VersionId="1") == "ConcurrentModificationException"
    glue.update_table(**update, SkipArchive=True)
    found = glue.get_table(DatabaseName="crimes", Name="top")["Table"]
    assert (found["VersionId"], found["Description"]) == ("3", "new")
    assert "Parameters" not in found, "what the update does not name is gone"


def test_listing_tables_by_pattern_and_deleting_them(glue):
    for name in ("abc1", "abc2", "xyz"):
        glue.create_table(DatabaseName="crimes", TableInput={"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto View: e30= */"})
    names = lambda **kw: [t["Name"] for page in glue.get_paginator("get_tables").paginate(DatabaseName="crimes", PaginationConfig={"PageSize": 2}, **kw)
                          for t in page["TableList"]]
    assert names() == ["abc1", "abc2", "top", "xyz"]
    assert names(Expression="abc*") == ["abc1", "abc2"] and names(Expression="*y.*|top") == ["top", "xyz"]
    errors = glue.batch_delete_table(DatabaseName="crimes", TablesToDelete=["abc1", "none"])["Errors"]
    assert [(e["TableName"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [("none", "EntityNotFoundException")]
    glue.delete_table(DatabaseName="crimes", Name="xyz")
    assert names() == ["abc2", "top"]


def test_partitions(glue):
    glue.create_partition(**TOP, PartitionInput=partition("2026", "01"))
    assert code(glue.create_partition, **TOP, PartitionInput=partition("2026", "01")) == "AlreadyExistsException"
    assert code(glue.create_partition, **TOP, PartitionInput=partition("2026")) == "InvalidInputException"
    errors = glue.batch_create_partition(**TOP, PartitionInputList=[partition("2026", m) for m in ("01", "02", "03")] + [partition("2025", "12")])["Errors"]
    assert [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [(["2026", "01"], "AlreadyExistsException")]
    found = glue.get_partition(**TOP, PartitionValues=["2026", "02"])["Partition"]
    assert found["StorageDescriptor"]["Location"] == "s3://lake/top/2026/02"
    assert code(glue.get_partition, **TOP, PartitionValues=["1999", "01"]) == "EntityNotFoundException"
    got = glue.batch_get_partition(**TOP, PartitionsToGet=[{"Values": ["2026", "01"]}, {"Values": ["1999", "01"]}])
    assert [p["Values"] for p in got["Partitions"]] == [["2026", "01"]]

    def values(expression=""):
        pages = glue.get_paginator("get_partitions").paginate(**TOP, Expression=expression, PaginationConfig={"PageSize": 2})
        return ["-".join(p["Values"]) for page in pages for p in page["Partitions"]]
    assert values() == ["2025-12", "2026-01", "2026-02", "2026-03"]
    assert values("year = '2026' AND month > '01'") == ["2026-02", "2026-03"]
    assert values("(year = '2025') OR month IN ('03')") == ["2025-12", "2026-03"]
    assert code(glue.get_partitions, **TOP, Expression="day = 1") == "InvalidInputException"
    assert "Columns" not in glue.get_partitions(**TOP, ExcludeColumnSchema=True)["Partitions"][0]["StorageDescriptor"]
    glue.update_partition(**TOP, PartitionValueList=["2025", "12"], PartitionInput=partition("2025", "11"))
    glue.delete_partition(**TOP, PartitionValues=["2026", "03"])
    errors = glue.batch_delete_partition(**TOP, PartitionsToDelete=[{"Values": ["2026", "02"]}, {"Values": ["x", "y"]}])["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["x", "y"]]
    assert values() == ["2025-11", "2026-01"]
