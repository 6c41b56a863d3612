"""Records at which the process that converts them ends: it is killed on purpose, at records that
hold a mark.
"""

import base64

from test_firehose import lake  # noqa: F401
from test_firehose_conversion import FAILED, bodies, conversion, create, rows, table
from test_firehose_partitions import by_query
from test_firehose_stages import failures, processing, put, transformed
from test_lambda import Functions


def armed(lake, spec):  # noqa: F811
    """The same server, which dies no more, but whose workers do."""
    lake.freshet.terminate()
    lake.freshet.options = ("--failpoints", spec) if spec else ()
    lake.freshet.start()


def records(count, *marked):
    return [
        b'{"id":%d,"s":"%s"}' % (i, b"deadly" if i in marked else b"fine") for i in range(count)
    ]


def lost(lake):  # noqa: F811
    return {base64.b64decode(line["rawData"]): line for line in failures(lake, FAILED)}


def test_records_that_end_the_worker_are_failures_and_the_others_rows(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake)
    armed(lake, "worker.ends(deadly)=on+")
    given = records(40, 7, 30)
    put(lake, *given, b"bad")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: any(key.startswith("err/") for key in lake.keys()))
    assert sorted(row["id"] for row in rows(lake)) == [i for i in range(40) if i not in (7, 30)]
    assert len({key for key in lake.keys()}) == len(bodies(lake)) + 1
    found = lost(lake)
    assert set(found) == {given[7], given[30], b"bad"}
    for record in (given[7], given[30]):
        line = found[record]
        assert line["lastErrorCode"] == "DataFormatConversion.MalformedData"
        assert "did not survive the record, which it read alone" in line["lastErrorMessage"]
        assert line["attemptsMade"] == 2
    assert found[b"bad"]["attemptsMade"] == 1


def test_of_partitions_only_the_one_with_the_record_is_narrowed(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    query = "{c: (.id % 2)}"
    lake.create(**{**by_query(query, prefix="rows/c=!{partitionKeyFromQuery:c}/"), **conversion()})
    armed(lake, "worker.ends(deadly)=on+")
    given = records(12, 6)
    put(lake, *given)
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: any(key.startswith("err/") for key in lake.keys()))
    assert sorted(row["id"] for row in rows(lake, "rows/c=0/")) == [0, 2, 4, 8, 10]
    assert [row["id"] for row in rows(lake, "rows/c=1/")] == [1, 3, 5, 7, 9, 11]
    assert len(bodies(lake, "rows/c=1/")) == 1
    assert set(lost(lake)) == {given[6]}


def test_a_worker_that_ends_at_everything_blames_no_record(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake)
    armed(lake, "worker.ends=on+")
    put(lake, *records(3))
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: "could not be converted" in lake.freshet.server_log())
    assert lake.keys() == []
    armed(lake, None)
    lake.wait_for_keys(1, advance_ms=60_000)
    assert [row["id"] for row in rows(lake)] == [0, 1, 2]
    assert len(lake.keys()) == 1


def test_a_worker_that_ends_by_chance_costs_no_record(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake)
    # A worker that was dead before it took the plan is replaced at once: hence twice.
    armed(lake, "worker.ends(deadly)=on,worker.ends(deadly)=on@2")
    put(lake, *records(4, 1))
    lake.freshet.advance(60_000)
    lake.wait_for_keys(1)
    assert sorted(row["id"] for row in rows(lake)) == [0, 1, 2, 3]
    assert len(bodies(lake)) == len(lake.keys())


def test_many_such_records_are_given_up_together(lake):  # noqa: F811
    table(lake, {"id": "int", "s": "string"})
    create(lake)
    armed(lake, "worker.ends(deadly)=on+,worker.losses_max=7")
    given = records(32, *range(0, 32, 2))
    put(lake, *given)
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: any(key.startswith("err/") for key in lake.keys()))
    read = [row["id"] for row in rows(lake)]
    failed = lost(lake)
    assert 1 in read and all(i % 2 for i in read)
    assert sorted([*(given[i] for i in read), *failed]) == sorted(given)
    together = [line for line in failed.values() if "others" in line["lastErrorMessage"]]
    assert together and all("losses" in line["lastErrorMessage"] for line in together)


def test_a_function_is_not_called_again_when_the_conversion_fails(lake):  # noqa: F811
    Functions(lake.freshet).create(
        "import base64, json\n"
        "calls = 0\n"
        "def handler(event, context):\n"
        "    global calls\n"
        "    calls += 1\n"
        "    data = base64.b64encode(json.dumps({'id': calls}).encode()).decode()\n"
        "    return {'records': [{'recordId': r['recordId'], 'result': 'Ok', 'data': data}\n"
        "        for r in event['records']]}\n"
    )
    table(lake, {"id": "int"})
    create(lake, **processing(transformed()))
    glue = lake.freshet.client("glue")
    glue.delete_table(DatabaseName="d", Name="t")
    put(lake, b"one", b"two")
    lake.freshet.advance(60_000)
    lake.freshet.until(lambda: "could not be found: d.t" in lake.freshet.server_log())
    glue.create_table(
        DatabaseName="d",
        TableInput={"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}]}},
    )
    lake.wait_for_keys(1, advance_ms=60_000)
    assert rows(lake) == [{"id": 1}, {"id": 1}]


def test_converted_objects_have_their_checksum(lake):  # noqa: F811
    table(lake, {"id": "int"})
    create(lake)
    put(lake, b'{"id":1}', b"bad")
    lake.freshet.advance(60_000)
    for key in lake.wait_for_keys(2):
        given = lake.s3.get_object(Bucket="lake", Key=key, ChecksumMode="ENABLED")
        lake.s3.put_object(
            Bucket="lake", Key="same", Body=given["Body"].read(), ChecksumAlgorithm="CRC32"
        )
        lake.s3.copy_object(
            Bucket="lake",
            Key="same",
            CopySource={"Bucket": "lake", "Key": "same"},
            ChecksumAlgorithm="CRC64NVME",
            MetadataDirective="REPLACE",
        )
        same = lake.s3.head_object(Bucket="lake", Key="same", ChecksumMode="ENABLED")
        assert given["ChecksumCRC64NVME"] == same["ChecksumCRC64NVME"]
        assert given["ChecksumType"] == "FULL_OBJECT"
