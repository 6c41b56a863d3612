import chdb
from dataset import BUCKET, ENDPOINT, KEY, ROWS, SECRET, TOTAL, keys, s3


def ask(sql):
    return str(chdb.query(sql, "CSV")).strip()


def at(path):
    return f"s3('{ENDPOINT}/{BUCKET}/{path}', '{KEY}', '{SECRET}', 'Parquet'"


rows = (
    "SELECT number AS id, concat('row ', toString(number)) AS name, number / 4 AS amount, "
    f"toInt32(2025 + number % 2) AS year FROM numbers({ROWS})"
)
ask(
    f"INSERT INTO FUNCTION {at('ch/year={_partition_id}/part.parquet')}, 'id Int64, name "
    f"String, amount Float64, year Int32') PARTITION BY year {rows}"
)
assert len(keys("ch/")) == 2
assert ask(f"SELECT count(), sum(id) FROM {at('ch/*/*.parquet')})") == f"{ROWS},{TOTAL}"
assert (
    ask(
        f"SELECT groupArray(id) FROM (SELECT id FROM {at('ch/year=2026/*.parquet')}) WHERE "
        "id < 10 ORDER BY id)"
    ).strip('"')
    == "[1,3,5,7,9]"
)
# It overwrites existing objects only with a setting.
try:
    ask(f"INSERT INTO FUNCTION {at('ch/year=2025/part.parquet')}, 'id Int64') SELECT 1")
    raise SystemExit("an object that is there was written over")
except RuntimeError as error:
    assert "already exists" in str(error), error
ask(
    f"INSERT INTO FUNCTION {at('ch/year=2025/part.parquet')}, 'id Int64') SELECT 7 "
    "SETTINGS s3_truncate_on_insert = 1"
)
assert ask(f"SELECT count(), max(id) FROM {at('ch/year=2025/part.parquet')})") == "1,7"
# More than one part.
ask(
    f"INSERT INTO FUNCTION {at('ch-large.parquet')}, 'id UInt64, text String') SELECT "
    "number, hex(sipHash128(number)) FROM numbers(900000) "
    "SETTINGS s3_min_upload_part_size = 5242880, output_format_parquet_compression_method "
    "= 'none', max_threads = 1"
)
assert (
    ask(f"SELECT count(), sum(id) FROM {at('ch-large.parquet')})") == f"900000,{sum(range(900000))}"
)
s3().delete_objects(
    Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys("ch/year=2026")]}
)
assert ask(f"SELECT count() FROM {at('ch/*/*.parquet')})") == "1"
