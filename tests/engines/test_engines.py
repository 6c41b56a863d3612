"""Data engines over Freshet's S3: each writes, lists, reads back, overwrites and deletes a
partitioned data set, and puts conditionally where it can. Their own programs (programs/) check what
they read and write.
"""

import pytest


def test_pyarrow(run_engine):
    run_engine("pyarrow_dataset")


def test_polars(run_engine):
    run_engine("polars_dataset")


def test_datafusion(run_engine):
    run_engine("datafusion_dataset")


def test_delta_lake(run_engine):
    run_engine("deltalake_table")


def test_duckdb_httpfs(run_engine):
    run_engine("duckdb_httpfs")


def test_daft(run_engine):
    run_engine("daft_dataset")


def test_s5cmd(run_engine):
    run_engine("s5cmd_files")


def test_tpc_statements(run_engine):
    """Of Athena, not of S3: DuckDB makes the tables and says what their rows are."""
    run_engine("tpc_statements")


@pytest.mark.heavy
def test_chdb(run_engine):
    run_engine("chdb_dataset", venv="engines-heavy")


@pytest.mark.heavy
def test_spark_s3a(run_engine, s3a_jars, tmp_path):
    run_engine(
        "spark_s3a",
        venv="engines-heavy",
        timeout=600,
        S3A_JARS=s3a_jars,
        SPARK_LOCAL_DIRS=str(tmp_path),
        SPARK_LOCAL_IP="127.0.0.1",
    )
