"""Classifiers: users' own (grok, XML, JSON path, CSV) and those that crawlers have."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import botocore.exceptions
import pyarrow
import pyarrow.orc
import pytest
from crawling import Lake, columns


@pytest.fixture
def lake(freshet):
    return Lake(freshet)


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def classification(lake, table):
    return lake.table(table)["Parameters"]["classification"]


def test_classifiers_are_kept_listed_changed_and_removed(lake):
    glue = lake.glue
    glue.create_classifier(
        GrokClassifier={
            "Name": "g",
            "Classification": "mine",
            "GrokPattern": "%{WORD:a} %{CODE:b:int}",
            "CustomPatterns": "CODE \\d+",
        }
    )
    glue.create_classifier(XMLClassifier={"Name": "x", "Classification": "rows", "RowTag": "row"})
    glue.create_classifier(JsonClassifier={"Name": "j", "JsonPath": "$.rows[*]"})
    glue.create_classifier(
        CsvClassifier={
            "Name": "c",
            "Delimiter": "|",
            "QuoteSymbol": "'",
            "ContainsHeader": "ABSENT",
            "Header": ["a", "b"],
            "DisableValueTrimming": True,
            "AllowSingleColumn": True,
            "CustomDatatypeConfigured": True,
            "CustomDatatypes": ["INT", "STRING"],
            "Serde": "LazySimpleSerDe",
        }
    )
    lake.freshet.restart()
    grok = glue.get_classifier(Name="g")["Classifier"]["GrokClassifier"]
    assert grok["CustomPatterns"] == "CODE \\d+" and grok["Version"] == 1
    csv = glue.get_classifier(Name="c")["Classifier"]["CsvClassifier"]
    assert csv["Header"] == ["a", "b"] and csv["CustomDatatypes"] == ["INT", "STRING"]
    assert csv["DisableValueTrimming"] and csv["Serde"] == "LazySimpleSerDe"
    first = glue.get_classifiers(MaxResults=3)
    second = glue.get_classifiers(NextToken=first["NextToken"])
    assert [next(iter(one)) for one in first["Classifiers"] + second["Classifiers"]] == [
        "CsvClassifier",
        "GrokClassifier",
        "JsonClassifier",
        "XMLClassifier",
    ]
    glue.update_classifier(GrokClassifier={"Name": "g", "GrokPattern": "%{WORD:only}"})
    grok = glue.get_classifier(Name="g")["Classifier"]["GrokClassifier"]
    assert grok["GrokPattern"] == "%{WORD:only}" and grok["Classification"] == "mine"
    assert grok["Version"] == 2
    glue.delete_classifier(Name="g")
    assert refused(glue.get_classifier, Name="g")[0] == "EntityNotFoundException"
    assert refused(glue.delete_classifier, Name="g")[0] == "EntityNotFoundException"


def test_classifiers_that_judge_nothing_are_refused(lake):
    create = lake.glue.create_classifier
    grok = {"Name": "g", "Classification": "mine"}
    code, text = refused(create, GrokClassifier={**grok, "GrokPattern": "%{NOSUCH:a}"})
    assert code == "InvalidInputException" and "NOSUCH" in text
    code, text = refused(create, GrokClassifier={**grok, "GrokPattern": "%{WORD:a}(?=x)"})
    assert code == "InvalidInputException" and "lookaround" in text
    assert refused(create)[0] == "InvalidInputException"
    create(JsonClassifier={"Name": "j", "JsonPath": "$"})
    assert (
        refused(create, JsonClassifier={"Name": "j", "JsonPath": "$"})[0]
        == "AlreadyExistsException"
    )
    assert (
        refused(lake.glue.update_classifier, XMLClassifier={"Name": "j", "RowTag": "r"})[0]
        == "InvalidInputException"
    )
    code, text = refused(
        lake.glue.create_crawler,
        Name="c",
        Role="arn:aws:iam::000000000000:role/any",
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/"}]},
        Classifiers=["none"],
    )
    assert code == "InvalidInputException" and "none" in text
    lake.glue.create_crawler(
        Name="c",
        Role="arn:aws:iam::000000000000:role/any",
        DatabaseName="crimes",
        Targets={"S3Targets": [{"Path": "s3://lake/"}]},
    )
    assert refused(lake.glue.update_crawler, Name="c", Classifiers=["none"])[0] == (
        "InvalidInputException"
    )
    lake.glue.update_crawler(Name="c", Classifiers=["j"])
    assert lake.glue.get_crawler(Name="c")["Crawler"]["Classifiers"] == ["j"]


def test_a_grok_table_names_its_serde_and_a_query_of_it_is_refused(lake):
    lake.glue.create_classifier(
        GrokClassifier={
            "Name": "g",
            "Classification": "app_log",
            "GrokPattern": "%{LEVEL:level} %{NUMBER:took:double} %{GREEDYDATA:text}",
            "CustomPatterns": "LEVEL [A-Z]+",
        }
    )
    lake.put("logs/day=1/a.log", "INFO 0.5 started\nWARN 12 slow\n")
    lake.put("logs/day=2/a.log", "INFO 1 again\n")
    last = lake.crawl("s3://lake/logs/", Classifiers=["g"])
    table = lake.table("logs")
    assert columns(table) == [("level", "string"), ("took", "double"), ("text", "string")]
    storage = table["StorageDescriptor"]
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "com.amazonaws.glue.serde.GrokSerDe",
        "Parameters": {
            "input.format": "%{LEVEL:level} %{NUMBER:took:double} %{GREEDYDATA:text}",
            "input.grokCustomPatterns": "LEVEL [A-Z]+",
        },
    }
    assert storage["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert table["Parameters"]["classification"] == "app_log"
    assert lake.glue.get_crawler(Name="c")["Crawler"]["Classifiers"] == ["g"]
    assert "by classifier g: 2 of 2 lines fit the pattern" in lake.reasons(last)
    _, status = lake.run("SELECT * FROM logs")
    assert status["State"] == "FAILED" and "GrokSerDe" in status["StateChangeReason"]


def test_csv_as_a_classifier_describes_it_is_read_by_athena(lake):
    lake.glue.create_classifier(
        CsvClassifier={
            "Name": "c",
            "Delimiter": "^",
            "QuoteSymbol": "'",
            "ContainsHeader": "PRESENT",
            "Serde": "OpenCSVSerDe",
        }
    )
    lake.put("t/a.csv", "Full Name^City\n'a^b'^Oslo\nc^Rome\n")
    lake.crawl("s3://lake/t/", Classifiers=["c"])
    assert columns(lake.table("t")) == [("full_name", "string"), ("city", "string")]
    assert lake.query("SELECT full_name, city FROM t ORDER BY city") == [
        ("a^b", "Oslo"),
        ("c", "Rome"),
    ]


def test_a_single_column_with_a_given_header_and_types(lake):
    lake.glue.create_classifier(
        CsvClassifier={
            "Name": "c",
            "ContainsHeader": "ABSENT",
            "Header": ["Number"],
            "AllowSingleColumn": True,
            "CustomDatatypeConfigured": True,
            "CustomDatatypes": ["INT"],
        }
    )
    lake.put("t/a.csv", "7\n8\n")
    lake.crawl("s3://lake/t/", Classifiers=["c"])
    assert columns(lake.table("t")) == [("number", "int")]
    assert lake.query("SELECT sum(number) FROM t") == [("15",)]


def test_json_rows_by_a_path_and_xml_rows_by_a_tag(lake):
    lake.glue.create_classifier(JsonClassifier={"Name": "j", "JsonPath": "$.rows[*]"})
    lake.glue.create_classifier(
        XMLClassifier={"Name": "x", "Classification": "orders", "RowTag": "order"}
    )
    lake.put("j/a.json", json.dumps({"rows": [{"a": 1}, {"a": 2, "b": "x"}]}, indent=1))
    lake.put("x/a.xml", "<all><order id='1'><sum>2.5</sum></order></all>")
    lake.crawl("s3://lake/", Classifiers=["j", "x"])
    assert columns(lake.table("j")) == [("a", "int"), ("b", "string")]
    assert lake.table("j")["Parameters"]["jsonPath"] == "$.rows[*]"
    table = lake.table("x")
    assert columns(table) == [("_id", "int"), ("sum", "double")]
    assert table["Parameters"]["classification"] == "orders"
    assert table["Parameters"]["rowTag"] == "order"


def test_the_first_classifier_that_is_sure_decides(lake):
    for name, pattern in (("half", "^A %{WORD:one}$"), ("whole", "^%{WORD:kind} %{WORD:two}$")):
        lake.glue.create_classifier(
            GrokClassifier={"Name": name, "Classification": name, "GrokPattern": pattern}
        )
    lake.put("t/a.txt", "A x\nB y\n")
    lake.crawl("s3://lake/t/", Classifiers=["half", "whole"])
    assert classification(lake, "t") == "whole"


def test_apache_logs_need_no_classifier(lake):
    line = '10.0.0.1 - - [28/Nov/2026:10:27:10 +0000] "GET /a HTTP/1.1" 200 3395'
    lake.put("common/a.log", f"{line}\n" * 3)
    lake.put("combined/a.log", f'{line} "-" "curl/8"\n' * 3)
    lake.crawl("s3://lake/")
    assert classification(lake, "common") == "apache"
    assert classification(lake, "combined") == "combined_apache"
    assert columns(lake.table("combined"))[-2:] == [("referrer", "string"), ("agent", "string")]
    storage = lake.table("common")["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe"


@pytest.mark.parametrize("compression", ["uncompressed", "zlib", "snappy", "lz4", "zstd"])
def test_orc_is_known_by_its_footer(lake, compression):
    rows = pyarrow.table(
        {
            "A": pyarrow.array([1, 2], pyarrow.int32()),
            "price": pyarrow.array([None, None], pyarrow.decimal128(10, 2)),
            "tags": pyarrow.array([["x"], []], pyarrow.list_(pyarrow.string())),
            "place": pyarrow.array([{"x": 1.5}, None]),
            "born": pyarrow.array([1, 2], pyarrow.date32()),
        }
    )
    file = io.BytesIO()
    pyarrow.orc.write_table(rows, file, compression=compression)
    lake.put("t/a.orc", file.getvalue())
    lake.put("t/bad.orc", b"ORC" + b"\x00" * 400)
    last = lake.crawl("s3://lake/t/")
    table = lake.table("t")
    assert columns(table) == [
        ("a", "int"),
        ("price", "decimal(10,2)"),
        ("tags", "array<string>"),
        ("place", "struct<x:double>"),
        ("born", "date"),
    ]
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("OrcSerde")
    assert "t/bad.orc: left out" in lake.reasons(last)


def avro(schema, codec=b"null"):
    """An object container file of no rows."""

    def long(value):
        value = (value << 1) ^ (value >> 63)
        out = b""
        while value >= 0x80:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    def text(value):
        return long(len(value)) + value

    header = long(2) + text(b"avro.schema") + text(json.dumps(schema).encode())
    return b"Obj\x01" + header + text(b"avro.codec") + text(codec) + long(0) + b"s" * 16


def test_avro_is_known_by_its_header(lake):
    schema = {
        "type": "record",
        "name": "Row",
        "fields": [
            {"name": "Id", "type": "long"},
            {"name": "name", "type": ["null", "string"]},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "sum", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9}},
            {
                "name": "inner",
                "type": {
                    "type": "record",
                    "name": "Inner",
                    "fields": [{"name": "x", "type": {"type": "array", "items": "int"}}],
                },
            },
            {"name": "again", "type": {"type": "map", "values": "Inner"}},
        ],
    }
    lake.put("t/a.avro", avro(schema))
    lake.put("t/cut.avro", avro(schema)[:40])
    last = lake.crawl("s3://lake/t/")
    table = lake.table("t")
    assert columns(table) == [
        ("id", "bigint"),
        ("name", "string"),
        ("at", "timestamp"),
        ("sum", "decimal(9,0)"),
        ("inner", "struct<x:array<int>>"),
        ("again", "map<string,struct<x:array<int>>>"),
    ]
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
    assert json.loads(serde["Parameters"]["avro.schema.literal"]) == schema
    assert "t/cut.avro: left out, it begins as Avro does" in lake.reasons(last)


def test_a_schema_of_avro_that_is_longer_than_the_sample_is_read_whole(lake):
    fields = [{"name": f"f{i}", "type": "long", "doc": "x" * 2000} for i in range(1500)]
    schema = {"type": "record", "name": "Row", "fields": fields}
    body = avro(schema)
    assert len(body) > 2 << 20
    lake.put("t/a.avro", body)
    lake.crawl("s3://lake/t/")
    assert columns(lake.table("t")) == [(f"f{i}", "bigint") for i in range(1500)]


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def by_arrow(codec, data):
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, codec) as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


def test_each_compression_of_aws_and_two_more_are_looked_into(lake):
    text = ("id,price\n" + "".join(f"{i},{i / 4}\n" for i in range(50_000))).encode()
    packed = {
        "zstd": by_arrow("zstd", text),
        "lz4": by_arrow("lz4", text),
        "xz": lzma.compress(text),
        "zip": zipped(a=text),
    }
    for name, body in packed.items():
        lake.put(f"{name}/a", body)
        lake.put(f"{name}/cut", body[: len(body) // 2])
    lake.put("many/a.zip", zipped(a=text, b=text))
    last = lake.crawl("s3://lake/")
    for name in packed:
        table = lake.table(name)
        assert columns(table) == [("id", "bigint"), ("price", "double")]
        assert table["Parameters"]["compressionType"] == name
        assert table["StorageDescriptor"]["Compressed"] is True
    reasons = lake.reasons(last)
    assert "many/a.zip: left out, it is a ZIP archive of several members" in reasons
    assert "cut: left out" not in reasons


def test_compressed_files_are_looked_into_and_a_cut_one_is_judged_by_its_front(lake):
    text = "id,price\n" + "".join(f"{i},{i / 4}\n" for i in range(5000))
    lake.put("bz/a.csv.bz2", bz2.compress(text.encode()))
    whole = gzip.compress(text.encode())
    lake.put("gz/a.csv.gz", whole[: len(whole) // 2])
    lake.put("zst/a.zst", b"\x28\xb5\x2f\xfd" + b"x" * 50)
    last = lake.crawl("s3://lake/")
    for table, compression in (("bz", "bzip2"), ("gz", "gzip")):
        assert columns(lake.table(table)) == [("id", "bigint"), ("price", "double")]
        assert lake.table(table)["Parameters"]["compressionType"] == compression
    assert "zst/a.zst: left out, it begins as zstd does" in lake.reasons(last)


def test_a_bucket_that_is_gone_fails_the_crawl_by_its_name(lake):
    lake.s3.create_bucket(Bucket="other")
    lake.s3.put_object(Bucket="other", Key="t/a.json", Body=b'{"a": 1}\n')
    lake.crawl("s3://other/")
    lake.s3.delete_object(Bucket="other", Key="t/a.json")
    lake.s3.delete_bucket(Bucket="other")
    last = lake.again()
    assert last["Status"] == "FAILED" and "other" in last["ErrorMessage"]
