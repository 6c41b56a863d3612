import daft
from daft.io import IOConfig, S3Config
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys, s3

config = IOConfig(
    s3=S3Config(
        endpoint_url=ENDPOINT,
        key_id=KEY,
        access_key=SECRET,
        region_name=REGION,
        use_ssl=False,
        force_virtual_addressing=False,
    )
)
frame = daft.from_pydict(columns())
place = f"s3://{BUCKET}/daft"
frame.write_parquet(place, partition_cols=["year", "month"], io_config=config).to_pydict()


def read():
    return daft.read_parquet(f"{place}/**/*.parquet", io_config=config, hive_partitioning=True)


back = read().to_pydict()
assert (
    len(back["id"]) == ROWS
    and sum(back["id"]) == TOTAL
    and set(map(int, back["year"])) == {2025, 2026}
)
assert sorted(
    read().where((daft.col("year") == 2026) & (daft.col("id") < 10)).to_pydict()["id"]
) == [1, 3, 5, 7, 9]
daft.from_pydict(columns(ROWS)).write_parquet(
    place, partition_cols=["year", "month"], write_mode="overwrite", io_config=config
).to_pydict()
again = read().to_pydict()
assert len(again["id"]) == ROWS and min(again["id"]) == ROWS
frame.write_csv(f"s3://{BUCKET}/daft-text", io_config=config).to_pydict()
assert daft.read_csv(f"s3://{BUCKET}/daft-text/*.csv", io_config=config).count_rows() == ROWS
s3().delete_objects(
    Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys("daft/year=2026")]}
)
assert set(map(int, read().to_pydict()["year"])) == {2025}
