#!/usr/bin/env bash
# pyarrow reads an ORC column whose name has a dot as a field of another column, when there is one of that path.
#
# Seen with pyarrow 26.0.1 on Python 3.11, a file of two columns: `a.b`, a bigint of 1, and `a`, a struct of {b: 2}.
# columns=['a.b'] asks for the first:
# - ORC, dataset.to_table(columns=['a.b']): one column `a.b` whose value is NULL; no error and no warning.
# - ORC, ORCFile.read(columns=['a.b']) and orc.read_table(columns=['a.b']): the struct `a`, and not `a.b`.
# - Parquet, read_table(columns=['a.b']): `a.b` with 1, as asked. ParquetFile.read(columns=['a.b']): both columns.
# - The same calls on a file without the struct: `a.b` with 1. A whole read gives both columns in each format.
# So a reader that prunes columns of ORC by name must look whether a name with a dot is also a path, and then ask by
# index or read the whole file: flattened JSON, where such names come from, often keeps the struct beside them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pyarrow
import pyarrow.dataset
import pyarrow.orc
import pyarrow.parquet

print(f"pyarrow {pyarrow.__version__}")
both = pyarrow.table({"a.b": [1], "a": pyarrow.array([{"b": 2}])})
alone = pyarrow.table({"a.b": [1], "c": [3]})
for name, table in (("both", both), ("alone", alone)):
    pyarrow.orc.write_table(table, f"{name}.orc")
    pyarrow.parquet.write_table(table, f"{name}.parquet")


def calls(name):
    asked = {"columns": ["a.b"]}
    orc, parquet = f"{name}.orc", f"{name}.parquet"
    return {
        "orc dataset": pyarrow.dataset.dataset(orc, format="orc").to_table(**asked),
        "orc file": pyarrow.orc.ORCFile(orc).read(**asked),
        "orc read_table": pyarrow.orc.read_table(orc, **asked),
        "parquet read_table": pyarrow.parquet.read_table(parquet, **asked),
        "parquet file": pyarrow.parquet.ParquetFile(parquet).read(**asked),
        "orc whole": pyarrow.orc.read_table(orc),
        "parquet whole": pyarrow.parquet.read_table(parquet),
    }


column, struct = {"a.b": [1]}, {"a": [{"b": 2}]}
expected = {
    "both": {
        "orc dataset": {"a.b": [None]},
        "orc file": struct,
        "orc read_table": struct,
        "parquet read_table": column,
        "parquet file": column | struct,
        "orc whole": column | struct,
        "parquet whole": column | struct,
    },
    "alone": dict.fromkeys(
        ("orc dataset", "orc file", "orc read_table", "parquet read_table", "parquet file"), column
    )
    | dict.fromkeys(("orc whole", "parquet whole"), column | {"c": [3]}),
}
seen = {name: {call: made.to_pydict() for call, made in calls(name).items()} for name in expected}
for name, found in seen.items():
    for call, value in found.items():
        print(f"{name:6} {call:19} {value}")
if seen != expected:
    sys.exit("not as it was found")
print("as it was found")
PYTHON
