import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as fs
import pyarrow.parquet as pq
from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, columns, keys

store = fs.S3FileSystem(
    access_key=KEY,
    secret_key=SECRET,
    endpoint_override=ENDPOINT.removeprefix("http://"),
    scheme="http",
    region=REGION,
)
parts = ds.partitioning(pa.schema([("year", pa.int32()), ("month", pa.int32())]), flavor="hive")


def write(offset, behaviour):
    ds.write_dataset(
        pa.table(columns(offset)),
        f"{BUCKET}/arrow",
        format="parquet",
        filesystem=store,
        partitioning=parts,
        existing_data_behavior=behaviour,
    )


def read():
    return ds.dataset(
        f"{BUCKET}/arrow", filesystem=store, partitioning=parts, format="parquet"
    ).to_table()


write(0, "error")
table = read()
assert (
    table.num_rows == ROWS
    and pc.sum(table["id"]).as_py() == TOTAL
    and set(table["year"].to_pylist()) == {2025, 2026}
)
some = ds.dataset(f"{BUCKET}/arrow", filesystem=store, partitioning=parts).to_table(
    filter=(ds.field("year") == 2026) & (ds.field("id") < 10)
)
assert sorted(some["id"].to_pylist()) == [1, 3, 5, 7, 9]

write(ROWS, "delete_matching")
assert pc.min(read()["id"]).as_py() == ROWS and read().num_rows == ROWS
info = store.get_file_info(fs.FileSelector(f"{BUCKET}/arrow", recursive=True))
files = [one for one in info if one.type == fs.FileType.File]
assert len(files) == 6 and sum(one.size for one in files) > 0
assert store.get_file_info(f"{BUCKET}/nowhere").type == fs.FileType.NotFound

# Ranged reads of one column, a copy, a move, a large streamed object in parts, deletes.
assert (
    pq.read_table(
        f"{BUCKET}/arrow/year=2025/month=1/part-0.parquet", columns=["id"], filesystem=store
    ).num_rows
    == 200
)
store.copy_file(files[0].path, f"{BUCKET}/copied.parquet")
store.move(f"{BUCKET}/copied.parquet", f"{BUCKET}/moved.parquet")
assert store.get_file_info(f"{BUCKET}/moved.parquet").size == files[0].size
with store.open_output_stream(f"{BUCKET}/large.bin") as out:
    for _ in range(13):
        out.write(b"0123456789abcdef" * 65536)
with store.open_input_file(f"{BUCKET}/large.bin") as large:
    assert large.size() == 13 * 2**20 and large.read_at(16, 2**20 * 5) == b"0123456789abcdef"
store.delete_file(files[0].path)
store.delete_dir(f"{BUCKET}/arrow/year=2026")
assert read().num_rows < ROWS and all(
    "year=2025" in key for key in keys("arrow/") if not key.endswith("/")
)
store.delete_dir(f"{BUCKET}/arrow")
assert not keys("arrow/")
