"""The article's producer: reads CSV rows, aggregates them as the KPL does, and puts them into a
stream.

python producer.py crimes.csv --stream crimes [--endpoint-url http://127.0.0.1:4566]

Unlike the article's script it flushes the last, partly filled aggregate, and it sends the records
again that PutRecords reports as failed. Row order is kept only within one aggregate.
"""

import argparse
import csv
import gzip
import io
import itertools
import os
import sys
import time

import boto3
from aws_kinesis_agg import aggregator

AGGREGATE_BYTES_MAX = 51_200  # the KPL's own default
RECORDS_PER_REQUEST_MAX = 500
BYTES_PER_REQUEST_MAX = 4_000_000
RETRIES_MAX = 10


class Producer:
    def __init__(self, kinesis, stream):
        self.kinesis, self.stream = kinesis, stream
        self.aggregate = aggregator.RecordAggregator(AGGREGATE_BYTES_MAX)
        self.waiting, self.waiting_bytes = [], 0
        self.rows = self.retries = 0

    def add(self, row):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(
            row
        )  # the lake is lines: each row brings its end
        full = self.aggregate.add_user_record(partition_key=row[0] or "-", data=line.getvalue())
        self.rows += 1
        if full:
            self.queue(full)

    def queue(self, aggregated):
        partition_key, _, data = aggregated.get_contents()
        if (
            len(self.waiting) == RECORDS_PER_REQUEST_MAX
            or self.waiting_bytes + len(data) > BYTES_PER_REQUEST_MAX
        ):
            self.send()
        self.waiting.append({"PartitionKey": partition_key, "Data": data})
        self.waiting_bytes += len(data)

    def send(self):
        for attempt in range(RETRIES_MAX):
            if not self.waiting:
                break
            answer = self.kinesis.put_records(StreamName=self.stream, Records=self.waiting)
            if answer["FailedRecordCount"] == 0:
                self.waiting = []
                break
            self.waiting = [
                sent
                for sent, result in zip(self.waiting, answer["Records"])
                if "ErrorCode" in result
            ]
            self.retries += 1
            time.sleep(min(0.1 * 2**attempt, 5))
        if self.waiting:
            raise RuntimeError(f"{len(self.waiting)} records were refused {RETRIES_MAX} times")
        self.waiting_bytes = 0

    def finish(self):
        """The final flush, which the article omits."""
        last = self.aggregate.clear_and_get()
        if last:
            self.queue(last)
        self.send()


def delimiter_of(line):
    """The most frequent of , ; | and tab in the header."""
    return max(",\t;|", key=line.count)


def read_rows(path):
    source = (
        gzip.open(path, "rt", newline="", encoding="utf-8")
        if path.endswith(".gz")
        else open(path, newline="", encoding="utf-8")
    )
    with source:
        header = source.readline().removeprefix("\ufeff")
        delimiter = delimiter_of(header)
        # A quoted name may hold a line break: the reader continues in the file.
        yield from csv.reader(itertools.chain([header], source), delimiter=delimiter)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--stream", default="crimes")
    parser.add_argument(
        "--header", choices=["skip", "send"], default="skip", help="what to do with each first row"
    )
    parser.add_argument(
        "--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    )
    options = parser.parse_args()
    kinesis = boto3.client(
        "kinesis",
        endpoint_url=options.endpoint_url,
        region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "freshet"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "freshet"),
    )
    producer, started = Producer(kinesis, options.stream), time.monotonic()
    for path in options.files:
        rows = read_rows(path)
        if options.header == "skip":
            next(rows, None)
        for row in rows:
            producer.add(row)
    producer.finish()
    seconds = time.monotonic() - started
    print(
        f"{producer.rows} rows in {seconds:.1f} s, "
        f"{producer.rows / max(seconds, 1e-9):.0f} rows/s, "
        f"{producer.retries} retries",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
