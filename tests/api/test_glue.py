"""The Glue Data Catalog through boto3."""

import datetime

import botocore.config
import botocore.exceptions
import pytest

STORAGE = {
    "Columns": [
        {"Name": "Location", "Type": "string"},
        {"Name": "crimes", "Type": "bigint", "Comment": "how many"},
    ],
    "Location": "s3://lake/top/",
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    },
}
KEYS = [{"Name": name, "Type": "string"} for name in ("year", "month")]


@pytest.fixture
def glue(freshet):
    client = freshet.client("glue")
    client.create_database(
        DatabaseInput={"Name": "Crimes", "Description": "d", "Parameters": {"k": "v"}}
    )
    client.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "Top",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": STORAGE,
            "PartitionKeys": KEYS,
            "Parameters": {"classification": "csv"},
        },
    )
    return client


TOP = dict(DatabaseName="crimes", TableName="top")


def partition(*values):
    return {
        "Values": list(values),
        "StorageDescriptor": {**STORAGE, "Location": "s3://lake/top/" + "/".join(values)},
    }


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_databases(freshet, glue):
    found = glue.get_database(Name="CRIMES")["Database"]
    assert (found["Name"], found["Description"], found["Parameters"], found["CatalogId"]) == (
        "crimes",
        "d",
        {"k": "v"},
        "000000000000",
    )
    glue.update_database(Name="crimes", DatabaseInput={"Name": "crimes", "Description": "new"})
    assert glue.get_database(Name="crimes")["Database"]["Description"] == "new"
    glue.create_database(DatabaseInput={"Name": "a"})
    assert [
        d["Name"]
        for page in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})
        for d in page["DatabaseList"]
    ] == ["a", "crimes"]
    assert code(glue.create_database, DatabaseInput={"Name": "A"}) == "AlreadyExistsException"
    assert code(glue.get_database, Name="none") == "EntityNotFoundException"
    assert freshet.client("glue", region_name="eu-west-1").get_databases()["DatabaseList"] == []
    glue.delete_database(Name="crimes")
    assert code(glue.get_table, DatabaseName="crimes", Name="top") == "EntityNotFoundException"


def test_tables_are_given_back_as_they_were_made(freshet, glue):
    freshet.kill9()
    freshet.restart()
    found = glue.get_table(DatabaseName="crimes", Name="TOP")["Table"]
    assert (found["Name"], found["TableType"], found["VersionId"], found["Parameters"]) == (
        "top",
        "EXTERNAL_TABLE",
        "1",
        {"classification": "csv"},
    )
    assert found["StorageDescriptor"]["Columns"] == [
        {"Name": "location", "Type": "string"},
        {"Name": "crimes", "Type": "bigint", "Comment": "how many"},
    ]
    assert found["StorageDescriptor"]["SerdeInfo"] == STORAGE["SerdeInfo"]
    assert found["PartitionKeys"] == KEYS
    assert (
        code(glue.create_table, DatabaseName="crimes", TableInput={"Name": "top"})
        == "AlreadyExistsException"
    )
    assert (
        code(glue.create_table, DatabaseName="none", TableInput={"Name": "t"})
        == "EntityNotFoundException"
    )


def test_updates_replace_and_look_at_the_version(glue):
    update = dict(
        DatabaseName="crimes",
        TableInput={
            "Name": "top",
            "StorageDescriptor": STORAGE,
            "PartitionKeys": KEYS,
            "Description": "new",
        },
    )
    glue.update_table(**update, VersionId="1")
    assert code(glue.update_table, **update, VersionId="1") == "ConcurrentModificationException"
    glue.update_table(**update, SkipArchive=True)
    found = glue.get_table(DatabaseName="crimes", Name="top")["Table"]
    assert (found["VersionId"], found["Description"]) == ("3", "new")
    assert "Parameters" not in found, "what the update does not name is gone"


def test_listing_tables_by_pattern_and_deleting_them(glue):
    for name in ("abc1", "abc2", "xyz"):
        glue.create_table(
            DatabaseName="crimes",
            TableInput={
                "Name": name,
                "TableType": "VIRTUAL_VIEW",
                "ViewOriginalText": "/* Presto View: e30= */",
            },
        )
    names = lambda **kw: [
        t["Name"]
        for page in glue.get_paginator("get_tables").paginate(
            DatabaseName="crimes", PaginationConfig={"PageSize": 2}, **kw
        )
        for t in page["TableList"]
    ]
    assert names() == ["abc1", "abc2", "top", "xyz"]
    assert names(Expression="abc*") == ["abc1", "abc2"] and names(Expression="*y.*|top") == [
        "top",
        "xyz",
    ]
    errors = glue.batch_delete_table(DatabaseName="crimes", TablesToDelete=["abc1", "none"])[
        "Errors"
    ]
    assert [(e["TableName"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [
        ("none", "EntityNotFoundException")
    ]
    glue.delete_table(DatabaseName="crimes", Name="xyz")
    assert names() == ["abc2", "top"]


def test_partitions(glue):
    glue.create_partition(**TOP, PartitionInput=partition("2026", "01"))
    assert (
        code(glue.create_partition, **TOP, PartitionInput=partition("2026", "01"))
        == "AlreadyExistsException"
    )
    assert (
        code(glue.create_partition, **TOP, PartitionInput=partition("2026"))
        == "InvalidInputException"
    )
    errors = glue.batch_create_partition(
        **TOP,
        PartitionInputList=[partition("2026", m) for m in ("01", "02", "03")]
        + [partition("2025", "12")],
    )["Errors"]
    assert [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [
        (["2026", "01"], "AlreadyExistsException")
    ]
    found = glue.get_partition(**TOP, PartitionValues=["2026", "02"])["Partition"]
    assert found["StorageDescriptor"]["Location"] == "s3://lake/top/2026/02"
    assert (
        code(glue.get_partition, **TOP, PartitionValues=["1999", "01"]) == "EntityNotFoundException"
    )
    got = glue.batch_get_partition(
        **TOP, PartitionsToGet=[{"Values": ["2026", "01"]}, {"Values": ["1999", "01"]}]
    )
    assert [p["Values"] for p in got["Partitions"]] == [["2026", "01"]]

    def values(expression=""):
        pages = glue.get_paginator("get_partitions").paginate(
            **TOP, Expression=expression, PaginationConfig={"PageSize": 2}
        )
        return ["-".join(p["Values"]) for page in pages for p in page["Partitions"]]

    assert values() == ["2025-12", "2026-01", "2026-02", "2026-03"]
    assert values("year = '2026' AND month > '01'") == ["2026-02", "2026-03"]
    assert values("(year = '2025') OR month IN ('03')") == ["2025-12", "2026-03"]
    assert code(glue.get_partitions, **TOP, Expression="day = 1") == "InvalidInputException"
    assert (
        code(glue.get_partitions, **TOP, Segment={"SegmentNumber": 2, "TotalSegments": 2})
        == "InvalidInputException"
    )  # no partition is there: an empty list would lie
    assert (
        "Columns"
        not in glue.get_partitions(**TOP, ExcludeColumnSchema=True)["Partitions"][0][
            "StorageDescriptor"
        ]
    )
    glue.update_partition(
        **TOP, PartitionValueList=["2025", "12"], PartitionInput=partition("2025", "11")
    )
    glue.delete_partition(**TOP, PartitionValues=["2026", "03"])
    errors = glue.batch_delete_partition(
        **TOP, PartitionsToDelete=[{"Values": ["2026", "02"]}, {"Values": ["x", "y"]}]
    )["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["x", "y"]]
    assert values() == ["2025-11", "2026-01"]


def test_pages_go_by_key_so_that_deletes_between_them_skip_nothing(freshet, glue):
    for month in range(1, 7):
        glue.create_partition(**TOP, PartitionInput=partition("2026", f"{month:02}"))
    first = glue.get_partitions(**TOP, MaxResults=2)
    for one in first["Partitions"]:
        glue.delete_partition(**TOP, PartitionValues=one["Values"])
    second = glue.get_partitions(**TOP, MaxResults=2, NextToken=first["NextToken"])
    third = glue.get_partitions(**TOP, MaxResults=2, NextToken=second["NextToken"])
    assert [
        [one["Values"][1] for one in page["Partitions"]] for page in (first, second, third)
    ] == [["01", "02"], ["03", "04"], ["05", "06"]] and "NextToken" not in third
    for i in range(1, 6):
        glue.create_database(DatabaseInput={"Name": f"d{i}"})
        glue.create_table(DatabaseName="crimes", TableInput={"Name": f"t{i}"})
    page = glue.get_tables(DatabaseName="crimes", MaxResults=2, Expression="t.*")
    for table in page["TableList"]:
        glue.delete_table(DatabaseName="crimes", Name=table["Name"])
    assert [
        t["Name"]
        for t in glue.get_tables(
            DatabaseName="crimes", MaxResults=2, Expression="t.*", NextToken=page["NextToken"]
        )["TableList"]
    ] == ["t3", "t4"]
    athena = freshet.client("athena")
    tables = athena.list_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="crimes", MaxResults=1
    )
    glue.delete_table(DatabaseName="crimes", Name=tables["TableMetadataList"][0]["Name"])
    assert [
        t["Name"]
        for t in athena.list_table_metadata(
            CatalogName="AwsDataCatalog",
            DatabaseName="crimes",
            MaxResults=1,
            NextToken=tables["NextToken"],
        )["TableMetadataList"]
    ] == ["t4"]
    listed, page = (
        athena.list_databases(CatalogName="AwsDataCatalog", MaxResults=3),
        glue.get_databases(MaxResults=3),
    )
    assert (
        [d["Name"] for d in listed["DatabaseList"]]
        == [d["Name"] for d in page["DatabaseList"]]
        == ["crimes", "d1", "d2"]
    )
    for name in ("d1", "d2"):
        glue.delete_database(Name=name)
    assert [
        d["Name"]
        for d in athena.list_databases(CatalogName="AwsDataCatalog", NextToken=listed["NextToken"])[
            "DatabaseList"
        ]
    ] == ["d3", "d4", "d5", "default"]
    assert [d["Name"] for d in glue.get_databases(NextToken=page["NextToken"])["DatabaseList"]] == [
        "d3",
        "d4",
        "d5",
        "default",
    ]
    for call, arguments in (
        (glue.get_partitions, TOP),
        (glue.get_tables, {"DatabaseName": "crimes"}),
        (glue.get_databases, {}),
    ):
        assert code(call, **arguments, NextToken="no token") == "InvalidInputException"


def test_expressions_compare_by_the_type_of_their_key(glue):
    keys = [
        {"Name": name, "Type": type}
        for name, type in (("t", "timestamp"), ("d", "date"), ("i", "int"))
    ]
    glue.create_table(DatabaseName="crimes", TableInput={"Name": "typed", "PartitionKeys": keys})
    typed = dict(DatabaseName="crimes", TableName="typed")
    glue.create_partition(
        **typed, PartitionInput={"Values": ["2022-02-01 00:00:00.000", "2022-02-01", "9"]}
    )
    glue.create_partition(
        **typed, PartitionInput={"Values": ["2022-02-01 00:00:00.5", "2022-02-02", "10"]}
    )

    def days(expression):
        return [
            one["Values"][1][-2:]
            for one in glue.get_partitions(**typed, Expression=expression)["Partitions"]
        ]

    assert days("t = '2022-02-01 00:00:00'") == ["01"] and days("t > '2022-02-01 00:00:00.4'") == [
        "02"
    ]
    assert days("i > 9") == ["02"] and days("d between '2022-01-01' and '2022-02-01'") == ["01"]
    for expression in ("i = 'test'", "d = '2022-02-32'", "t = 'today'", "i like '1%'"):
        assert code(glue.get_partitions, **typed, Expression=expression) == "InvalidInputException"


def test_times_skewed_values_and_further_locations_are_kept(freshet, glue):
    time = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    more = {
        "SkewedInfo": {
            "SkewedColumnNames": ["a"],
            "SkewedColumnValues": ["1"],
            "SkewedColumnValueLocationMaps": {"1": "s3://lake/one/"},
        },
        "AdditionalLocations": ["s3://lake/more/"],
    }
    times = {"LastAccessTime": time, "LastAnalyzedTime": time}
    glue.create_table(
        DatabaseName="crimes",
        TableInput={
            "Name": "kept",
            "PartitionKeys": KEYS,
            "StorageDescriptor": {**STORAGE, **more},
            **times,
        },
    )
    glue.create_partition(
        DatabaseName="crimes", TableName="kept", PartitionInput={**partition("2026", "01"), **times}
    )
    freshet.kill9()
    freshet.restart()
    table = glue.get_table(DatabaseName="crimes", Name="kept")["Table"]
    assert {name: table["StorageDescriptor"][name] for name in more} == more and {
        name: table[name] for name in times
    } == times
    found = glue.get_partition(
        DatabaseName="crimes", TableName="kept", PartitionValues=["2026", "01"]
    )["Partition"]
    assert {name: found[name] for name in times} == times
    assert (
        "SkewedInfo"
        not in glue.get_table(DatabaseName="crimes", Name="top")["Table"]["StorageDescriptor"]
    )


def test_attributes_to_get(glue):
    assert glue.get_tables(DatabaseName="crimes", AttributesToGet=["NAME"])["TableList"] == [
        {"Name": "top", "DatabaseName": "crimes"}
    ]
    assert glue.get_tables(DatabaseName="crimes", AttributesToGet=["NAME", "TABLE_TYPE"])[
        "TableList"
    ] == [{"Name": "top", "DatabaseName": "crimes", "TableType": "EXTERNAL_TABLE"}]
    assert (
        code(glue.get_tables, DatabaseName="crimes", AttributesToGet=["TABLE_TYPE"])
        == "InvalidInputException"
    )
    assert glue.get_databases(AttributesToGet=["NAME"])["DatabaseList"] == [{"Name": "crimes"}]


TIME = 1_767_000_000
STATISTICS = {
    "LONG": {
        "LongColumnStatisticsData": {
            "MinimumValue": -3,
            "MaximumValue": 5_000_000_000,
            "NumberOfNulls": 1,
            "NumberOfDistinctValues": 4,
        }
    },
    "DOUBLE": {
        "DoubleColumnStatisticsData": {
            "MinimumValue": -0.5,
            "MaximumValue": 1e300,
            "NumberOfNulls": 0,
            "NumberOfDistinctValues": 2,
        }
    },
    "DECIMAL": {
        "DecimalColumnStatisticsData": {
            "MinimumValue": {"UnscaledValue": b"\xff\x01", "Scale": 2},
            "NumberOfNulls": 0,
            "NumberOfDistinctValues": 1,
        }
    },
    "STRING": {
        "StringColumnStatisticsData": {
            "MaximumLength": 9,
            "AverageLength": 4.5,
            "NumberOfNulls": 0,
            "NumberOfDistinctValues": 3,
        }
    },
    "BINARY": {
        "BinaryColumnStatisticsData": {"MaximumLength": 9, "AverageLength": 4.5, "NumberOfNulls": 0}
    },
    "BOOLEAN": {
        "BooleanColumnStatisticsData": {"NumberOfTrues": 1, "NumberOfFalses": 2, "NumberOfNulls": 3}
    },
    "DATE": {"DateColumnStatisticsData": {"NumberOfNulls": 0, "NumberOfDistinctValues": 3}},
}


def statistics(kind, column=None):
    return {
        "ColumnName": column or kind.lower(),
        "ColumnType": kind.lower(),
        "AnalyzedTime": TIME,
        "StatisticsData": {"Type": kind, **STATISTICS[kind]},
    }


def told(answer):
    return {one["ColumnName"]: one["StatisticsData"] for one in answer["ColumnStatisticsList"]}


@pytest.mark.parametrize("place", ["Table", "Partition"])
def test_column_statistics(freshet, glue, place):
    glue.create_partition(**TOP, PartitionInput=partition("2026", "01"))
    where = dict(TOP, **({"PartitionValues": ["2026", "01"]} if place == "Partition" else {}))
    update, get, delete = (
        getattr(glue, f"{verb}_column_statistics_for_{place.lower()}")
        for verb in ("update", "get", "delete")
    )
    assert (
        update(**where, ColumnStatisticsList=[statistics(kind) for kind in STATISTICS])["Errors"]
        == []
    )
    freshet.kill9()
    freshet.restart()
    found = get(**where, ColumnNames=[*(kind.lower() for kind in STATISTICS), "none"])
    assert told(found) == {
        kind.lower(): {"Type": kind, **data} for kind, data in STATISTICS.items()
    }
    assert [(one["ColumnName"], one["Error"]["ErrorCode"]) for one in found["Errors"]] == [
        ("none", "EntityNotFoundException")
    ]
    update(
        **where, ColumnStatisticsList=[{**statistics("BOOLEAN", "LONG"), "ColumnType": "boolean"}]
    )  # in the place of the old, by the folded name
    assert told(get(**where, ColumnNames=["Long"]))["long"]["Type"] == "BOOLEAN"
    for name in ("long", "long", "never"):
        delete(**where, ColumnName=name)
    assert told(get(**where, ColumnNames=["long", "date"])).keys() == {"date"}
    wrong = {**statistics("LONG"), "StatisticsData": {"Type": "LONG"}}
    errors = update(**where, ColumnStatisticsList=[wrong, statistics("STRING", "s")])["Errors"]
    assert [
        (one["ColumnStatistics"]["ColumnName"], one["Error"]["ErrorCode"]) for one in errors
    ] == [("long", "InvalidInputException")]
    assert told(get(**where, ColumnNames=["s"])).keys() == {"s"}
    for missing in (
        dict(where, TableName="none"),
        dict(where, PartitionValues=["1", "2"])
        if place == "Partition"
        else dict(where, DatabaseName="none"),
    ):
        assert (
            code(update, **missing, ColumnStatisticsList=[statistics("LONG")])
            == "EntityNotFoundException"
        )
        assert code(get, **missing, ColumnNames=["long"]) == "EntityNotFoundException"
        assert code(delete, **missing, ColumnName="long") == "EntityNotFoundException"


def test_statistics_go_with_their_table_or_partition_and_stay_with_an_update(glue):
    names, where = ["s"], dict(TOP, PartitionValues=["2026", "01"])
    glue.create_partition(**TOP, PartitionInput=partition("2026", "01"))
    glue.update_column_statistics_for_partition(
        **where, ColumnStatisticsList=[statistics("STRING", "s")]
    )
    glue.update_column_statistics_for_table(**TOP, ColumnStatisticsList=[statistics("STRING", "s")])
    glue.update_partition(
        **TOP, PartitionValueList=["2026", "01"], PartitionInput=partition("2026", "01")
    )
    glue.update_table(
        DatabaseName="crimes",
        TableInput={"Name": "top", "StorageDescriptor": STORAGE, "PartitionKeys": KEYS},
    )
    assert told(glue.get_column_statistics_for_partition(**where, ColumnNames=names)) and told(
        glue.get_column_statistics_for_table(**TOP, ColumnNames=names)
    )
    glue.update_partition(
        **TOP, PartitionValueList=["2026", "01"], PartitionInput=partition("2026", "02")
    )
    where["PartitionValues"] = ["2026", "02"]
    assert told(glue.get_column_statistics_for_partition(**where, ColumnNames=names))
    glue.delete_partition(**TOP, PartitionValues=["2026", "02"])
    glue.create_partition(**TOP, PartitionInput=partition("2026", "02"))
    assert not told(glue.get_column_statistics_for_partition(**where, ColumnNames=names))
    glue.update_column_statistics_for_partition(
        **where, ColumnStatisticsList=[statistics("STRING", "s")]
    )
    glue.delete_table(DatabaseName="crimes", Name="top")
    glue.create_table(
        DatabaseName="crimes",
        TableInput={"Name": "top", "StorageDescriptor": STORAGE, "PartitionKeys": KEYS},
    )
    glue.create_partition(**TOP, PartitionInput=partition("2026", "02"))
    assert not told(glue.get_column_statistics_for_table(**TOP, ColumnNames=names)) and not told(
        glue.get_column_statistics_for_partition(**where, ColumnNames=names)
    )


def test_an_average_length_that_a_client_leaves_out_is_zero(freshet, glue):
    client = freshet.client("glue", config=botocore.config.Config(parameter_validation=False))
    text = statistics("STRING", "s")
    text["StatisticsData"]["StringColumnStatisticsData"] = {
        "MaximumLength": 3,
        "NumberOfNulls": 0,
        "NumberOfDistinctValues": 1,
    }
    assert (
        client.update_column_statistics_for_table(**TOP, ColumnStatisticsList=[text])["Errors"]
        == []
    )
    found = told(glue.get_column_statistics_for_table(**TOP, ColumnNames=["s"]))["s"][
        "StringColumnStatisticsData"
    ]
    assert found == {
        "MaximumLength": 3,
        "AverageLength": 0.0,
        "NumberOfNulls": 0,
        "NumberOfDistinctValues": 1,
    }


def test_batch_update_partition(glue):
    for month in ("01", "02"):
        glue.create_partition(**TOP, PartitionInput=partition("2026", month))
    entry = lambda month, now: {
        "PartitionValueList": ["2026", month],
        "PartitionInput": partition("2026", now),
    }
    errors = glue.batch_update_partition(
        **TOP,
        Entries=[
            entry("01", "11"),
            entry("09", "12"),
            {
                **entry("02", "02"),
                "PartitionInput": {**partition("2026", "02"), "Parameters": {"k": "v"}},
            },
        ],
    )["Errors"]
    assert [(one["PartitionValueList"], one["ErrorDetail"]["ErrorCode"]) for one in errors] == [
        (["2026", "09"], "EntityNotFoundException")
    ]
    assert [
        (one["Values"][1], one.get("Parameters"))
        for one in glue.get_partitions(**TOP)["Partitions"]
    ] == [("02", {"k": "v"}), ("11", None)]
    assert (
        code(
            glue.batch_update_partition,
            DatabaseName="crimes",
            TableName="none",
            Entries=[entry("01", "11")],
        )
        == "EntityNotFoundException"
    )


def test_user_defined_functions(freshet, glue):
    made = {
        "FunctionName": "Plus",
        "ClassName": "a.b.Plus",
        "OwnerName": "me",
        "OwnerType": "USER",
        "ResourceUris": [{"ResourceType": "JAR", "Uri": "s3://lake/a.jar"}],
    }
    assert (
        code(glue.get_user_defined_function, DatabaseName="crimes", FunctionName="plus")
        == "EntityNotFoundException"
    )
    assert (
        glue.get_user_defined_functions(DatabaseName="crimes", Pattern=".*")["UserDefinedFunctions"]
        == []
    )
    glue.create_user_defined_function(DatabaseName="Crimes", FunctionInput=made)
    assert (
        code(
            glue.create_user_defined_function,
            DatabaseName="crimes",
            FunctionInput=made | {"FunctionName": "plus"},
        )
        == "AlreadyExistsException"
    )
    assert (
        code(glue.create_user_defined_function, DatabaseName="none", FunctionInput=made)
        == "EntityNotFoundException"
    )
    freshet.kill9()
    freshet.restart()
    found = glue.get_user_defined_function(DatabaseName="crimes", FunctionName="PLUS")[
        "UserDefinedFunction"
    ]
    assert (
        {name: found[name] for name in made} == made
        and found["DatabaseName"] == "crimes"
        and found["CatalogId"] == "000000000000"
        and "CreateTime" in found
    )
    glue.update_user_defined_function(
        DatabaseName="crimes",
        FunctionName="plus",
        FunctionInput={"FunctionName": "minus", "ClassName": "a.b.Minus"},
    )
    assert (
        code(
            glue.update_user_defined_function,
            DatabaseName="crimes",
            FunctionName="plus",
            FunctionInput=made,
        )
        == "EntityNotFoundException"
    )
    glue.create_database(DatabaseInput={"Name": "other"})
    for name in ("a1", "a2", "a3"):
        glue.create_user_defined_function(
            DatabaseName="other",
            FunctionInput={
                "FunctionName": name,
                "ClassName": "c",
                "OwnerName": "o",
                "OwnerType": "USER",
            },
        )
    names = lambda **kw: [
        one["FunctionName"]
        for page in glue.get_paginator("get_user_defined_functions").paginate(
            PaginationConfig={"PageSize": 1}, **kw
        )
        for one in page["UserDefinedFunctions"]
    ]
    assert (
        names(Pattern=".*") == ["minus", "a1", "a2", "a3"]
        and names(Pattern="a*", DatabaseName="other") == ["a1", "a2", "a3"]
        and names(Pattern="a[13]") == ["a1", "a3"]
    )
    page = glue.get_user_defined_functions(Pattern="*", DatabaseName="other", MaxResults=1)
    glue.delete_user_defined_function(DatabaseName="other", FunctionName="a1")
    assert [
        one["FunctionName"]
        for one in glue.get_user_defined_functions(
            Pattern="*", DatabaseName="other", NextToken=page["NextToken"]
        )["UserDefinedFunctions"]
    ] == ["a2", "a3"]
    assert (
        code(glue.delete_user_defined_function, DatabaseName="other", FunctionName="a1")
        == "EntityNotFoundException"
    )
    glue.delete_database(Name="other")
    assert names(Pattern=".*") == ["minus"]


def test_column_statistics_are_deleted_of_one_column_in_one_place(glue):
    places = {
        "table": TOP,
        "first": dict(TOP, PartitionValues=["2026", "01"]),
        "second": dict(TOP, PartitionValues=["2026", "02"]),
    }
    both = [statistics("STRING", "s"), statistics("LONG", "n")]
    glue.update_column_statistics_for_table(**TOP, ColumnStatisticsList=both)
    for month in ("01", "02"):
        glue.create_partition(**TOP, PartitionInput=partition("2026", month))
        glue.update_column_statistics_for_partition(
            **TOP, PartitionValues=["2026", month], ColumnStatisticsList=both
        )
    left = lambda: {
        name: sorted(
            told(
                (
                    glue.get_column_statistics_for_table
                    if name == "table"
                    else glue.get_column_statistics_for_partition
                )(**place, ColumnNames=["s", "n"])
            )
        )
        for name, place in places.items()
    }
    glue.delete_column_statistics_for_partition(**places["first"], ColumnName="s")
    assert left() == {"table": ["n", "s"], "first": ["n"], "second": ["n", "s"]}
    glue.delete_column_statistics_for_table(**TOP, ColumnName="n")
    assert left() == {"table": ["s"], "first": ["n"], "second": ["n", "s"]}


def test_user_defined_functions_of_one_type(glue):
    for name, kind in (("a", "REGULAR_FUNCTION"), ("b", "AGGREGATE_FUNCTION"), ("c", None)):
        glue.create_user_defined_function(
            DatabaseName="crimes",
            FunctionInput={
                "FunctionName": name,
                "ClassName": "c",
                **({"FunctionType": kind} if kind else {}),
            },
        )
    found = glue.get_user_defined_functions(
        DatabaseName="crimes", Pattern=".*", FunctionType="AGGREGATE_FUNCTION"
    )["UserDefinedFunctions"]
    assert [(one["FunctionName"], one["FunctionType"]) for one in found] == [
        ("b", "AGGREGATE_FUNCTION")
    ]
