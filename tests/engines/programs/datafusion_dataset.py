import pyarrow as pa
from datafusion import SessionContext, col, lit
from datafusion.object_store import AmazonS3
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys, s3

store = AmazonS3(
    bucket_name=BUCKET,
    region=REGION,
    access_key_id=KEY,
    secret_access_key=SECRET,
    endpoint=ENDPOINT,
    allow_http=True,
)
context = SessionContext()
context.register_object_store("s3://", store, host=BUCKET)
context.from_arrow(pa.table(columns()), name="rows")
context.sql(
    f"COPY (SELECT * FROM rows) TO 's3://{BUCKET}/fusion/' STORED AS PARQUET PARTITIONED "
    "BY (year, month)"
).collect()
assert all("year=" in key and "month=" in key for key in keys("fusion/")) and keys("fusion/")


def read(name):
    context.register_parquet(
        name,
        f"s3://{BUCKET}/fusion/",
        table_partition_cols=[("year", pa.int32()), ("month", pa.int32())],
    )
    return context.table(name)


first = read("first")
assert first.count() == ROWS
one = context.sql(
    "SELECT sum(id) AS s, count(DISTINCT month) AS m, min(year) AS y FROM first"
).to_pylist()[0]
assert one == {"s": TOTAL, "m": 3, "y": 2025}, one
assert sorted(
    row["id"]
    for row in first.filter(col("year") == lit(2026)).filter(col("id") < lit(10)).to_pylist()
) == [1, 3, 5, 7, 9]

# Overwrite: the old files go, new ones come.
s3().delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys("fusion/")]})
context.sql(
    "COPY (SELECT id + 10000 AS id, name, amount, seen_at, year, month FROM rows) TO "
    f"'s3://{BUCKET}/fusion/' STORED AS PARQUET PARTITIONED BY (year, month)"
).collect()
assert (
    context.sql("SELECT min(id) AS least FROM second").to_pylist()[0]["least"] == 10000
    if read("second")
    else False
)
context.sql(f"COPY rows TO 's3://{BUCKET}/fusion-text/all.csv' STORED AS CSV").collect()
context.register_csv("text", f"s3://{BUCKET}/fusion-text/all.csv")
assert context.table("text").count() == ROWS
