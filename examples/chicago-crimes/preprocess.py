"""The article's preprocessor: a Lambda function between the stream and the streaming SQL.

The producer packs many CSV rows into one Kinesis record as the KPL does. This takes them apart and
gives them back joined by newlines, so that one record that came in becomes many rows.
"""
import base64

from aws_kinesis_agg import MAGIC, kpl_pb2

DIGEST_BYTES = 16


def rows_of(data):
    """The user records in `data`; `data` itself when it is not an aggregate."""
    if not data.startswith(MAGIC):
        return [data]
    aggregate = kpl_pb2.AggregatedRecord()
    aggregate.ParseFromString(data[len(MAGIC):-DIGEST_BYTES])
    return [record.data for record in aggregate.records]


def transformed(record):
    try:
        rows = [row.rstrip(b"\r\n") for row in rows_of(base64.b64decode(record["data"], validate=True))]
    except Exception as error:  # one bad record must not hold up the others
        print(f"record {record['recordId']} cannot be read: {error!r}")
        return {"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}
    rows = [row for row in rows if row]
    if not rows:
        return {"recordId": record["recordId"], "result": "Dropped", "data": ""}
    joined = base64.b64encode(b"\n".join(rows) + b"\n").decode("ascii")
    return {"recordId": record["recordId"], "result": "Ok", "data": joined}


def lambda_handler(event, context):
    return {"records": [transformed(record) for record in event["records"]]}
