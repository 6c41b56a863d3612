"""Checks the streaming part of the article's pipeline with boto3: compares the schema that Freshet
discovers with the one in pipeline.yaml, and recomputes the windows in Python from the records of
GetRecords.
"""

import base64
import collections
import csv

from aws_kinesis_agg import deaggregator

FUNCTION, APPLICATION, ERRORS = "preprocess", "top-locations", "crimes-errors"
ITEMS = 10


def arn(service, resource):
    return f"arn:aws:{service}:us-east-1:000000000000:{resource}"


def fits(found, stated):
    """True when a column of the type `stated` accepts the sample: a text accepts everything, and
    has room for other rows.
    """
    return stated.startswith("VARCHAR") or stated == found


class Streaming:
    """`clients` by service name; one `role` for everything."""

    def __init__(self, clients, stream, role, window_seconds):
        self.clients, self.stream, self.role, self.window_seconds = (
            clients,
            stream,
            role,
            window_seconds,
        )

    def discover(self):
        """The schema that Freshet discovers in the first records, after the function."""
        return self.clients["kinesisanalytics"].discover_input_schema(
            ResourceARN=arn("kinesis", f"stream/{self.stream}"),
            RoleARN=self.role,
            InputProcessingConfiguration={
                "InputLambdaProcessor": {
                    "ResourceARN": arn("lambda", f"function:{FUNCTION}"),
                    "RoleARN": self.role,
                }
            },
            InputStartingPositionConfiguration={"InputStartingPosition": "TRIM_HORIZON"},
        )["InputSchema"]

    def stated_columns(self):
        detail = self.clients["kinesisanalytics"].describe_application(ApplicationName=APPLICATION)[
            "ApplicationDetail"
        ]
        return detail["InputDescriptions"][0]["InputSchema"]["RecordColumns"]

    def records(self, stream):
        """All records that GetRecords returns, from all shards."""
        kinesis = self.clients["kinesis"]
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while True:
                answer = kinesis.get_records(ShardIterator=iterator)
                yield from answer["Records"]
                iterator = answer["NextShardIterator"]
                if answer["MillisBehindLatest"] == 0:
                    break

    def expected_windows(self, place):
        """{(window's end in milliseconds, place, crimes)}: the top of each window by arrival time,
        recomputed.
        """
        counts = collections.defaultdict(collections.Counter)
        for record in self.records(self.stream):
            arrival_ms = round(record["ApproximateArrivalTimestamp"].timestamp() * 1000)
            end_ms = (arrival_ms // (self.window_seconds * 1000) + 1) * self.window_seconds * 1000
            event = [
                {
                    "kinesis": {
                        "data": base64.b64encode(record["Data"]),
                        "partitionKey": record["PartitionKey"],
                        "sequenceNumber": record["SequenceNumber"],
                        "approximateArrivalTimestamp": 0,
                        "kinesisSchemaVersion": "1.0",
                    }
                }
            ]
            for user in deaggregator.iter_deaggregate_records(event):
                for row in csv.reader([base64.b64decode(user["kinesis"]["data"]).decode()]):
                    counts[end_ms][row[place]] += 1
        return {
            (end_ms, name, crimes)
            for end_ms, counter in counts.items()
            for name, crimes in sorted(
                counter.items(), key=lambda item: (-item[1], item[0].encode())
            )[:ITEMS]
        }
