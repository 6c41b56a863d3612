"""Delta Lake: each commit is a conditional put of the next file of its log."""

import os
import threading

import pyarrow as pa
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys
from deltalake import DeltaTable, write_deltalake

options = {
    "aws_access_key_id": KEY,
    "aws_secret_access_key": SECRET,
    "aws_region": REGION,
    "aws_endpoint_url": ENDPOINT,
    "aws_allow_http": "true",
    "aws_conditional_put": "etag",
}
place = f"s3://{BUCKET}/delta"
write_deltalake(place, pa.table(columns()), partition_by=["year", "month"], storage_options=options)
table = DeltaTable(place, storage_options=options)
read = table.to_pyarrow_table()
assert (
    read.num_rows == ROWS and sum(read["id"].to_pylist()) == TOTAL and len(table.file_uris()) == 6
)
assert sorted(
    table.to_pyarrow_table(filters=[("year", "=", 2026), ("id", "<", 10)])["id"].to_pylist()
) == [1, 3, 5, 7, 9]

# Writers that meet: each of their commits is there once, as the put of a log file that exists is
# refused.
failures = []


def append(number):
    try:
        write_deltalake(
            place, pa.table(columns(number * ROWS)), mode="append", storage_options=options
        )
    except Exception as error:  # the thread's end would hide it
        failures.append(error)


writers = [threading.Thread(target=append, args=(number,)) for number in range(1, 5)]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
assert not failures, failures
table = DeltaTable(place, storage_options=options)
read = table.to_pyarrow_table()
assert table.version() == 4 and sorted(read["id"].to_pylist()) == list(range(5 * ROWS))
logs = keys("delta/_delta_log/")
assert [key.rsplit("/", 1)[1] for key in logs if key.endswith(".json")] == [
    f"{version:020}.json" for version in range(5)
], logs

table.delete("id >= 1200")
assert DeltaTable(place, storage_options=options).to_pyarrow_table().num_rows == ROWS
assert DeltaTable(place, version=0, storage_options=options).to_pyarrow_table().num_rows == ROWS
write_deltalake(place, pa.table(columns(7 * ROWS)), mode="overwrite", storage_options=options)
table = DeltaTable(place, storage_options=options)
assert min(table.to_pyarrow_table()["id"].to_pylist()) == 7 * ROWS
table.optimize.compact()
table.create_checkpoint()
gone = table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
assert gone and DeltaTable(place, storage_options=options).to_pyarrow_table().num_rows == ROWS
assert not set(gone) & {key.removeprefix("delta/") for key in keys("delta/")}

# Everything is checked. Arrow's threads may still be in deltalake's file handler, which is Python:
# an interpreter that is being torn down ends such a thread by force, and the process aborts.
os._exit(0)
