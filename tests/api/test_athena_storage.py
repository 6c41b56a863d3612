"""The StorageDescriptor of a table or of a partition decides how its files are read: formats,
options, symlinks.
"""

import gzip
import io

import pyarrow
import pyarrow.parquet
import pytest

from test_athena import Lake


@pytest.fixture
def lake(freshet):
    lake = Lake(freshet)
    lake.rows("SHOW DATABASES")  # makes "default"
    return lake


TEXT, PARQUET, LAZY = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
)
SYMLINK, PARQUET_SERDE = (
    "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
)


def make_table(lake, name, input_format, serde=LAZY, location="s3://lake/f/", parameters=None):
    lake.freshet.client("glue").create_table(
        DatabaseName="default",
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters or {},
            "StorageDescriptor": {
                "Columns": [{"Name": "n", "Type": "int"}, {"Name": "s", "Type": "string"}],
                "Location": location,
                "InputFormat": input_format,
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"field.delim": ","}},
            },
        },
    )


def test_a_tables_input_format_decides_what_is_read(lake):
    lake.s3.put_object(Bucket="lake", Key="f/a.csv", Body=b"1,a\n")
    make_table(lake, "plain", TEXT)
    assert lake.rows("SELECT * FROM plain") == [["n", "s"], ["1", "a"]]
    for number, (input_format, serde, says) in enumerate(
        [
            (
                "org.apache.hadoop.mapred.SequenceFileInputFormat",
                LAZY,
                "Freshet does not build org.apache.hadoop.mapred.SequenceFileInputFormat",
            ),
            (PARQUET, LAZY, f"Unable to create input format {PARQUET} for SerDe {LAZY}"),
            ("x.Foo", LAZY, "Unable to create input format x.Foo"),
            (
                "x.Foo",
                "org.apache.hadoop.hive.serde2.OpenCSVSerde",
                "Unable to create input format x.Foo",
            ),
            (TEXT, PARQUET_SERDE, f"Unable to create input format {TEXT} for SerDe"),
            (PARQUET, "org.openx.data.jsonserde.JsonSerDe", "Unable to create input format"),
        ]
    ):
        make_table(lake, f"wrong_{number}", input_format, serde)
        reason = lake.failure(f"SELECT * FROM wrong_{number}")["StateChangeReason"]
        assert reason.startswith("HIVE_UNSUPPORTED_FORMAT: ") and says in reason, reason
    make_table(
        lake,
        "ice",
        "",
        "iceberg",
        parameters={"table_type": "ICEBERG", "metadata_location": "s3://lake/f/m.json"},
    )
    assert (
        "is of Iceberg, whose tables are not supported"
        in lake.failure("SELECT * FROM ice")["StateChangeReason"]
    )


def test_a_symlink_table_reads_the_files_that_its_lines_name(lake):
    for key, body in (
        ("data/one.csv", b"1,a\n2,b\n"),
        ("data/two.csv", b"3,c\n"),
        ("data/not-named.csv", b"4,d\n"),
        ("elsewhere/five.csv.gz", gzip.compress(b"5,e\n")),
    ):
        lake.s3.put_object(Bucket="lake", Key=key, Body=body)
    lake.s3.put_object(
        Bucket="lake",
        Key="links/first",
        Body=b"s3://lake/data/one.csv\ns3a://lake/elsewhere/five.csv.gz\r\n\n",
    )
    lake.s3.put_object(Bucket="lake", Key="links/second", Body=b"s3://lake/data/two.csv")
    make_table(lake, "linked", SYMLINK, location="s3://lake/links/")
    assert lake.rows("SELECT n, s FROM linked ORDER BY n") == [
        ["n", "s"],
        ["1", "a"],
        ["2", "b"],
        ["3", "c"],
        ["5", "e"],
    ]
    lake.s3.put_object(Bucket="lake", Key="links/second", Body=b"s3://lake/data/gone.csv")
    assert "s3://lake/data/gone.csv" in lake.failure("SELECT * FROM linked")["StateChangeReason"]
    lake.s3.put_object(Bucket="lake", Key="links/second", Body=b"1,a\n")
    assert lake.failure("SELECT * FROM linked")["StateChangeReason"].startswith(
        "HIVE_BAD_DATA: Error parsing symlinks from: s3://lake/links/second"
    )


def part_table(lake, name, storage=None):
    """A table of delimited text without a partition, and how to add one whose storage differs."""
    glue = lake.freshet.client("glue")
    own = {
        "Columns": [{"Name": "n", "Type": "int"}, {"Name": "s", "Type": "string"}],
        "Location": f"s3://lake/{name}/",
        "InputFormat": TEXT,
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": LAZY, "Parameters": {"field.delim": ","}},
    }
    glue.create_table(
        DatabaseName="default",
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "p", "Type": "string"}],
            "StorageDescriptor": own | (storage or {}),
        },
    )

    def add(value, body, serde=LAZY, key="data", parameters=None, **changes):
        lake.s3.put_object(Bucket="lake", Key=f"{name}/p={value}/{key}", Body=body)
        part = (
            own
            | {
                "Location": f"s3://lake/{name}/p={value}/",
                "SerdeInfo": {
                    "SerializationLibrary": serde,
                    "Parameters": {"field.delim": ","} if parameters is None else parameters,
                },
            }
            | changes
        )
        glue.create_partition(
            DatabaseName="default",
            TableName=name,
            PartitionInput={"Values": [value], "StorageDescriptor": part},
        )

    return add


def test_a_partition_is_read_by_its_own_storage_descriptor(lake):
    add = part_table(lake, "mixed")
    body = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"s": ["f"], "n": pyarrow.array([6], pyarrow.int32())}), body
    )
    add("comma", b"1,a\n")
    add("bar", b"2|b,x\n", parameters={"field.delim": "|"})
    add("quoted", b'"3","c"\n', serde="org.apache.hadoop.hive.serde2.OpenCSVSerde", parameters={})
    add("json", b'{"s":"d","n":4}\n', serde="org.openx.data.jsonserde.JsonSerDe", parameters={})
    add("parquet", body.getvalue(), serde=PARQUET_SERDE, parameters={}, InputFormat=PARQUET)
    add("header", b"n,s\n7,g\n", parameters={"field.delim": ",", "skip.header.line.count": "1"})
    lake.s3.put_object(Bucket="lake", Key="elsewhere/eight", Body=b"8,h\n")
    add("link", b"s3://lake/elsewhere/eight\n", InputFormat=SYMLINK)
    assert lake.rows("SELECT n, s, p FROM mixed ORDER BY n")[1:] == [
        ["1", "a", "comma"],
        ["2", "b,x", "bar"],
        ["3", "c", "quoted"],
        ["4", "d", "json"],
        ["6", "f", "parquet"],
        ["7", "g", "header"],
        ["8", "h", "link"],
    ]
    assert lake.rows(
        "SELECT count(*), sum(a.n) FROM mixed a JOIN mixed b ON a.n = b.n WHERE a.p <> 'json'"
    )[1:] == [["6", "27"]]
    assert lake.rows("SELECT s FROM mixed WHERE p = 'parquet'")[1:] == [["f"]]


def test_a_partition_that_nothing_reads_is_named(lake):
    add = part_table(lake, "odd")
    add("good", b"1,a\n")
    for value, changes, says in (
        (
            "avro",
            {
                "InputFormat": "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
                "serde": "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
            },
            "NOT_SUPPORTED: the SerDe org.apache.hadoop.hive.serde2.avro.AvroSerDe of ",
        ),
        (
            "sequence",
            {"InputFormat": "org.apache.hadoop.mapred.SequenceFileInputFormat"},
            (
                "HIVE_UNSUPPORTED_FORMAT: Freshet does not build "
                "org.apache.hadoop.mapred.SequenceFileInputFormat ("
            ),
        ),
        (
            "text",
            {"serde": PARQUET_SERDE},
            (
                f"HIVE_UNSUPPORTED_FORMAT: Unable to create input format {TEXT} for SerDe "
                f"{PARQUET_SERDE} ("
            ),
        ),
        (
            "none",
            {"InputFormat": ""},
            (
                "HIVE_UNSUPPORTED_FORMAT: Unable to create input format: its StorageDescriptor "
                "names no InputFormat ("
            ),
        ),
        (
            "more",
            {"AdditionalLocations": ["s3://lake/more/"]},
            "NOT_SUPPORTED: AdditionalLocations of ",
        ),
        (
            "type",
            {"Columns": [{"Name": "n", "Type": "int"}, {"Name": "x", "Type": "struct<a:int>"}]},
            (
                "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and "
                "partition schemas. "
            ),
        ),
        (
            "narrow",
            {"Columns": [{"Name": "n", "Type": "bigint"}, {"Name": "s", "Type": "string"}]},
            "HIVE_PARTITION_SCHEMA_MISMATCH: ",
        ),
    ):
        add(value, b"2,b\n", **changes)
        reason = lake.failure(f"SELECT * FROM odd WHERE p IN ('good', '{value}')")[
            "StateChangeReason"
        ]
        assert reason.startswith(says) and (
            f"partition p={value} of table default.odd" in reason
            or f"partition 'p={value}' declared column" in reason
        ), reason
    assert lake.rows("SELECT n FROM odd WHERE p = 'good'")[1:] == [["1"]]
    add("wide", b"3,7\n", Columns=[{"Name": "n", "Type": "smallint"}, {"Name": "s", "Type": "int"}])
    assert lake.rows("SELECT n, s FROM odd WHERE p = 'wide'")[1:] == [["3", "7"]]


def test_a_table_without_a_format_or_with_more_locations_is_refused(lake):
    part_table(lake, "bare", {"InputFormat": ""})
    assert lake.failure("SELECT * FROM bare")["StateChangeReason"] == (
        "HIVE_UNSUPPORTED_FORMAT: line 1:15: Unable to create input format: its "
        "StorageDescriptor names no InputFormat (table default.bare)"
    )
    part_table(lake, "wider", {"AdditionalLocations": ["s3://lake/more/"]})
    assert (
        "AdditionalLocations of table default.wider are not supported"
        in lake.failure("SELECT * FROM wider")["StateChangeReason"]
    )


def test_alter_table_keeps_what_it_does_not_name(lake):
    glue = lake.freshet.client("glue")
    columns = [{"Name": "n", "Type": "int", "Parameters": {"k": "v"}}]
    kept = {
        "BucketColumns": ["n"],
        "NumberOfBuckets": 4,
        "SortColumns": [{"Column": "n", "SortOrder": 1}],
        "Parameters": {"a": "b"},
    }
    glue.create_table(
        DatabaseName="default",
        TableInput={
            "Name": "kept",
            "Owner": "me",
            "Retention": 3,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": kept
            | {
                "Columns": columns,
                "Location": "s3://lake/kept/",
                "InputFormat": TEXT,
                "SerdeInfo": {
                    "Name": "mine",
                    "SerializationLibrary": LAZY,
                    "Parameters": {"field.delim": ","},
                },
            },
        },
    )
    lake.rows("ALTER TABLE kept ADD COLUMNS (m string)")
    table = glue.get_table(DatabaseName="default", Name="kept")["Table"]
    storage = table["StorageDescriptor"]
    assert storage["Columns"] == columns + [{"Name": "m", "Type": "string"}]
    assert (
        table["Owner"] == "me"
        and table["Retention"] == 3
        and storage["SerdeInfo"]["Name"] == "mine"
    )
    assert {key: storage[key] for key in kept} == kept


def test_path_is_the_object_of_a_row(lake):
    add = part_table(lake, "traced")
    body = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"n": pyarrow.array([3], pyarrow.int32()), "s": ["c"]}), body
    )
    add("x", b"1,a\n2,b\n", key="with space,=%2F.csv")
    add(
        "y",
        body.getvalue(),
        serde=PARQUET_SERDE,
        parameters={},
        InputFormat=PARQUET,
        key="odd 'name'=%41.parquet",
    )
    paths = [
        "s3://lake/traced/p=x/with space,=%2F.csv",
        "s3://lake/traced/p=y/odd 'name'=%41.parquet",
    ]
    assert lake.rows('SELECT "$path", n, p FROM traced ORDER BY n') == [
        ["$path", "n", "p"],
        [paths[0], "1", "x"],
        [paths[0], "2", "x"],
        [paths[1], "3", "y"],
    ]
    assert lake.rows(
        "SELECT n FROM traced t WHERE t.\"$path\" LIKE '%.parquet' AND p IN ('x', 'y')"
    )[1:] == [["3"]]
    assert lake.rows('SELECT "$PATH" AS f, count(*) FROM traced GROUP BY "$path" ORDER BY 1')[
        1:
    ] == [[paths[0], "2"], [paths[1], "1"]]
    assert lake.rows("SELECT * FROM traced WHERE n = 1") == [["n", "s", "p"], ["1", "a", "x"]]
    assert lake.rows(
        "SELECT f.q, g.* FROM (SELECT \"$path\" AS q FROM traced WHERE p = 'y') f CROSS "
        'JOIN traced g WHERE g."$path" = f.q'
    ) == [["q", "n", "s", "p"], [paths[1], "3", "c", "y"]]
    assert (
        "Column '$path' is ambiguous"
        in lake.failure('SELECT "$path" FROM traced a CROSS JOIN traced b')["StateChangeReason"]
    )
    assert (
        "Column '$path' cannot be resolved"
        in lake.failure('SELECT "$path" FROM traced AS t (a, b, c)')["StateChangeReason"]
    )
    assert (
        'hidden column "$file_size" is not supported'
        in lake.failure('SELECT "$file_size" FROM traced')["StateChangeReason"]
    )
    lake.s3.put_object(Bucket="lake", Key="flat/one", Body=b"1,a\n")
    make_table(lake, "flat", TEXT, location="s3://lake/flat/")
    assert lake.rows('SELECT DISTINCT "$path" FROM flat')[1:] == [["s3://lake/flat/one"]]
    lake.rows('CREATE VIEW traces AS SELECT "$path" AS file, n FROM traced')
    assert lake.rows("SELECT file FROM traces WHERE n = 3")[1:] == [[paths[1]]]


def test_a_json_row_over_several_lines_is_refused_with_object_and_line(lake):
    lake.s3.put_object(
        Bucket="lake",
        Key="j/pretty.json",
        Body=b'{"n": 1, "s": "a"}\n\n{\n  "n": 2,\n  "s": "b"\n}\n',
    )
    make_table(lake, "pretty", TEXT, "org.openx.data.jsonserde.JsonSerDe", location="s3://lake/j/")
    assert lake.failure("SELECT * FROM pretty")["StateChangeReason"] == (
        "HIVE_CURSOR_ERROR: Row is not a valid JSON Object (a row is one line) in line 3 "
        "of s3://lake/j/pretty.json: {"
    )
    lake.s3.put_object(Bucket="lake", Key="j/pretty.json", Body=b'{"n": 1, "s": "a"}\n{"n": "x"}\n')
    assert lake.failure("SELECT n FROM pretty")["StateChangeReason"].endswith(
        'For input string: "x" in column n in line 2 of s3://lake/j/pretty.json'
    )


def test_long_chains_of_operators_are_answered(lake):
    lake.s3.put_object(Bucket="lake", Key="f/a.csv", Body=b"3,a\n-2,b\n")
    make_table(lake, "chained", TEXT)
    assert lake.rows(
        "SELECT n"
        + "+n" * 9_999
        + ", n"
        + "+n-1" * 4_000
        + ", n"
        + "*1" * 5_000
        + " FROM chained ORDER BY n"
    )[1:] == [["-20000", "-12002", "-2"], ["30000", "8003", "3"]]
    assert lake.rows(
        "SELECT n"
        + "+2*n-n/2%5" * 200
        + ", n+0E0"
        + "+n-0.5E0" * 1_000
        + ", n"
        + "*n/n" * 100
        + " FROM chained WHERE n = 3"
    )[1:] == [["1003", "2503.0", "3"]]
    assert lake.failure("SELECT n" + "*2" * 60 + " FROM chained")["StateChangeReason"].startswith(
        "NUMERIC_VALUE_OUT_OF_RANGE"
    )
    assert (
        "a chain of more than 750 operators on decimal(38,0) is not supported"
        in lake.failure("SELECT n" + "+DECIMAL '1'" * 1_000 + " FROM chained")["StateChangeReason"]
    )


def test_a_struct_that_grew_reads_its_older_partitions(lake):
    openx = "org.openx.data.jsonserde.JsonSerDe"

    def columns(struct):
        return {"Columns": [{"Name": "n", "Type": "int"}, {"Name": "s", "Type": struct}]}

    add = part_table(
        lake,
        "grown",
        columns("struct<a:bigint,b:array<struct<c:string,d:int>>>")
        | {"SerdeInfo": {"SerializationLibrary": openx}},
    )
    add(
        "new",
        b'{"n":1,"s":{"a":5000000000,"b":[{"c":"x","d":2}]}}\n',
        serde=openx,
        parameters={},
        **columns("struct<a:bigint,b:array<struct<c:string,d:int>>>"),
    )
    add(
        "old",
        b'{"n":2,"s":{"a":3,"b":[{"c":"y"}]}}\n',
        serde=openx,
        parameters={},
        **columns("struct<A:int,b:array<struct<c:string>>>"),
    )
    assert lake.rows("SELECT s.a, s.b[1].c, s.b[1].d FROM grown ORDER BY n")[1:] == [
        ["5000000000", "x", "2"],
        ["3", "y", None],
    ]
    add("other", b'{"n":3,"s":{"z":3}}\n', serde=openx, parameters={}, **columns("struct<z:int>"))
    assert lake.failure("SELECT n FROM grown")["StateChangeReason"].startswith(
        "HIVE_PARTITION_SCHEMA_MISMATCH: "
    )


def test_repair_adds_folders_as_they_are_named(lake):
    part_table(lake, "hours")
    for number, folder in enumerate(("p=10:30", "p=a b", "p=x%3Ay", "p=it's [1]")):
        lake.s3.put_object(Bucket="lake", Key=f"hours/{folder}/data", Body=f"{number},a\n".encode())
    assert len(lake.rows("MSCK REPAIR TABLE hours")) == 5
    assert lake.rows("SELECT n, p FROM hours ORDER BY n")[1:] == [
        ["0", "10:30"],
        ["1", "a b"],
        ["2", "x:y"],
        ["3", "it's [1]"],
    ]
    assert lake.rows("MSCK REPAIR TABLE hours") == []


def test_an_error_that_quotes_a_file_is_text_whatever_the_file_holds(lake):
    lake.s3.put_object(Bucket="lake", Key="q/a", Body=b"\xff\xfe no text \xc3\n")
    make_table(lake, "of_json", TEXT, "org.openx.data.jsonserde.JsonSerDe", location="s3://lake/q/")
    assert lake.failure("SELECT * FROM of_json")["StateChangeReason"].endswith(
        "in line 1 of s3://lake/q/a: \ufffd\ufffd no text \ufffd"
    )
    lake.s3.put_object(
        Bucket="lake",
        Key="q/a",
        Body=b'"1","x"\n"2","y"\n"' + "é".encode() * 5_000 + b'\xff","x"\n',
    )
    make_table(
        lake, "of_csv", TEXT, "org.apache.hadoop.hive.serde2.OpenCSVSerde", location="s3://lake/q/"
    )
    reason = lake.failure("SELECT * FROM of_csv WHERE s = 'x'")["StateChangeReason"]
    assert reason.endswith(
        'For input string: "' + "é" * 100 + '" in column n in line 3 of s3://lake/q/a'
    ), reason
