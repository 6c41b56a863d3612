"""Records that wait for their conversion as text, not in memory: what fails is read again from the
source, whatever the records lie in.
"""

import base64

from aws_kinesis_agg import aggregator
from test_firehose import lake  # noqa: F401
from test_firehose_conversion import ACCOUNT, FAILED, create, reasons, rows, table
from test_firehose_stages import failures, put


def text_of(lake):  # noqa: F811
    """That of all cuts."""
    scratch = lake.freshet.directory / "data/objects/scratch"
    return b"".join(one.read_bytes() for one in scratch.glob("deliver-*/text"))


def wait_for_text(lake, text):  # noqa: F811
    lake.freshet.until(lambda: text_of(lake) == text)


def test_records_that_fail_are_those_of_the_source(lake):  # noqa: F811
    """Aggregates of three records each, single ones, and one of two documents, in two shards."""
    table(lake, {"id": "int"})
    kinesis = lake.freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    create(lake, source=f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s")
    expected, good = {}, set()
    for number in range(0, 60, 4):
        batch = aggregator.RecordAggregator()
        texts = [b'{"id":%d}' % number, b"bad %d\r\n" % (number + 1), b'{"id":"x%d"}\n' % number]
        for text in texts:
            batch.add_user_record("k", text)
        _, _, data = batch.clear_and_get().get_contents()
        place = {
            "StreamName": "s",
            "PartitionKey": "k",
            "ExplicitHashKey": str(2**127 * (number % 8 // 4)),
        }
        answer = kinesis.put_record(Data=data, **place)
        expected[texts[1]] = (answer["SequenceNumber"], 1)
        expected[texts[2]] = (answer["SequenceNumber"], 2)
        lone, two = b"\n{'%d" % number, b'{"id":%d}{"id":"y%d"}' % (number + 3, number)
        answer = kinesis.put_record(Data=lone, **place)
        expected[lone] = (answer["SequenceNumber"], 0)
        answer = kinesis.put_record(Data=two, **place)
        expected[b'{"id":"y%d"}' % number] = (answer["SequenceNumber"], 0)  # that document alone
        good |= {number, number + 3}
    lake.freshet.until(lambda: text_of(lake).count(b"\n") == len(expected) + len(good) - 15)
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2, advance_ms=1000)
    assert {row["id"] for row in rows(lake)} == good
    found = {
        base64.b64decode(line["rawData"]): (line["sequenceNumber"], line["subSequenceNumber"])
        for line in failures(lake, FAILED)
    }
    assert found == expected


def test_records_that_wait_are_read_as_their_tag_says_when_they_are_cut(lake):  # noqa: F811
    table(lake, {"id": "int", "name": "string"})
    create(lake)
    put(lake, b"1,a", b'{"id":2,"name":"b"}')
    wait_for_text(lake, b'1,a\n{"id":2,"name":"b"}\n')
    tag = {"Key": "freshet:convert-from", "Value": "csv"}
    lake.firehose.tag_delivery_stream(DeliveryStreamName="out", Tags=[tag])
    put(lake, b"\n\n3,c")
    wait_for_text(lake, b'1,a\n{"id":2,"name":"b"}\n3,c\n')
    lake.freshet.advance(60_000)
    lake.wait_for_keys(2)
    assert rows(lake) == [{"id": 1, "name": "a"}, {"id": 3, "name": "c"}]
    assert list(reasons(lake)) == [b'{"id":2,"name":"b"}']


def test_text_goes_with_its_cut(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    put(lake, b'{"id":1}', b'{"id":2}')
    wait_for_text(lake, b'{"id":1}\n{"id":2}\n')
    lake.freshet.restart()
    wait_for_text(lake, b'{"id":1}\n{"id":2}\n')
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert rows(lake) == [{"id": 1}, {"id": 2}]
    wait_for_text(lake, b"")
