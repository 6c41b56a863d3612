import polars as pl
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys, s3

options = {
    "aws_access_key_id": KEY,
    "aws_secret_access_key": SECRET,
    "aws_region": REGION,
    "aws_endpoint_url": ENDPOINT,
    "aws_allow_http": "true",
}
frame = pl.DataFrame(columns())
for (year, month), part in frame.group_by("year", "month"):
    part.drop("year", "month").write_parquet(
        f"s3://{BUCKET}/polars/year={year}/month={month}/part.parquet", storage_options=options
    )


def scan(**more):
    return pl.scan_parquet(
        f"s3://{BUCKET}/polars/", storage_options=options, hive_partitioning=True, **more
    )


everything = scan().collect()
assert (
    everything.height == ROWS
    and everything["id"].sum() == TOTAL
    and sorted(everything["year"].unique()) == [2025, 2026]
)
assert scan().filter((pl.col("year") == 2026) & (pl.col("id") < 10)).select("id").sort(
    "id"
).collect()["id"].to_list() == [1, 3, 5, 7, 9]
assert scan().select(pl.col("amount").sum()).collect().item() == TOTAL / 4

# Overwrites what is there; a lazy sink; text.
frame.filter((pl.col("year") == 2025) & (pl.col("month") == 1)).with_columns(
    id=pl.col("id") + 10_000
).drop("year", "month").write_parquet(
    f"s3://{BUCKET}/polars/year=2025/month=1/part.parquet", storage_options=options
)
assert (
    scan().collect().height == ROWS and scan().select(pl.col("id").max()).collect().item() > 10_000
)
scan().sink_parquet(f"s3://{BUCKET}/polars-sink/all.parquet", storage_options=options)
assert (
    pl.read_parquet(f"s3://{BUCKET}/polars-sink/all.parquet", storage_options=options).height
    == ROWS
)
frame.write_csv(f"s3://{BUCKET}/polars-text/all.csv", storage_options=options)
assert (
    pl.scan_csv(f"s3://{BUCKET}/polars-text/all.csv", storage_options=options).collect().height
    == ROWS
)
s3().delete_objects(
    Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys("polars/year=2026")]}
)
assert scan().collect()["year"].unique().to_list() == [2025]
