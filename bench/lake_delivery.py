"""A case of `./dev bench lake`: rows of a stream are delivered as Parquet (Snappy) by hour, beside
DuckDB alone on the same bytes.
"""

import hashlib
import io
import time

import pyarrow.parquet

BATCH_BYTES = 700_000  # of rows in one aggregate
LIMIT_S = 170  # of a delivery: then it counts as failed


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def aggregate(rows):
    """A KPL aggregate: protobuf between a mark and a digest."""
    message = bytearray(b"\n\x01k")
    for row in rows:
        inner = b"\x08\x00\x1a" + varint(len(row)) + row
        message += b"\x1a" + varint(len(inner)) + inner
    return b"\xf3\x89\x9a\xc2" + bytes(message) + hashlib.md5(message).digest()


def fill(server, files, shards):
    """Puts each line as a record of the stream, aggregated as the KPL does; how many."""
    kinesis, count, batch, size, sent = server.client("kinesis"), 0, [], 0, 0

    def send():
        nonlocal sent
        kinesis.put_record(
            StreamName="rows",
            Data=aggregate(batch),
            PartitionKey="k",
            ExplicitHashKey=str(2**128 // shards * (sent % shards)),
        )
        sent += 1

    for path in files:
        with open(path, "rb") as lines:
            for line in lines:
                count += 1
                size += len(line)
                batch.append(line)
                if size >= BATCH_BYTES:
                    send()
                    batch, size = [], 0
    if batch:
        send()
    return count


def delivery(server, files, columns, duck, memory):
    """`memory(process)` begins to watch; `duck(*statements)` gives the seconds of each."""
    shards = 4
    kinesis, firehose, glue = map(server.client, ("kinesis", "firehose", "glue"))
    kinesis.create_stream(StreamName="rows", ShardCount=shards)
    table = {
        "Name": "columns",
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()]
        },
    }
    glue.create_table(DatabaseName="bench", TableInput=table)
    role, account = "arn:aws:iam::000000000000:role/any", "000000000000"
    source = f"arn:aws:kinesis:us-east-1:{account}:stream/rows"
    firehose.create_delivery_stream(
        DeliveryStreamName="rows",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": source, "RoleARN": role},
        ExtendedS3DestinationConfiguration={
            "RoleARN": role,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "out/hour=!{timestamp:HH}/",
            "ErrorOutputPrefix": "err/!{firehose:error-output-type}/",
            "BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 1},
            "DataFormatConversionConfiguration": {
                "SchemaConfiguration": {
                    "RoleARN": role,
                    "DatabaseName": "bench",
                    "TableName": "columns",
                },
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                "OutputFormatConfiguration": {
                    "Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}
                },
            },
        },
        Tags=[{"Key": "freshet:convert-from", "Value": "csv"}],
    )
    # Without its table the delivery waits: what is measured begins at the restart.
    glue.delete_table(DatabaseName="bench", Name="columns")
    rows = fill(server, files, shards)
    glue.create_table(DatabaseName="bench", TableInput=table)
    server.pause()
    server.start()
    s3, watched, begun = server.client("s3"), memory(server.process), time.monotonic()
    seconds = wait_for(s3, rows, begun)
    peak = watched.end()
    kinds = {"bigint": "BIGINT", "int": "INTEGER", "boolean": "BOOLEAN", "double": "DOUBLE"}
    typed = {name: kinds.get(kind, "VARCHAR") for name, kind in columns.items()}
    folder = files[0].parent
    copy = (
        f"COPY (SELECT * FROM read_csv('{folder}/*.csv', header=false, columns={typed!r})) "
        f"TO '{folder}/duck.parquet' (FORMAT parquet, COMPRESSION snappy)"
    )
    beside = duck("SET threads=2", "SET memory_limit='512MiB'", copy)[-1]
    print(
        f"delivery of {rows} rows into Parquet: {rows / seconds:,.0f} rows/s (aim 800,000), "
        f"DuckDB {rows / beside:,.0f}; server and workers {peak:.0f} MiB (aim 512)",
        flush=True,
    )


def wait_for(s3, rows, begun):
    """The seconds until the objects hold all rows."""
    counted, total = {}, 0
    while total < rows:
        seconds = time.monotonic() - begun
        assert seconds < LIMIT_S, f"{total} of {rows} rows after {seconds:.0f} s"
        time.sleep(0.1)
        for item in s3.list_objects_v2(Bucket="lake", Prefix="out/").get("Contents", []):
            if item["Key"] in counted:
                continue
            counted[item["Key"]] = rows_of(s3, item)
            total += counted[item["Key"]]
            seconds = time.monotonic() - begun
    assert total == rows
    assert "Contents" not in s3.list_objects_v2(Bucket="lake", Prefix="err/")
    return seconds


def rows_of(s3, item):
    """Of a Parquet file, by its footer alone."""
    size = item["Size"]
    tail = s3.get_object(Bucket="lake", Key=item["Key"], Range=f"bytes={size - 8}-")["Body"].read()
    length = int.from_bytes(tail[:4], "little") + 8
    footer = s3.get_object(Bucket="lake", Key=item["Key"], Range=f"bytes={size - length}-")
    whole = b"PAR1" + footer["Body"].read()
    return pyarrow.parquet.read_metadata(io.BytesIO(whole)).num_rows
