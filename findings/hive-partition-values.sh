#!/usr/bin/env bash
# Five engines over the same k=VALUE folders give the key different types and values, and not every NULL comes back.
#
# Seen with pyarrow 25.0.1, duckdb 1.5.5, polars 2.1.0, daft 0.7.26 and datafusion 55.0.0 on Python 3.11:
# - k=05, k=10: PyArrow, Polars and Daft read the numbers 5 and 10, DuckDB the texts '05' and '10'.
# - k=1, k=9999999999: PyArrow infers int32 only, and reads both as texts; the others read 64-bit numbers.
# - k=1, k=x: Daft takes the type from the first file that it is given and reads what does not fit as NULL, without an
#   error; with a pattern the first file is another from run to run. The others read two texts.
# - k=null: DuckDB reads NULL, the others the text 'null'.
# - A NULL key: DataFusion writes the folder "k=", which PyArrow, DuckDB and Polars read as ''; and it reads the folder
#   k=__HIVE_DEFAULT_PARTITION__, which the others write and read for NULL, as that text.
# - Polars' write_parquet(partition_by=) leaves the key inside the files, too. PyArrow and DataFusion then refuse the data set.
# So a reader of such a lake states the key's type (as a catalog does) and the one name of NULL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyarrow==25.0.1 duckdb==1.5.5 polars==2.1.0 daft==0.7.26 datafusion==55.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os

import daft
import datafusion
import duckdb
import polars
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

print(f"pyarrow {pa.__version__}, duckdb {duckdb.__version__}, polars {polars.__version__}, daft {daft.__version__}, datafusion {datafusion.__version__}")


def by_arrow(path):
    table = ds.dataset(path, partitioning="hive", format="parquet").to_table(columns=["v", "k"])
    return dict(zip(table["v"].to_pylist(), table["k"].to_pylist()))


def by_duckdb(path):
    return dict(duckdb.sql(f"SELECT v, k FROM read_parquet('{path}/*/*.parquet', hive_partitioning = true)").fetchall())


def by_polars(path):
    return dict(polars.scan_parquet(path + "/", hive_partitioning=True).select("v", "k").collect().iter_rows())


def by_daft(path, backwards=False):
    files = sorted((f"{path}/{folder}/part.parquet" for folder in os.listdir(path)), reverse=backwards)
    columns = daft.read_parquet(files, hive_partitioning=True).select("v", "k").to_pydict()
    return dict(zip(columns["v"], columns["k"]))


def by_daft_backwards(path):
    return by_daft(path, True)


def by_datafusion(path):
    context = datafusion.SessionContext()
    context.register_parquet("t", path + "/", table_partition_cols=[("k", pa.string())])
    return {row["v"]: row["k"] for row in context.sql("SELECT v, k FROM t").to_pylist()}


def read(path, *readers):
    seen = {}
    for reader in readers:
        try:
            values = reader(path)
            seen[reader.__name__[3:]] = [values[v] for v in sorted(values)]
        except Exception as error:
            seen[reader.__name__[3:]] = type(error).__name__
    return seen


def folders(name, *texts):
    for place, text in enumerate(texts):
        os.makedirs(f"{name}/k={text}")
        pq.write_table(pa.table({"v": [place]}), f"{name}/k={text}/part.parquet")
    return read(name, by_arrow, by_duckdb, by_polars, by_daft, by_daft_backwards)


def expect(what, seen, wanted):
    print(f"{what}: {seen}")
    assert seen == wanted, f"{what} has changed; it was {wanted}"


expect("k=05, k=10", folders("zeros", "05", "10"), {"arrow": [5, 10], "duckdb": ["05", "10"], "polars": [5, 10], "daft": [5, 10], "daft_backwards": [5, 10]})
expect("k=1, k=9999999999", folders("wide", "1", "9999999999"),
       {"arrow": ["1", "9999999999"], "duckdb": [1, 9999999999], "polars": [1, 9999999999], "daft": [1, 9999999999],
        "daft_backwards": [1, 9999999999]})
expect("k=1, k=x", folders("mixed", "1", "x"),
       {"arrow": ["1", "x"], "duckdb": ["1", "x"], "polars": ["1", "x"], "daft": [1, None], "daft_backwards": ["1", "x"]})
expect("k=null, k=x", folders("null", "null", "x"),
       {"arrow": ["null", "x"], "duckdb": [None, "x"], "polars": ["null", "x"], "daft": ["null", "x"],
        "daft_backwards": ["null", "x"]})

rows = pa.table({"v": [0, 1], "k": ["a", None]})
ds.write_dataset(rows, "arrow", format="parquet", partitioning=ds.partitioning(pa.schema([("k", pa.string())]), flavor="hive"))
context = datafusion.SessionContext()
context.from_arrow(rows, name="rows")
context.sql("COPY rows TO 'fusion' STORED AS PARQUET PARTITIONED BY (k)").collect()
polars.from_arrow(rows).write_parquet("polars", partition_by="k")
names = {name: sorted(os.listdir(name)) for name in ("arrow", "fusion", "polars")}
null = "__HIVE_DEFAULT_PARTITION__"
expect("folders written", names, {"arrow": [f"k={null}", "k=a"], "fusion": ["k=", "k=a"], "polars": [f"k={null}", "k=a"]})
every = (by_arrow, by_duckdb, by_polars, by_datafusion)
expect("NULL by PyArrow", read("arrow", *every), {"arrow": ["a", None], "duckdb": ["a", None], "polars": ["a", None], "datafusion": ["a", null]})
expect("NULL by DataFusion", read("fusion", *every), {"arrow": ["a", ""], "duckdb": ["a", ""], "polars": ["a", ""], "datafusion": ["a", ""]})
expect("NULL by Polars", read("polars", *every), {"arrow": "ArrowTypeError", "duckdb": ["a", None], "polars": ["a", None], "datafusion": "ValueError"})
PYTHON
