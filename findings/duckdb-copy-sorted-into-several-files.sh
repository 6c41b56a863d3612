#!/usr/bin/env bash
# DuckDB's COPY of a sorted query into several files is not sorted, neither from file to file nor inside a file.
#
# Seen with duckdb 1.5.6 on Python 3.11 and two threads, ten copies of 200,000 rows each:
# - COPY (... ORDER BY n DESC) TO 'folder' (FORMAT parquet, FILE_SIZE_BYTES ...): in three to ten of ten copies the
#   files, taken by their numbers, were out of order (the first one often began at row 122,881), in three to ten a file
#   held two sorted runs, and in some a file had no rows. preserve_insertion_order was true, its default; there was no
#   error and no warning. No row was missing.
# - The same without FILE_SIZE_BYTES, into one file: in order.
# - The same with FILE_SIZE_BYTES and SET threads = 1: in order.
# So a writer that promises sorted files of a target size sets threads = 1, or cuts the sorted rows itself; a reader
# must not take the order of such files for granted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check duckdb==1.5.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import glob
import os
import sys
import tempfile

import duckdb

ROWS = 200_000
print(f"duckdb {duckdb.__version__}")


def number_of(path):
    return int(path.rsplit("_", 1)[1].removesuffix(".parquet"))


def copy(threads, options):
    """Whether the files follow one another in order, and whether each is sorted."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    out = os.path.join(tempfile.mkdtemp(dir="."), "out")
    connection.execute(
        f"COPY (SELECT (i * 7919) % {ROWS} AS n FROM range({ROWS}) r(i) ORDER BY n DESC) "
        f"TO '{out}' (FORMAT parquet, ROW_GROUP_SIZE 20480{options})"
    )
    files = sorted(glob.glob(out + "/*.parquet"), key=number_of) or [out]
    rows = [
        [n for (n,) in connection.execute(f"SELECT n FROM read_parquet('{file}')").fetchall()]
        for file in files
    ]
    rows = [file for file in rows if file]
    assert sorted(n for file in rows for n in file) == list(range(ROWS)), "rows are missing"
    follow = all(one[-1] > next_one[0] for one, next_one in zip(rows, rows[1:]))
    return len(rows), follow, all(file == sorted(file, reverse=True) for file in rows)


SIZE = ", COMPRESSION uncompressed, FILE_SIZE_BYTES 200000"
several = [copy(2, SIZE) for _ in range(10)]
out_of_order = sum(not follow for _, follow, _ in several)
not_sorted = sum(not is_sorted for _, _, is_sorted in several)
alone = [copy(1, SIZE) for _ in range(3)]
one_file = [copy(2, "") for _ in range(3)]
print(f"two threads, several files: out of order in {out_of_order} of 10 copies, a file not sorted in {not_sorted}")
print(f"one thread, several files: {alone}")
print(f"two threads, one file: {one_file}")
as_found = (
    out_of_order > 0
    and all(files > 1 and follow and is_sorted for files, follow, is_sorted in alone)
    and all(files == 1 and is_sorted for files, _, is_sorted in one_file)
)
print("as found" if as_found else "this has changed")
sys.exit(not as_found)
PYTHON
