"""Parquet of other writers under a merge: lists of both forms, maps, NaN, nulls. What comes out is
read by pyarrow; what the engine would read as something else is left alone by name.
"""

import io
import math

import pyarrow
import pyarrow.parquet
import pytest

from test_table_failures import PARQUET
from test_table_merge import Tables


@pytest.fixture
def lake(freshet):
    lake = Tables(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


def body(table, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def merged(lake, kept=()):
    """The one object that the merge of `u` has made beside those that it left alone, by name."""
    run = lake.optimize("u")
    assert run["state"] == "SUCCEEDED" and run["left_alone"] == len(kept), run["notes"]
    for key in kept:
        assert any(f"s3://lake/{key} is left alone" in note for note in run["notes"]), run
    objects = lake.objects("u/")
    for key, content in dict(kept).items():
        assert objects.pop(key) == content
    [made] = objects.values()
    return pyarrow.parquet.ParquetFile(io.BytesIO(made))


def test_lists_of_both_spellings_become_one_form(lake):
    lake.make("u", ["a bigint", "l array<string>", "m map<string,bigint>"], **PARQUET)
    schema = pyarrow.schema(
        [
            ("a", pyarrow.int64()),
            ("l", pyarrow.list_(pyarrow.string())),
            ("m", pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        ]
    )
    rows = [
        {"a": 1, "l": ["x", None], "m": [("k", 1)]},
        {"a": 2, "l": [], "m": []},
        {"a": 3, "l": None, "m": None},
    ]
    table = pyarrow.Table.from_pylist(rows, schema)
    lake.put("u/element.parquet", body(table, use_compliant_nested_type=True))
    lake.put("u/item.parquet", body(table, use_compliant_nested_type=False))
    # A column of nothing but nulls has a type that says nothing of lists.
    nulls = body(pyarrow.table({"a": [4], "l": pyarrow.nulls(1)}))
    lake.put("u/nulls.parquet", nulls)
    made = merged(lake, {"u/nulls.parquet": nulls})
    assert sorted(made.read().to_pylist(), key=str) == sorted(rows * 2, key=str)


def test_a_key_that_a_map_has_twice_stays_twice(lake):
    lake.make("u", ["m map<string,bigint>"], **PARQUET)
    kind = pyarrow.map_(pyarrow.string(), pyarrow.int64())
    twice = [("k", 1), ("k", 2)]
    for name, pairs in (("1", [("k", 1)]), ("2", twice)):
        lake.put(f"u/{name}.parquet", body(pyarrow.table({"m": pyarrow.array([pairs], kind)})))
    made = merged(lake)
    assert sorted(row["m"] for row in made.read().to_pylist()) == [[("k", 1)], twice]


def test_nan_stays_and_no_bound_hides_it(lake):
    lake.make("u", ["x double"], **PARQUET)
    lake.put("u/1.parquet", body(pyarrow.table({"x": [1.0, math.nan, 5.0]})))
    lake.put("u/2.parquet", body(pyarrow.table({"x": [2.0, None]})))
    before = sorted(lake.rows("SELECT x FROM u")[1:], key=str)
    made = merged(lake)
    read = made.read()["x"].to_pylist()
    assert sorted(str(value) for value in read) == ["1.0", "2.0", "5.0", "None", "nan"]
    statistics = made.metadata.row_group(0).column(0).statistics
    if statistics is not None and statistics.has_min_max:
        assert not math.isnan(statistics.min) and not math.isnan(statistics.max)
    assert sorted(lake.rows("SELECT x FROM u")[1:], key=str) == before
    assert lake.rows("SELECT count(*) FROM u WHERE is_nan(x)")[1] == ["1"]


def test_types_of_other_writers_become_the_tables(lake):
    """A narrower type is widened; a value that does not fit keeps its object as it is."""
    lake.make("u", ["a bigint", "d decimal(10,2)"], **PARQUET)
    small = pyarrow.schema([("a", pyarrow.int32()), ("d", pyarrow.decimal128(5, 1))])
    lake.put("u/1.parquet", body(pyarrow.table({"a": [1], "d": [None]}, small)))
    lake.put("u/2.parquet", body(pyarrow.table({"a": [2], "d": [None]}, small)))
    half = body(pyarrow.table({"a": [1.5]}))
    lake.put("u/half.parquet", half)
    made = merged(lake, {"u/half.parquet": half})
    assert made.schema_arrow.field("a").type == pyarrow.int64()
    assert made.schema_arrow.field("d").type == pyarrow.decimal128(10, 2)
    assert sorted(made.read()["a"].to_pylist()) == [1, 2]


def test_metadata_of_sources_and_their_arrow_schema_are_not_kept(lake):
    """docs/lake.md says so: a schema of Arrow's goes by place, and the columns may move."""
    lake.make("u", ["a bigint"], **PARQUET)
    schema = pyarrow.schema([pyarrow.field("a", pyarrow.int64())], metadata={"owner": "me"})
    for name in ("1", "2"):
        lake.put(f"u/{name}.parquet", body(pyarrow.table({"a": [7]}, schema)))
    made = merged(lake)
    kept = made.metadata.metadata or {}
    assert b"owner" not in kept and b"ARROW:schema" not in kept
