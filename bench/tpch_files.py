"""Writes TPC-H's tables as Parquet and tpch.json, which has their columns and the statements, into
a directory: `tpch_files.py DIRECTORY SCALE`. Runs with the Python of build/engines.
"""

import json
import pathlib
import re
import sys

import duckdb
import duckdb_extension_tpch

HIVE_TYPES = {"integer": "int", "varchar": "string"}

directory, scale = pathlib.Path(sys.argv[1]), float(sys.argv[2])
db = duckdb.connect()
extension = next(pathlib.Path(duckdb_extension_tpch.__file__).parent.rglob("*.duckdb_extension"))
db.execute(f"LOAD '{extension}'")
db.execute(f"CALL dbgen(sf={scale})")
tables = {}
for (table,) in db.execute("SHOW TABLES").fetchall():
    db.execute(f"COPY {table} TO '{directory}/{table}.parquet' (FORMAT parquet)")
    tables[table] = {
        name: HIVE_TYPES.get(kind.lower(), kind.lower())
        for name, kind, *_ in db.execute(f"DESCRIBE {table}").fetchall()
    }
statements = [
    # Trino groups by no alias.
    re.sub(r"GROUP BY\s+supplier_no", "GROUP BY l_suppkey", sql).strip().rstrip(";")
    for (sql,) in db.execute("SELECT query FROM tpch_queries() ORDER BY query_nr").fetchall()
]
(directory / "tpch.json").write_text(json.dumps({"tables": tables, "statements": statements}))
