"""Creates the pipeline of pipeline.yaml with boto3 calls only: the same names, settings and code,
on Freshet or on AWS.

python setup_with_boto3.py [--endpoint URL] [--set WINDOW_SECONDS=10 ...]

Credentials and region come from the environment, as for every client of AWS.
"""

import argparse
import pathlib
import string
import sys
import time

import boto3
import generate
import package

HERE = pathlib.Path(__file__).resolve().parent
PARAMETERS = {
    "WINDOW_SECONDS": "60",
    "BUFFER_SECONDS": "300",
    "PARTITIONS_SCHEDULE": "cron(0 * * * ? *)",
}
HOURLY = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
TYPES = {
    "ID": "INTEGER",
    "Arrest": "BOOLEAN",
    "Domestic": "BOOLEAN",
    "Ward": "INTEGER",
    "Community Area": "INTEGER",
    "X Coordinate": "INTEGER",
    "Y Coordinate": "INTEGER",
    "Year": "INTEGER",
    "Latitude": "DOUBLE",
    "Longitude": "DOUBLE",
}
VIEW = (
    "SELECT location_description AS place, COUNT(*) AS crimes, SUM(CASE WHEN lower(arrest) "
    "= 'true' THEN 1 ELSE 0 END) AS arrests "
    "FROM crimes.reports GROUP BY location_description"
)
DATA_SET = (
    "SELECT place, crimes, arrests FROM crimes.top_places ORDER BY crimes DESC, place LIMIT 10"
)


class Setup:
    def __init__(self, endpoint, parameters):
        self.parameters = PARAMETERS | parameters
        self.session = boto3.session.Session()
        self.endpoint = endpoint
        self.account = self.client("sts").get_caller_identity()["Account"]
        self.role = f"arn:aws:iam::{self.account}:role/freshet-pipeline"

    def client(self, service):
        return self.session.client(
            service, endpoint_url=self.endpoint, region_name=self.session.region_name or "us-east-1"
        )

    def arn(self, service, resource):
        return (
            f"arn:aws:{service}:{self.session.region_name or 'us-east-1'}:{self.account}:{resource}"
        )

    def make(self):
        self.client("iam").create_role(
            RoleName="freshet-pipeline",
            AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}',
        )
        for bucket in ("crimes-lake", "crimes-results"):
            self.client("s3").create_bucket(Bucket=bucket)
        kinesis = self.client("kinesis")
        for stream, shards in (("crimes", 2), ("crimes-errors", 1)):
            kinesis.create_stream(StreamName=stream, ShardCount=shards)
            kinesis.get_waiter("stream_exists").wait(StreamName=stream)
        self.make_functions()
        self.make_delivery_streams()
        self.make_application()
        self.make_catalog()
        self.make_job()
        self.make_rule()
        self.make_view()
        self.make_dashboard()

    def make_functions(self):
        functions = self.client("lambda")
        functions.create_function(
            FunctionName="preprocess",
            Runtime=f"python3.{sys.version_info.minor}",
            Handler="preprocess.lambda_handler",
            Role=self.role,
            Timeout=60,
            MemorySize=512,
            Code={"ZipFile": package.preprocessor()},
        )
        functions.create_function(
            FunctionName="partitions",
            Runtime=f"python3.{sys.version_info.minor}",
            Handler="partitions.lambda_handler",
            Role=self.role,
            Timeout=60,
            Environment={"Variables": {"DATABASE": "crimes", "TABLE": "reports"}},
            Code={"ZipFile": package.zipped("partitions.py")},
        )

    def destination(self, prefix):
        return {
            "RoleARN": self.role,
            "BucketARN": "arn:aws:s3:::crimes-lake",
            "Prefix": prefix + HOURLY,
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "BufferingHints": {
                "SizeInMBs": 5,
                "IntervalInSeconds": int(self.parameters["BUFFER_SECONDS"]),
            },
        }

    def make_delivery_streams(self):
        firehose = self.client("firehose")
        firehose.create_delivery_stream(
            DeliveryStreamName="crimes-to-lake",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={
                "KinesisStreamARN": self.arn("kinesis", "stream/crimes"),
                "RoleARN": self.role,
            },
            ExtendedS3DestinationConfiguration=self.destination("crimes/"),
            Tags=[{"Key": "freshet:register-partitions", "Value": "crimes.reports"}],
        )
        firehose.create_delivery_stream(
            DeliveryStreamName="top-locations",
            ExtendedS3DestinationConfiguration=self.destination("top-locations/"),
        )

    def make_application(self):
        analytics = self.client("kinesisanalytics")
        schema = {
            "RecordFormat": {
                "RecordFormatType": "CSV",
                "MappingParameters": {
                    "CSVMappingParameters": {
                        "RecordRowDelimiter": "\n",
                        "RecordColumnDelimiter": ",",
                    }
                },
            },
            "RecordEncoding": "UTF-8",
            "RecordColumns": [
                {"Name": name, "SqlType": TYPES.get(name, "VARCHAR(512)")}
                for name in generate.COLUMNS
            ],
        }
        analytics.create_application(
            ApplicationName="top-locations",
            ApplicationCode=string.Template((HERE / "top_locations.sql").read_text()).substitute(
                self.parameters
            ),
            Inputs=[
                {
                    "NamePrefix": "SOURCE_SQL_STREAM",
                    "InputSchema": schema,
                    "InputProcessingConfiguration": {
                        "InputLambdaProcessor": {
                            "ResourceARN": self.arn("lambda", "function:preprocess"),
                            "RoleARN": self.role,
                        }
                    },
                    "KinesisStreamsInput": {
                        "ResourceARN": self.arn("kinesis", "stream/crimes"),
                        "RoleARN": self.role,
                    },
                }
            ],
            Outputs=[
                {
                    "Name": "DESTINATION_SQL_STREAM",
                    "DestinationSchema": {"RecordFormatType": "CSV"},
                    "KinesisFirehoseOutput": {
                        "ResourceARN": self.arn("firehose", "deliverystream/top-locations"),
                        "RoleARN": self.role,
                    },
                },
                {
                    "Name": "error_stream",
                    "DestinationSchema": {"RecordFormatType": "JSON"},
                    "KinesisStreamsOutput": {
                        "ResourceARN": self.arn("kinesis", "stream/crimes-errors"),
                        "RoleARN": self.role,
                    },
                },
            ],
        )
        inputs = analytics.describe_application(ApplicationName="top-locations")[
            "ApplicationDetail"
        ]["InputDescriptions"]
        analytics.start_application(
            ApplicationName="top-locations",
            InputConfigurations=[
                {
                    "Id": inputs[0]["InputId"],
                    "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"},
                }
            ],
        )

    def make_catalog(self):
        glue = self.client("glue")
        glue.create_database(DatabaseInput={"Name": "crimes"})
        names = [name.lower().replace(" ", "_") for name in generate.COLUMNS]
        columns = [
            {"Name": "year_" if name == "year" else name, "Type": "string"} for name in names
        ]
        hive = "org.apache.hadoop.hive"
        for table, folder, formats in (
            (
                "reports",
                "crimes",
                (
                    "org.apache.hadoop.mapred.TextInputFormat",
                    f"{hive}.ql.io.HiveIgnoreKeyTextOutputFormat",
                    f"{hive}.serde2.OpenCSVSerde",
                ),
            ),
            (
                "reports_parquet",
                "crimes-parquet",
                (
                    f"{hive}.ql.io.parquet.MapredParquetInputFormat",
                    f"{hive}.ql.io.parquet.MapredParquetOutputFormat",
                    f"{hive}.ql.io.parquet.serde.ParquetHiveSerDe",
                ),
            ),
        ):
            glue.create_table(
                DatabaseName="crimes",
                TableInput={
                    "Name": table,
                    "TableType": "EXTERNAL_TABLE",
                    "Parameters": {"EXTERNAL": "TRUE"},
                    "PartitionKeys": [
                        {"Name": name, "Type": "string"}
                        for name in ("year", "month", "day", "hour")
                    ],
                    "StorageDescriptor": {
                        "Columns": columns,
                        "Location": f"s3://crimes-lake/{folder}/",
                        "InputFormat": formats[0],
                        "OutputFormat": formats[1],
                        "SerdeInfo": {"SerializationLibrary": formats[2]},
                    },
                },
            )
        glue.create_crawler(
            Name="top-locations",
            Role=self.role,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": "s3://crimes-lake/top-locations/"}]},
        )

    def make_job(self):
        """The ETL step, after each crawl. Scripts of SQL (freshetsql) are Freshet's own."""
        script = "scripts/optimize.sql"
        self.client("s3").put_object(
            Bucket="crimes-results", Key=script, Body=(HERE / "optimize.sql").read_bytes()
        )
        glue = self.client("glue")
        glue.create_job(
            Name="optimize",
            Role=self.role,
            Command={"Name": "freshetsql", "ScriptLocation": f"s3://crimes-results/{script}"},
            DefaultArguments={"--TempDir": "s3://crimes-results/"},
            MaxRetries=1,
            Description="the article's ETL step",
        )
        glue.create_trigger(
            Name="after-the-crawl",
            Type="CONDITIONAL",
            StartOnCreation=True,
            Predicate={
                "Logical": "AND",
                "Conditions": [
                    {
                        "LogicalOperator": "EQUALS",
                        "CrawlerName": "top-locations",
                        "CrawlState": "SUCCEEDED",
                    }
                ],
            },
            Actions=[{"JobName": "optimize"}],
        )

    def make_rule(self):
        events = self.client("events")
        rule = events.put_rule(
            Name="register-partitions",
            ScheduleExpression=self.parameters["PARTITIONS_SCHEDULE"],
            State="ENABLED",
        )["RuleArn"]
        self.client("lambda").add_permission(
            FunctionName="partitions",
            StatementId="register-partitions",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
        events.put_targets(
            Rule="register-partitions",
            Targets=[
                {
                    "Id": "partitions",
                    "Arn": self.arn("lambda", "function:partitions"),
                    "Input": "{}",
                }
            ],
        )

    def make_view(self):
        athena = self.client("athena")
        execution = athena.start_query_execution(
            QueryString=f'CREATE OR REPLACE VIEW "crimes"."top_places" AS {VIEW}',
            QueryExecutionContext={"Database": "crimes"},
            ResultConfiguration={"OutputLocation": "s3://crimes-results/"},
        )["QueryExecutionId"]
        while (
            status := athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"][
                "Status"
            ]
        )["State"] in ("QUEUED", "RUNNING"):
            time.sleep(0.1)
        if status["State"] != "SUCCEEDED":
            raise SystemExit(f"the view was refused: {status.get('StateChangeReason')}")

    def make_dashboard(self):
        quicksight = self.client("quicksight")
        source = quicksight.create_data_source(
            AwsAccountId=self.account,
            DataSourceId="athena",
            Name="athena",
            Type="ATHENA",
            DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
        )["Arn"]
        columns = [
            {"Name": "place", "Type": "STRING"},
            {"Name": "crimes", "Type": "INTEGER"},
            {"Name": "arrests", "Type": "INTEGER"},
        ]
        data_set = quicksight.create_data_set(
            AwsAccountId=self.account,
            DataSetId="top-places",
            Name="Top places",
            ImportMode="DIRECT_QUERY",
            PhysicalTableMap={
                "top-places": {
                    "CustomSql": {
                        "DataSourceArn": source,
                        "Name": "Top places",
                        "SqlQuery": DATA_SET,
                        "Columns": columns,
                    }
                }
            },
        )["Arn"]

        def column(name):
            return {
                "FieldId": name,
                "Column": {"DataSetIdentifier": "top-places", "ColumnName": name},
            }

        wells = {
            "Category": [{"CategoricalDimensionField": column("place")}],
            "BarValues": [{"NumericalMeasureField": column("crimes")}],
            "LineValues": [{"NumericalMeasureField": column("arrests")}],
        }
        quicksight.create_dashboard(
            AwsAccountId=self.account,
            DashboardId="crimes",
            Name="Crimes and arrests by place",
            Definition={
                "DataSetIdentifierDeclarations": [
                    {"Identifier": "top-places", "DataSetArn": data_set}
                ],
                "Sheets": [
                    {
                        "SheetId": "sheet",
                        "Name": "Crimes and arrests by place",
                        "Visuals": [
                            {
                                "ComboChartVisual": {
                                    "VisualId": "visual",
                                    "ChartConfiguration": {
                                        "FieldWells": {"ComboChartAggregatedFieldWells": wells}
                                    },
                                }
                            }
                        ],
                    }
                ],
            },
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--endpoint",
        help="such as http://127.0.0.1:4566; AWS_ENDPOINT_URL or AWS itself when not given",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"over the defaults: {PARAMETERS}",
    )
    options = parser.parse_args()
    Setup(options.endpoint, dict(one.split("=", 1) for one in options.set)).make()


if __name__ == "__main__":
    main()
