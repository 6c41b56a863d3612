"""The statements of TPC-H (22) and TPC-DS (99) by Athena, over the Parquet files that DuckDB's
generators made, give DuckDB's rows. Where DuckDB's text is not Trino's, it is brought into a form
that both understand.
"""

import decimal
import pathlib
import re
import time

import boto3
import duckdb
import duckdb_extension_tpcds
import duckdb_extension_tpch
from dataset import BUCKET, ENDPOINT, KEY, REGION, SECRET, s3

SCALE = 0.01
HIVE_TYPES = {"integer": "int", "varchar": "string"}
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name=REGION,
    )


glue, athena = client("glue"), client("athena")


def load(db, package, name):
    folder = pathlib.Path(package.__file__).parent
    db.execute(f"LOAD '{next(folder.rglob(f'{name}.duckdb_extension'))}'")


def catalog(db, database):
    """Puts each table of `db` as a Parquet file and describes it."""
    glue.create_database(DatabaseInput={"Name": database})
    for (table,) in db.execute("SHOW TABLES").fetchall():
        path = pathlib.Path(f"{database}-{table}.parquet")
        db.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
        s3().upload_file(str(path), BUCKET, f"{database}/{table}/rows.parquet")
        columns = [
            {"Name": name, "Type": HIVE_TYPES.get(kind.lower(), kind.lower())}
            for name, kind, *_ in db.execute(f"DESCRIBE {table}").fetchall()
        ]
        glue.create_table(
            DatabaseName=database,
            TableInput={
                "Name": table,
                "TableType": "EXTERNAL_TABLE",
                "StorageDescriptor": {
                    "Columns": columns,
                    "Location": f"s3://{BUCKET}/{database}/{table}/",
                    "InputFormat": f"{PARQUET}.MapredParquetInputFormat",
                    "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat",
                    "SerdeInfo": {
                        "SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe",
                    },
                },
            },
        )


def athena_rows(sql, database):
    """The rows as text, and the types of their columns."""
    run = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
    )["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=run)["QueryExecution"]["Status"]
        if status["State"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.005)
    assert status["State"] == "SUCCEEDED", status["StateChangeReason"]
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=run):
        described = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows += [
            [cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]
        ]
    return rows[1:], [column["Type"] for column in described]


def for_both(sql):
    """Trino compares a date with a date only, adds intervals to it, groups by no alias, and rounds
    the quotients of decimals that are then summed.
    """
    sql = re.sub(r"(?<!DATE )(?<!date )'(\d{4}-\d{2}-\d{2})'", r"DATE '\1'", sql)
    sql = sql.replace("d1.d_date + 5", "d1.d_date + INTERVAL '5' DAY")
    sql = re.sub(r"GROUP BY\s+supplier_no", "GROUP BY l_suppkey", sql)
    sql = re.sub(r"/\s*w_warehouse_sq_ft", "/ CAST(w_warehouse_sq_ft AS double)", sql)
    return sql.strip().rstrip(";")


def is_same(ours, theirs, kind):
    """DuckDB's avg and quotient of decimals are doubles; Trino's are decimals of a scale."""
    if ours is None or theirs is None:
        return ours is theirs
    if kind == "decimal":
        digits = len(ours.partition(".")[2])
        return abs(decimal.Decimal(ours) - decimal.Decimal(theirs)) <= decimal.Decimal(
            f"0.5000001e-{digits}"
        )
    if kind == "double":
        return abs(float(ours) - float(theirs)) <= 1e-9 * max(1, abs(float(theirs)))
    return ours == str(theirs)


def differences(ours, theirs, kinds):
    """Rows that the order of the statement leaves open may come in another order."""

    def by_text(row):
        # What is rounded comes last, to match rows by what is not.
        return sorted((kind in ("decimal", "double"), str(cell)) for cell, kind in zip(row, kinds))

    def unlike(some, others):
        return [
            pair for pair in zip(some, others) if not all(map(is_same, pair[0], pair[1], kinds))
        ]

    if len(ours) != len(theirs):
        return [(len(ours), len(theirs))]
    found = unlike(ours, theirs)
    return found and unlike(sorted(ours, key=by_text), sorted(theirs, key=by_text))


def check(name, package, generate, count):
    db = duckdb.connect()
    load(db, package, name)
    db.execute(f"CALL {generate}(sf={SCALE})")
    catalog(db, name)
    statements = db.execute(f"SELECT query_nr, query FROM {name}_queries()").fetchall()
    assert len(statements) == count
    wrong = []
    for number, text in statements:
        sql = for_both(text)
        theirs = db.execute(sql).fetchall()
        try:
            ours, kinds = athena_rows(sql, name)
            found = differences(ours, theirs, kinds)
        except AssertionError as refused:
            found = [str(refused)]
        if found:
            wrong.append(f"{name} {number}: {found[:2]}")
    assert not wrong, "\n".join(wrong)


check("tpch", duckdb_extension_tpch, "dbgen", 22)
check("tpcds", duckdb_extension_tpcds, "dsdgen", 99)
