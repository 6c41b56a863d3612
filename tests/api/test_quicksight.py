"""QuickSight over the socket with boto3: sources, data sets, dashboards, ingestions, and all of
them after a restart.
"""

import copy
import json
import urllib.request

import botocore.exceptions
import pytest

SQL = "SELECT kind, count(*) AS n, sum(score) AS total FROM crimes GROUP BY kind ORDER BY kind"
ROWS = "".join(f"{i},{'THEFT' if i % 3 else 'ARSON'},{i}.5\n" for i in range(1, 31))


class QuickSight:
    def __init__(self, freshet):
        self.freshet = freshet
        self.client = freshet.client("quicksight")
        self.account = freshet.client("sts").get_caller_identity()["Account"]

    def __getattr__(self, name):
        return lambda **members: getattr(self.client, name)(AwsAccountId=self.account, **members)

    def arn(self, path):
        return f"arn:aws:quicksight:us-east-1:{self.account}:{path}"

    def sql_tables(self, sql=SQL, **more):
        return {
            "table": {
                "CustomSql": {
                    "DataSourceArn": self.arn("datasource/athena"),
                    "Name": "crimes",
                    "SqlQuery": sql,
                    **more,
                }
            }
        }

    def make_source(self):
        return self.create_data_source(
            DataSourceId="athena",
            Name="Athena",
            Type="ATHENA",
            DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
        )

    def make_set(self, **members):
        members = {
            "DataSetId": "crimes",
            "Name": "Crimes",
            "ImportMode": "DIRECT_QUERY",
            "PhysicalTableMap": self.sql_tables(),
            **members,
        }
        return self.create_data_set(**members)

    def measure(self, column, **more):
        return {
            "NumericalMeasureField": {
                "FieldId": f"f-{column}",
                "Column": self.column(column),
                **more,
            }
        }

    @staticmethod
    def column(name):
        return {"DataSetIdentifier": "data", "ColumnName": name}

    def definition(self, kind="ComboChart"):
        values = (
            {
                "BarValues": [
                    self.measure("n", AggregationFunction={"SimpleNumericalAggregation": "SUM"})
                ],
                "LineValues": [self.measure("total")],
            }
            if kind == "ComboChart"
            else {"Values": [self.measure("n")]}
        )
        wells = {
            "Category": [
                {"CategoricalDimensionField": {"FieldId": "f-kind", "Column": self.column("kind")}}
            ],
            "Colors": [],
            **values,
        }
        limit = "CategoryItemsLimitConfiguration" if kind == "LineChart" else "CategoryItemsLimit"
        visual = {
            "VisualId": "the-visual",
            "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": "Crimes"}},
            "ChartConfiguration": {
                "FieldWells": {f"{kind}AggregatedFieldWells": wells},
                "SortConfiguration": {limit: {"OtherCategories": "INCLUDE"}},
                "Legend": {"Visibility": "HIDDEN"},
            },
        }
        return {
            "DataSetIdentifierDeclarations": [
                {"Identifier": "data", "DataSetArn": self.arn("dataset/crimes")}
            ],
            "Sheets": [
                {"SheetId": "the-sheet", "Name": "Sheet", "Visuals": [{f"{kind}Visual": visual}]}
            ],
        }


def refused(code, call, **members):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**members)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"].get("Message") or caught.value.response.get("Message")


@pytest.fixture
def quick(freshet):
    s3, athena = freshet.client("s3"), freshet.client("athena")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="crimes/a.csv", Body=ROWS.encode())
    query = athena.start_query_execution(
        QueryString="CREATE EXTERNAL TABLE crimes (id bigint, kind string, score double) "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY "
        "',' LOCATION 's3://lake/crimes/'",
        ResultConfiguration={"OutputLocation": "s3://lake/results/"},
    )["QueryExecutionId"]
    freshet.until(
        lambda: (
            athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
            == "SUCCEEDED"
        )
    )
    return QuickSight(freshet)


def ended(quick, ingestion):
    def found():
        told = quick.describe_ingestion(DataSetId="crimes", IngestionId=ingestion)["Ingestion"]
        return told if told["IngestionStatus"] != "RUNNING" else None

    return quick.freshet.until(found)


def test_data_sources(quick):
    made = quick.make_source()
    assert (
        made["Arn"] == quick.arn("datasource/athena")
        and made["CreationStatus"] == "CREATION_SUCCESSFUL"
        and made["Status"] == 202
    )
    refused("ResourceExistsException", quick.make_source)
    told = quick.describe_data_source(DataSourceId="athena")["DataSource"]
    assert told["Type"] == "ATHENA" and told["DataSourceParameters"] == {
        "AthenaParameters": {"WorkGroup": "primary"}
    }
    quick.freshet.advance(1000)
    assert (
        quick.update_data_source(DataSourceId="athena", Name="Renamed")["UpdateStatus"]
        == "UPDATE_SUCCESSFUL"
    )
    told = quick.describe_data_source(DataSourceId="athena")["DataSource"]
    assert told["Name"] == "Renamed" and told["LastUpdatedTime"] > told["CreatedTime"]
    for number in range(3):
        quick.create_data_source(DataSourceId=f"more-{number}", Name="More", Type="ATHENA")
    page = quick.list_data_sources(MaxResults=2)
    rest = quick.list_data_sources(MaxResults=2, NextToken=page["NextToken"])
    assert [one["DataSourceId"] for one in page["DataSources"] + rest["DataSources"]] == [
        "athena",
        "more-0",
        "more-1",
        "more-2",
    ]
    assert "NextToken" not in rest
    quick.delete_data_source(DataSourceId="more-1")
    refused("ResourceNotFoundException", quick.describe_data_source, DataSourceId="more-1")
    refused("ResourceNotFoundException", quick.update_data_source, DataSourceId="more-1", Name="x")
    refused("ResourceNotFoundException", quick.delete_data_source, DataSourceId="more-1")
    wrong = {"DataSourceId": "wrong", "Name": "Wrong"}
    assert "S3" in refused(
        "InvalidParameterValueException", quick.create_data_source, Type="S3", **wrong
    )
    refused(
        "InvalidParameterValueException",
        quick.create_data_source,
        Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": "absent"}},
        **wrong,
    )
    assert "Tags" in refused(
        "InvalidParameterValueException",
        quick.create_data_source,
        Type="ATHENA",
        Tags=[{"Key": "k", "Value": "v"}],
        **wrong,
    )
    refused("AccessDeniedException", quick.client.list_data_sources, AwsAccountId="999999999999")


def test_data_sets(quick):
    assert "athena" in refused("InvalidParameterValueException", quick.make_set)
    quick.make_source()
    assert quick.make_set()["Status"] == 201
    refused("ResourceExistsException", quick.make_set)
    told = quick.describe_data_set(DataSetId="crimes")["DataSet"]
    assert told["PhysicalTableMap"] == quick.sql_tables() and told["ImportMode"] == "DIRECT_QUERY"
    assert [(one["Name"], one["Type"]) for one in told["OutputColumns"]] == [
        ("kind", "STRING"),
        ("n", "INTEGER"),
        ("total", "DECIMAL"),
    ]
    table = {
        "t": {
            "RelationalTable": {
                "DataSourceArn": quick.arn("datasource/athena"),
                "Catalog": "AwsDataCatalog",
                "Schema": "default",
                "Name": "crimes",
                "InputColumns": [
                    {"Name": "id", "Type": "INTEGER"},
                    {"Name": "kind", "Type": "STRING"},
                ],
            }
        }
    }
    logical = {"l": {"Alias": "crimes", "Source": {"PhysicalTableId": "t"}}}
    quick.make_set(DataSetId="table", PhysicalTableMap=table, LogicalTableMap=logical)
    told = quick.describe_data_set(DataSetId="table")["DataSet"]
    assert told["PhysicalTableMap"] == table and told["LogicalTableMap"] == logical
    assert [one["Name"] for one in told["OutputColumns"]] == ["id", "kind"]
    quick.update_data_set(
        DataSetId="table",
        Name="Now SQL",
        ImportMode="DIRECT_QUERY",
        PhysicalTableMap=quick.sql_tables("SELECT 1 AS one"),
    )
    told = quick.describe_data_set(DataSetId="table")["DataSet"]
    assert told["Name"] == "Now SQL" and told["OutputColumns"] == [
        {"Name": "one", "Type": "INTEGER"}
    ]
    assert [one["DataSetId"] for one in quick.list_data_sets()["DataSetSummaries"]] == [
        "crimes",
        "table",
    ]
    refused("ConflictException", quick.delete_data_source, DataSourceId="athena")
    quick.delete_data_set(DataSetId="table")
    refused("ResourceNotFoundException", quick.describe_data_set, DataSetId="table")


@pytest.mark.parametrize(
    "tables, why",
    [
        (lambda q: q.sql_tables("SELECT nothing FROM crimes"), "nothing"),
        (lambda q: q.sql_tables("SELEC 1"), "line 1:1"),
        (lambda q: q.sql_tables("DROP TABLE crimes"), "SELECT"),
        (lambda q: q.sql_tables(Columns=[{"Name": "absent", "Type": "STRING"}]), "absent"),
        (lambda q: q.sql_tables(Columns=[{"Name": "kind", "Type": "INTEGER"}]), "kind"),
        (lambda q: {**q.sql_tables(), "other": q.sql_tables()["table"]}, "one physical table"),
        (
            lambda q: {
                "t": {
                    "S3Source": {
                        "DataSourceArn": q.arn("datasource/athena"),
                        "InputColumns": [{"Name": "a", "Type": "STRING"}],
                    }
                }
            },
            "S3Source",
        ),
    ],
)
def test_data_sets_that_are_refused(quick, tables, why):
    quick.make_source()
    assert why in refused(
        "InvalidParameterValueException", quick.make_set, PhysicalTableMap=tables(quick)
    )
    assert quick.list_data_sets()["DataSetSummaries"] == []
    quick.make_set()  # the table is still there


def test_dashboards(quick):
    quick.make_source()
    quick.make_set()
    made = quick.create_dashboard(
        DashboardId="board",
        Name="Board",
        Definition=quick.definition(),
        VersionDescription="first",
        DashboardPublishOptions={"AdHocFilteringOption": {"AvailabilityStatus": "DISABLED"}},
    )
    assert made["Arn"] == quick.arn("dashboard/board") and made["VersionArn"] == quick.arn(
        "dashboard/board/version/1"
    )
    refused(
        "ResourceExistsException",
        quick.create_dashboard,
        DashboardId="board",
        Name="Board",
        Definition=quick.definition(),
    )
    told = quick.describe_dashboard_definition(DashboardId="board")
    wanted = quick.definition()
    assert told["Definition"] == wanted and told["Name"] == "Board"
    assert told["DashboardPublishOptions"] == {
        "AdHocFilteringOption": {"AvailabilityStatus": "DISABLED"}
    }
    version = quick.describe_dashboard(DashboardId="board")["Dashboard"]["Version"]
    assert (
        version["Sheets"] == [{"SheetId": "the-sheet", "Name": "Sheet"}]
        and version["Description"] == "first"
    )
    assert version["DataSetArns"] == [quick.arn("dataset/crimes")] and version["VersionNumber"] == 1
    refused("ConflictException", quick.delete_data_set, DataSetId="crimes")
    for number, kind in ((2, "BarChart"), (3, "LineChart")):
        changed = quick.update_dashboard(
            DashboardId="board", Name="Changed", Definition=quick.definition(kind)
        )
        assert changed["VersionArn"] == quick.arn(f"dashboard/board/version/{number}")
        assert quick.describe_dashboard_definition(DashboardId="board")[
            "Definition"
        ] == quick.definition(kind)
    refused(
        "ResourceNotFoundException", quick.describe_dashboard, DashboardId="board", VersionNumber=1
    )
    assert (
        quick.describe_dashboard(DashboardId="board", VersionNumber=3)["Dashboard"]["Name"]
        == "Changed"
    )
    for describe in (quick.describe_dashboard, quick.describe_dashboard_definition):
        assert describe(DashboardId="board", AliasName="$PUBLISHED")["Status"] == 200
        refused("ResourceNotFoundException", describe, DashboardId="board", AliasName="other")
    (summary,) = quick.list_dashboards()["DashboardSummaryList"]
    assert summary["DashboardId"] == "board" and summary["PublishedVersionNumber"] == 3
    assert quick.delete_dashboard(DashboardId="board")["Arn"] == made["Arn"]
    refused("ResourceNotFoundException", quick.describe_dashboard, DashboardId="board")
    refused("ResourceNotFoundException", quick.delete_dashboard, DashboardId="board")
    refused(
        "ResourceNotFoundException",
        quick.update_dashboard,
        DashboardId="board",
        Name="x",
        Definition=quick.definition(),
    )
    quick.delete_data_set(DataSetId="crimes")


def shown(quick):
    """The state of the dashboard that the user interface receives, once."""
    with urllib.request.urlopen(
        f"{quick.freshet.endpoint}/_freshet/api/live?topic=dashboard:board", timeout=30
    ) as events:
        for line in events:
            if line.startswith(b"data:"):
                return json.loads(line[5:])


def test_a_dashboard_shows_its_rows(quick):
    quick.make_source()
    quick.make_set()
    quick.create_dashboard(DashboardId="board", Name="Board", Definition=quick.definition())
    (listed,) = json.loads(quick.freshet.get("/_freshet/api/dashboards"))["dashboards"]
    assert (listed["category"], listed["bars"], listed["lines"]) == ("kind", ["n"], ["total"])
    assert shown(quick)["rows"] == [["ARSON", "10", "170.0"], ["THEFT", "20", "310.0"]]
    quick.freshet.client("s3").put_object(Bucket="lake", Key="crimes/b.csv", Body=b"31,ARSON,1\n")
    assert shown(quick)["rows"][0] == ["ARSON", "10", "170.0"]  # not older than refresh_every
    quick.freshet.advance(1000)
    assert shown(quick)["rows"][0] == ["ARSON", "11", "171.0"]
    quick.freshet.client("s3").delete_object(Bucket="lake", Key="crimes/a.csv")
    quick.freshet.client("glue").delete_table(DatabaseName="default", Name="crimes")
    quick.freshet.advance(1000)
    told = shown(quick)
    assert "crimes" in told["error"] and told["rows"][0] == ["ARSON", "11", "171.0"]


def combo(definition):
    return definition["Sheets"][0]["Visuals"][0]["ComboChartVisual"]


def wells(definition):
    return combo(definition)["ChartConfiguration"]["FieldWells"]["ComboChartAggregatedFieldWells"]


def another_sheet(quick, definition):
    definition["Sheets"].append({**definition["Sheets"][0], "SheetId": "second"})


def a_table(quick, definition):
    definition["Sheets"][0]["Visuals"] = [{"TableVisual": {"VisualId": "v"}}]


def a_filter(quick, definition):
    definition["FilterGroups"] = [
        {
            "FilterGroupId": "g",
            "Filters": [],
            "CrossDataset": "ALL_DATASETS",
            "ScopeConfiguration": {"AllSheets": {}},
        }
    ]


def a_sort(quick, definition):
    combo(definition)["ChartConfiguration"]["SortConfiguration"] = {
        "CategorySort": [{"FieldSort": {"FieldId": "f-n", "Direction": "ASC"}}]
    }


def an_average(quick, definition):
    wells(definition)["BarValues"] = [
        quick.measure("n", AggregationFunction={"SimpleNumericalAggregation": "AVERAGE"})
    ]


def a_colour(quick, definition):
    wells(definition)["Colors"] = wells(definition)["Category"]


def an_absent_column(quick, definition):
    wells(definition)["LineValues"] = [quick.measure("absent")]


def an_absent_set(quick, definition):
    definition["DataSetIdentifierDeclarations"][0]["DataSetArn"] = quick.arn("dataset/absent")


def another_identifier(quick, definition):
    definition["DataSetIdentifierDeclarations"][0]["Identifier"] = "other"


@pytest.mark.parametrize(
    "change, why",
    [
        (another_sheet, "one sheet"),
        (a_table, "TableVisual"),
        (a_filter, "FilterGroups"),
        (a_sort, "CategorySort"),
        (an_average, "AVERAGE"),
        (a_colour, "Colors"),
        (an_absent_column, "absent"),
        (an_absent_set, "absent"),
        (another_identifier, "identifier data"),
    ],
)
def test_dashboards_that_are_refused(quick, change, why):
    quick.make_source()
    quick.make_set()
    definition = copy.deepcopy(quick.definition())
    change(quick, definition)
    assert why in refused(
        "InvalidParameterValueException",
        quick.create_dashboard,
        DashboardId="board",
        Name="Board",
        Definition=definition,
    )
    assert quick.list_dashboards()["DashboardSummaryList"] == []


def test_a_template_is_refused(quick):
    source = {
        "SourceTemplate": {
            "DataSetReferences": [
                {"DataSetPlaceholder": "p", "DataSetArn": quick.arn("dataset/crimes")}
            ],
            "Arn": quick.arn("template/t"),
        }
    }
    assert "SourceEntity" in refused(
        "InvalidParameterValueException",
        quick.create_dashboard,
        DashboardId="board",
        Name="Board",
        SourceEntity=source,
    )


def test_ingestions(quick):
    quick.make_source()
    made = quick.make_set(ImportMode="SPICE")
    assert made["IngestionArn"] == quick.arn(f"dataset/crimes/ingestion/{made['IngestionId']}")
    assert ended(quick, made["IngestionId"])["IngestionStatus"] == "COMPLETED"
    started = quick.create_ingestion(
        DataSetId="crimes", IngestionId="one", IngestionType="FULL_REFRESH"
    )
    assert started["Status"] == 201 and started["Arn"] == quick.arn("dataset/crimes/ingestion/one")
    refused(
        "ResourceExistsException", quick.create_ingestion, DataSetId="crimes", IngestionId="one"
    )
    told = ended(quick, "one")
    assert told["IngestionStatus"] == "COMPLETED"
    assert told["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 0, "TotalRowsInDataset": 2}
    refused(
        "ResourceNotFoundException",
        quick.describe_ingestion,
        DataSetId="crimes",
        IngestionId="absent",
    )
    refused(
        "ResourceNotFoundException", quick.create_ingestion, DataSetId="absent", IngestionId="one"
    )
    quick.freshet.client("glue").delete_table(DatabaseName="default", Name="crimes")
    quick.create_ingestion(DataSetId="crimes", IngestionId="two")
    told = ended(quick, "two")
    assert told["IngestionStatus"] == "FAILED" and "crimes" in told["ErrorInfo"]["Message"]
    refused(
        "InvalidParameterValueException",
        quick.create_ingestion,
        DataSetId="crimes",
        IngestionId="three",
        IngestionType="INCREMENTAL_REFRESH",
    )


def test_a_direct_query_has_no_ingestion(quick):
    quick.make_source()
    assert "IngestionArn" not in quick.make_set()
    refused(
        "InvalidParameterValueException",
        quick.create_ingestion,
        DataSetId="crimes",
        IngestionId="one",
    )


def test_everything_is_there_after_a_restart(quick):
    quick.make_source()
    quick.make_set(ImportMode="SPICE")
    quick.create_ingestion(DataSetId="crimes", IngestionId="one")
    ended(quick, "one")
    quick.create_dashboard(DashboardId="board", Name="Board", Definition=quick.definition())

    def everything():
        answers = [
            quick.describe_data_source(DataSourceId="athena"),
            quick.describe_data_set(DataSetId="crimes"),
            quick.describe_dashboard(DashboardId="board"),
            quick.describe_dashboard_definition(DashboardId="board"),
            quick.describe_ingestion(DataSetId="crimes", IngestionId="one"),
        ]
        return [
            {
                name: value
                for name, value in answer.items()
                if name not in ("ResponseMetadata", "RequestId")
            }
            for answer in answers
        ]

    before = everything()
    quick.freshet.restart()
    assert everything() == before
    refused("ConflictException", quick.delete_data_set, DataSetId="crimes")
    quick.create_ingestion(DataSetId="crimes", IngestionId="two")
    assert ended(quick, "two")["IngestionStatus"] == "COMPLETED"
