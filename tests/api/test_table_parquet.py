"""Parquet of other writers under a merge: lists of both forms, maps, NaN, nulls. What comes out is
read by pyarrow; what the engine would read as something else is left alone by name.
"""

import io
import math

import pyarrow
import pyarrow.parquet
import pytest

import parquet_by_hand
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


def with_metadata(metadata, ids=None):
    field = pyarrow.field("a", pyarrow.int64(), metadata=ids and {"PARQUET:field_id": str(ids)})
    return pyarrow.schema([field], metadata=metadata)


def test_metadata_that_all_sources_agree_on_is_kept(lake):
    """docs/lake.md says so. A schema of Arrow's goes by place, and the columns may move: that one,
    and what else describes columns, is not kept."""
    lake.make("u", ["a bigint"], **PARQUET)
    every = {"owner": "me's", "Bytes": b"\x00\xff", "empty": ""}
    for name, own in (("1", {"batch": "1", "one": "x"}), ("2", {"batch": "2"})):
        schema = with_metadata(every | own | {"pandas": "{}"})
        lake.put(f"u/{name}.parquet", body(pyarrow.table({"a": [7]}, schema)))
    made = merged(lake)
    assert made.metadata.metadata == {b"owner": b"me's", b"Bytes": b"\x00\xff", b"empty": b""}
    notes = lake.call("tables/runs?database=default&table=u")["runs"][0]["notes"]
    why = "s3://lake/u/2.parquet has another value of it"
    assert f"s3://lake/u/: the metadata batch is not kept: {why}" in notes
    assert any("metadata one is not kept: s3://lake/u/2.parquet does not have" in n for n in notes)
    assert not any("pandas" in note or "owner" in note for note in notes)


def test_field_ids_that_all_sources_agree_on_are_kept(lake):
    """By name, also inside of rows, lists and maps, whatever the order and the case."""
    lake.make(
        "u",
        ["a bigint", "r struct<x:bigint>", "l array<bigint>", "m map<string,bigint>"],
        **PARQUET,
    )

    def field(name, type, id):
        return pyarrow.field(name, type, metadata={"PARQUET:field_id": str(id)})

    row = pyarrow.struct([field("x", pyarrow.int64(), 21)])
    items = pyarrow.list_(field("element", pyarrow.int64(), 31))
    key = pyarrow.field("key", pyarrow.string(), False, metadata={"PARQUET:field_id": "41"})
    pairs = pyarrow.map_(key, field("value", pyarrow.int64(), 42))
    fields = [field("A", pyarrow.int64(), 1), field("r", row, 2), field("l", items, 3)]
    fields.append(field("m", pairs, 4))
    values = {"A": 1, "r": {"x": 1}, "l": [1], "m": [("k", 1)]}
    for name, order in (("1", fields), ("2", fields[::-1]), ("3", fields[:1])):
        table = pyarrow.Table.from_pylist([values], pyarrow.schema(order))
        lake.put(f"u/{name}.parquet", body(table))
    made = merged(lake)
    found = made.schema_arrow

    def id_of(field):
        return (field.metadata or {}).get(b"PARQUET:field_id")

    assert [id_of(one) for one in found] == [b"1", b"2", b"3", b"4"]
    assert id_of(found.field("r").type.field(0)) == b"21"
    assert id_of(found.field("l").type.value_field) == b"31"
    assert id_of(found.field("m").type.key_field) == b"41"
    assert id_of(found.field("m").type.item_field) == b"42"
    assert made.read().num_rows == 3


def test_field_ids_that_contradict_are_not_kept_and_named(lake):
    lake.make("u", ["a bigint"], **PARQUET)
    for name, id in (("1", 7), ("2", 8)):
        lake.put(f"u/{name}.parquet", body(pyarrow.table({"a": [7]}, with_metadata({}, id))))
    made = merged(lake)
    assert b"PARQUET:field_id" not in (made.schema_arrow.field("a").metadata or {})
    [note] = lake.call("tables/runs?database=default&table=u")["runs"][0]["notes"]
    assert note == (
        "s3://lake/u/: field ids are not kept: that of a in s3://lake/u/2.parquet is not the one "
        "of the files before it"
    )


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (parquet_by_hand.interval("v"), "it has an INTERVAL, which reads as NULL"),
        (parquet_by_hand.bson("v"), "it has BSON"),
        (parquet_by_hand.list_of_rows("v", "array", [1, 2]), "a list of an old form"),
        (parquet_by_hand.list_of_rows("v", "v_tuple", [1, 2]), "a list of an old form"),
    ],
    ids=["interval", "bson", "array", "tuple"],
)
def test_what_reads_as_something_else_stays_as_it_is(lake, made, why):
    lake.make("u", ["v array<struct<x:bigint>>", "a bigint"], **PARQUET)
    lake.put("u/1.parquet", made)
    for name in ("2", "3"):
        lake.put(f"u/{name}.parquet", body(pyarrow.table({"a": [int(name)]})))
    assert merged(lake, {"u/1.parquet": made}).read()["a"].to_pylist() == [2, 3]
    [note] = lake.call("tables/runs?database=default&table=u")["runs"][0]["notes"]
    assert "s3://lake/u/1.parquet is left alone" in note and why in note


def test_a_list_of_two_levels_is_a_list(lake):
    lake.make("u", ["v array<bigint>"], **PARQUET)
    lake.put("u/1.parquet", parquet_by_hand.list_of_numbers("v", [1, 2]))
    numbers = pyarrow.array([[3]], pyarrow.list_(pyarrow.int64()))
    lake.put("u/2.parquet", body(pyarrow.table({"v": numbers})))
    assert sorted(merged(lake).read()["v"].to_pylist()) == [[1, 2], [3]]
