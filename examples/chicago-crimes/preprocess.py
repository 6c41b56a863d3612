"""The article's preprocessor: a Lambda function between the stream and the streaming SQL.

The producer packs many CSV rows into one Kinesis record as the KPL does. This function unpacks
them and returns them joined by newlines, so that one input record becomes many rows.
"""

import base64

from aws_kinesis_agg import deaggregator


def rows_of(record):
    """The user records in a record of the event; its own data when it is not an aggregate."""
    return [
        base64.b64decode(user["kinesis"]["data"], validate=True)
        for user in deaggregator.iter_deaggregate_records(record)
    ]


def transformed(record):
    try:
        rows = [row.rstrip(b"\r\n") for row in rows_of(record)]
    except Exception as error:  # one bad record must not hold up the others
        print(f"record {record['recordId']} cannot be read: {error!r}")
        return {
            "recordId": record["recordId"],
            "result": "ProcessingFailed",
            "data": record["data"],
        }
    rows = [row for row in rows if row]
    if not rows:
        return {"recordId": record["recordId"], "result": "Dropped", "data": ""}
    joined = base64.b64encode(b"\n".join(rows) + b"\n").decode("ascii")
    return {"recordId": record["recordId"], "result": "Ok", "data": joined}


def lambda_handler(event, context):
    return {"records": [transformed(record) for record in event["records"]]}
