import pathlib

import duckdb
import duckdb_extension_httpfs
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys, s3

extension = next(
    pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
)
db = duckdb.connect()
db.execute(f"LOAD '{extension}'")
db.execute(f"""CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', REGION '{REGION}',
               ENDPOINT '{ENDPOINT.removeprefix("http://")}',
               URL_STYLE 'path', USE_SSL false)""")
rows = columns()
db.execute(
    "CREATE TABLE rows (id BIGINT, name VARCHAR, amount DOUBLE, seen_at TIMESTAMP, year "
    "INT, month INT)"
)
db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", list(zip(*rows.values())))
db.execute(f"COPY rows TO 's3://{BUCKET}/duck' (FORMAT parquet, PARTITION_BY (year, month))")
everything = f"read_parquet('s3://{BUCKET}/duck/*/*/*.parquet', hive_partitioning = true)"
assert db.execute(
    f"SELECT count(*), sum(id), count(DISTINCT month), min(year) FROM {everything}"
).fetchone() == (ROWS, TOTAL, 3, 2025)
assert db.execute(
    f"SELECT list(id ORDER BY id) FROM {everything} WHERE year = 2026 AND id < 10"
).fetchone()[0] == [1, 3, 5, 7, 9]
assert len(db.execute(f"SELECT * FROM glob('s3://{BUCKET}/duck/**')").fetchall()) == 6
assert (
    db.execute(
        "SELECT count(*) FROM "
        f"parquet_metadata('s3://{BUCKET}/duck/year=2025/month=1/data_0.parquet')"
    ).fetchone()[0]
    > 0
)

db.execute(
    f"COPY (SELECT * REPLACE (id + 10000 AS id) FROM rows) TO 's3://{BUCKET}/duck' (FORMAT "
    "parquet, PARTITION_BY (year, month), OVERWRITE_OR_IGNORE true)"
)
assert db.execute(f"SELECT count(*), min(id) FROM {everything}").fetchone() == (ROWS, 10000)
# A file of several parts, and text.
db.execute(
    "COPY (SELECT range AS n, md5(range::VARCHAR) AS text FROM range(300000)) TO "
    f"'s3://{BUCKET}/duck-large.csv'"
)
assert db.execute(
    f"SELECT count(*), sum(n) FROM read_csv('s3://{BUCKET}/duck-large.csv')"
).fetchone() == (300000, sum(range(300000)))
assert s3().head_object(Bucket=BUCKET, Key="duck-large.csv")["ContentLength"] > 11_000_000
s3().delete_objects(
    Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys("duck/year=2026")]}
)
assert db.execute(f"SELECT count(*) FROM {everything}").fetchone()[0] == ROWS // 2
