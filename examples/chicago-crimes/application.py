"""The streaming part of the article's pipeline, made with boto3: the function, the discovered schema, the SQL, its output;
and the same windows recomputed in Python from what GetRecords gives."""
import base64
import collections
import csv
import pathlib
import string

import package
from aws_kinesis_agg import deaggregator

HERE = pathlib.Path(__file__).resolve().parent
FUNCTION, APPLICATION, DELIVERY, ERRORS = "preprocess", "top-locations", "top-locations", "crimes-errors"
PREFIX = "top-locations/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
ITEMS = 10


def arn(service, resource):
    return f"arn:aws:{service}:us-east-1:000000000000:{resource}"


class Streaming:
    """`clients` by service name; `role` for all of it."""

    def __init__(self, clients, stream, bucket, role, window_seconds, buffer_seconds):
        self.clients, self.stream, self.bucket, self.role = clients, stream, bucket, role
        self.window_seconds, self.buffer_seconds = window_seconds, buffer_seconds
        self.processing = {"InputLambdaProcessor": {"ResourceARN": arn("lambda", f"function:{FUNCTION}"), "RoleARN": role}}

    def make_function(self):
        return self.clients["lambda"].create_function(
            FunctionName=FUNCTION, Runtime="python3.11", Handler="preprocess.lambda_handler", Role=self.role, Timeout=60, MemorySize=512,
            Code={"ZipFile": package.preprocessor()})

    def discover(self):
        """The schema that Freshet sees in the first records, through the function."""
        return self.clients["kinesisanalytics"].discover_input_schema(
            ResourceARN=arn("kinesis", f"stream/{self.stream}"), RoleARN=self.role, InputProcessingConfiguration=self.processing,
            InputStartingPositionConfiguration={"InputStartingPosition": "TRIM_HORIZON"})["InputSchema"]

    def make_application(self, schema, names):
        """`names` for the discovered columns; texts get room for rows that the sample did not show."""
        for column, name in zip(schema["RecordColumns"], names, strict=True):
            column["Name"] = name
            if not column["SqlType"].startswith("BOOLEAN"):
                column["SqlType"] = "VARCHAR(512)" if column["SqlType"].startswith("VARCHAR") else column["SqlType"]
        self.clients["firehose"].create_delivery_stream(
            DeliveryStreamName=DELIVERY, ExtendedS3DestinationConfiguration={
                "RoleARN": self.role, "BucketARN": f"arn:aws:s3:::{self.bucket}", "Prefix": PREFIX, "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": self.buffer_seconds}})
        self.clients["kinesis"].create_stream(StreamName=ERRORS, ShardCount=1)
        code = string.Template((HERE / "top_locations.sql").read_text()).substitute(WINDOW_SECONDS=self.window_seconds)
        self.clients["kinesisanalytics"].create_application(
            ApplicationName=APPLICATION, ApplicationCode=code,
            Inputs=[{"NamePrefix": "SOURCE_SQL_STREAM", "InputSchema": schema, "InputProcessingConfiguration": self.processing,
                     "KinesisStreamsInput": {"ResourceARN": arn("kinesis", f"stream/{self.stream}"), "RoleARN": self.role}}],
            Outputs=[{"Name": "DESTINATION_SQL_STREAM", "DestinationSchema": {"RecordFormatType": "CSV"},
                      "KinesisFirehoseOutput": {"ResourceARN": arn("firehose", f"deliverystream/{DELIVERY}"), "RoleARN": self.role}},
                     {"Name": "error_stream", "DestinationSchema": {"RecordFormatType": "JSON"},
                      "KinesisStreamsOutput": {"ResourceARN": arn("kinesis", f"stream/{ERRORS}"), "RoleARN": self.role}}])
        return code

    def start(self):
        self.clients["kinesisanalytics"].start_application(ApplicationName=APPLICATION, InputConfigurations=[
            {"Id": "1.1", "InputStartingPositionConfiguration": {"InputStartingPosition": "TRIM_HORIZON"}}])

    def records(self, stream):
        """All records that GetRecords gives, of all shards."""
        kinesis = self.clients["kinesis"]
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            while True:
                answer = kinesis.get_records(ShardIterator=iterator)
                yield from answer["Records"]
                iterator = answer["NextShardIterator"]
                if answer["MillisBehindLatest"] == 0:
                    break

    def expected_windows(self, place):
        """{(window's end in milliseconds, place, crimes)}: the top of each window by arrival time, recomputed."""
        counts = collections.defaultdict(collections.Counter)
        for record in self.records(self.stream):
            arrival_ms = round(record["ApproximateArrivalTimestamp"].timestamp() * 1000)
            end_ms = (arrival_ms // (self.window_seconds * 1000) + 1) * self.window_seconds * 1000
            event = [{"kinesis": {"data": base64.b64encode(record["Data"]), "partitionKey": record["PartitionKey"], "sequenceNumber": record["SequenceNumber"],
                                  "approximateArrivalTimestamp": 0, "kinesisSchemaVersion": "1.0"}}]
            for user in deaggregator.iter_deaggregate_records(event):
                for row in csv.reader([base64.b64decode(user["kinesis"]["data"]).decode()]):
                    counts[end_ms][row[place]] += 1
        return {(end_ms, name, crimes) for end_ms, counter in counts.items()
                for name, crimes in sorted(counter.items(), key=lambda item: (-item[1], item[0].encode()))[:ITEMS]}
