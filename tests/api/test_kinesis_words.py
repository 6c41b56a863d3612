"""Kinesis refuses in AWS's order and words: first the form of a request, then that of its
signature, then its values.
"""

import base64
import json
import urllib.error
import urllib.request

import pytest
from cbor_wire import Reader

LIST = "Kinesis_20131202.ListStreams"
JSON = "application/x-amz-json-1.1"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def call(freshet, body=b"{}", method="POST", path="/", **headers):
    """(status, content type, body, headers) of a request to Kinesis's host; `_` in a header's name
    stands for `-`.
    """
    request = urllib.request.Request(
        freshet.endpoint + path,
        data=body,
        method=method,
        headers={
            "Host": "kinesis.us-east-1.amazonaws.com",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
    if body == b"":
        request.add_header("Content-Length", "0")
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    data, kind = answer.read(), answer.headers.get("Content-Type")
    if kind and "cbor" in kind:
        data = Reader(data).value()
    elif kind and "json" in kind:
        data = json.loads(data or b"null")
    return answer.status, kind, data, answer.headers


def signed(freshet, operation, **values):
    return call(
        freshet,
        json.dumps(values).encode(),
        Content_Type=JSON,
        X_Amz_Target="Kinesis_20131202." + operation,
        Authorization=SIGNED,
        X_Amz_Date="20260101T000000Z",
    )[2]


DENIED = (
    b"<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be "
    b"authorized</Message>\n</AccessDeniedException>\n"
)


@pytest.mark.parametrize(
    "request_, expected",
    [
        ({"method": "GET", "body": None}, (403, None, DENIED)),
        ({"Content_Type": "text/plain"}, (403, None, DENIED)),
        (
            {"Content_Type": "text/plain", "X_Amz_Target": LIST},
            (404, None, b"<UnknownOperationException/>\n"),
        ),
        ({"body": b"", "Content_Type": JSON}, (400, JSON, {"__type": "UnknownOperationException"})),
        (
            {"body": b"", "Content_Type": JSON, "X_Amz_Target": LIST},
            (400, JSON, {"__type": "SerializationException"}),
        ),
        (
            {"body": b"", "Content_Type": "text/plain", "X_Amz_Target": LIST},
            (400, "application/x-amz-cbor-1.1", {"__type": "SerializationException"}),
        ),
        (
            {"body": b"hello", "Content_Type": JSON, "X_Amz_Target": LIST},
            (400, JSON, {"__type": "SerializationException"}),
        ),
        (
            {"Content_Type": " application/json ; charset=utf-8", "X_Amz_Target": LIST},
            (
                404,
                "application/json",
                {
                    "Output": {"__type": "com.amazon.coral.service#UnknownOperationException"},
                    "Version": "1.0",
                },
            ),
        ),
        (
            {"body": b"[]", "Content_Type": "application/json", "X_Amz_Target": LIST},
            (
                400,
                "application/json",
                {
                    "Output": {"__type": "com.amazon.coral.service#SerializationException"},
                    "Version": "1.0",
                },
            ),
        ),
    ],
)
def test_the_form_of_a_request(freshet, request_, expected):
    status, kind, body, headers = call(freshet, **request_)
    assert (status, kind, body) == expected
    assert len(base64.b64decode(headers["x-amz-id-2"])) == 72 and headers["x-amzn-RequestId"]


def test_the_form_of_a_signature(make_freshet):
    freshet = make_freshet(config="unsigned: refused\n")

    def refused(path="/", **headers):
        body = call(freshet, path=path, Content_Type=JSON, X_Amz_Target=LIST, **headers)[2]
        return body["__type"], body["message"]

    assert refused() == ("MissingAuthenticationTokenException", "Missing Authentication Token")
    assert refused(Authorization="X") == (
        "IncompleteSignatureException",
        (
            "Authorization header requires 'Credential' parameter. Authorization header "
            "requires 'Signature' parameter. Authorization header requires "
            "'SignedHeaders' parameter. Authorization header requires existence of either "
            "a 'X-Amz-Date' or a 'Date' header. Authorization=X"
        ),
    )
    assert refused(path="/?X-Amz-Algorithm", Authorization="X")[0] == "InvalidSignatureException"
    assert refused(
        path="/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d"
    ) == (
        "IncompleteSignatureException",
        (
            "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine "
            "the query-string parameters."
        ),
    )
    assert signed(freshet, "ListStreams")["StreamNames"] == []


def test_unsigned_requests_are_taken_unless_the_configuration_refuses_them(freshet):
    assert call(freshet, Content_Type=JSON, X_Amz_Target=LIST)[2]["StreamNames"] == []
    assert (
        call(freshet, Content_Type=JSON, X_Amz_Target=LIST, Authorization="X")[2]["__type"]
        == "IncompleteSignatureException"
    )


@pytest.mark.parametrize(
    "values, message",
    [
        (
            {"StreamName": 5},
            (
                "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be "
                "converted to an String"
            ),
        ),
        ({"StreamName": True}, "class java.lang.Boolean can not be converted to an String"),
        ({"StreamName": []}, "Start of list found where not expected"),
        ({"StreamName": {}}, "Start of structure or map found where not expected."),
        (
            {"Data": "23456"},
            (
                "'23456' can not be converted to a Blob: Base64 encoded length is expected a "
                "multiple of 4 bytes but found: 5"
            ),
        ),
        ({"Data": "=+/="}, "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"),
        (
            {"Data": "+/+="},
            (
                "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character "
                "dectected"
            ),
        ),
        ({"Data": "aaé"}, "'aaé' can not be converted to a Blob: Invalid Base64 character: 'é'"),
        (
            {"Data": "a" + "é" * 1000},
            "'a"
            + "é" * 511
            + (
                "...' can not be converted to a Blob: Base64 encoded length is expected a "
                "multiple of 4 bytes but found: 2001"
            ),
        ),
    ],
)
def test_values_of_a_wrong_type(freshet, values, message):
    assert signed(freshet, "PutRecord", **values) == {
        "__type": "SerializationException",
        "Message": message,
    }


@pytest.mark.parametrize(
    "operation, values, message",
    [
        ("AddTagsToStream", {"Tags": "a"}, "Expected map or null"),
        ("RemoveTagsFromStream", {"TagKeys": 1}, "Expected list or null"),
        ("PutRecords", {"Records": [1]}, "Expected null"),
        (
            "CreateStream",
            {"ShardCount": "1"},
            "class java.lang.String can not be converted to an Integer",
        ),
        (
            "GetShardIterator",
            {"Timestamp": "23"},
            "class java.lang.String can not be converted to milliseconds since epoch",
        ),
        (
            "DeleteStream",
            {"EnforceConsumerDeletion": "x"},
            "'X' can not be converted to an Boolean",
        ),
    ],
)
def test_containers_and_numbers_of_a_wrong_type(freshet, operation, values, message):
    assert signed(freshet, operation, **values)["Message"] == message


def violations(freshet, operation, **values):
    answer = signed(freshet, operation, **values)
    assert answer["__type"] == "ValidationException", answer
    return answer["message"]


def test_lists_and_maps_of_texts_are_judged_at_once(freshet):
    long = "a" * 129
    assert violations(freshet, "RemoveTagsFromStream", StreamName="s", TagKeys=["a", long]) == (
        f"1 validation error detected: Value '[a, {long}]' at 'tagKeys' failed to satisfy "
        "constraint: Member must satisfy constraint: "
        "[Member must have length less than or equal to 128, Member must have length "
        "greater than or equal to 1]"
    )
    assert "Map keys must satisfy constraint: [Member must have length" in violations(
        freshet, "AddTagsToStream", StreamName="s", Tags={long: "v"}
    )
    assert "Map value must satisfy constraint: [Member must have length" in violations(
        freshet, "AddTagsToStream", StreamName="s", Tags={"k": "v" * 257}
    )
    assert violations(freshet, "AddTagsToStream", StreamName="s", Tags={}) == (
        "1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


def test_checks_that_the_model_does_not_have(freshet):
    assert violations(freshet, "DeleteStream") == (
        "1 validation error detected: Value null at 'streamName' failed to satisfy "
        "constraint: Member must not be null"
    )
    assert "'-1' at 'retentionPeriodHours'" in violations(
        freshet, "IncreaseStreamRetentionPeriod", StreamName="s", RetentionPeriodHours=-1
    )
    assert "Value '2147483647' at 'shardCount'" in violations(
        freshet, "CreateStream", StreamName="s", ShardCount=100_000_000_000
    )
    many = violations(
        freshet, "PutRecords", StreamName="s", Records=[{"PartitionKey": "", "Data": ""}] * 20
    )
    assert many.startswith("10 validation errors detected: ")
    assert (
        "[AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"
        in violations(
            freshet, "GetShardIterator", StreamName="s", ShardId="0", ShardIteratorType="X"
        )
    )


def test_tags_have_their_characters(freshet):
    signed(freshet, "CreateStream", StreamName="s", ShardCount=1)
    for text in ("a;b", "a\tb", "a,b", "a\u2014b"):
        assert signed(freshet, "AddTagsToStream", StreamName="s", Tags={"k": text})[
            "message"
        ].startswith("Some tags contain invalid characters")
        assert signed(freshet, "RemoveTagsFromStream", StreamName="s", TagKeys=[text])[
            "message"
        ].startswith("Some tags contain invalid characters")
    assert (
        "illegal characters"
        in signed(freshet, "AddTagsToStream", StreamName="s", Tags={"a%b": "v"})["message"]
    )
    assert (
        signed(freshet, "AddTagsToStream", StreamName="s", Tags={"ü0 _.": "/=+-@", "ключ": "值"})
        is None
    )


def test_where_reading_begins(freshet):
    signed(freshet, "CreateStream", StreamName="s", ShardCount=1)

    def begin(kind, shard="0", **more):
        answer = signed(
            freshet,
            "GetShardIterator",
            StreamName="s",
            ShardId=shard,
            ShardIteratorType=kind,
            **more,
        )
        return answer["__type"], answer.get("message")

    assert begin("LATEST", StartingSequenceNumber="5")[1].endswith(
        "Request specified LATEST and also a StartingSequenceNumber."
    )
    assert begin("AT_SEQUENCE_NUMBER")[1].endswith(
        "Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber."
    )
    assert (
        "It encodes shardId-000000000005, while"
        in begin("AT_SEQUENCE_NUMBER", StartingSequenceNumber="5")[1]
    )
    assert begin("AT_SEQUENCE_NUMBER", StartingSequenceNumber="0") == ("InternalFailure", None)
    of_another = str(int("2" + 45 * "0" + "2", 16))
    assert begin("AT_SEQUENCE_NUMBER", StartingSequenceNumber=of_another)[1].endswith(
        "is invalid because it did not come from this stream."
    )
    assert (
        begin("LATEST", shard="any-7")[1]
        == "Shard shardId-000000000007 in stream s under account 000000000000 does not exist"
    )
    assert begin("AT_TIMESTAMP", Timestamp=4e9)[1].startswith(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
    )
    iterator = base64.b64decode(
        signed(
            freshet, "GetShardIterator", StreamName="s", ShardId="any-0", ShardIteratorType="LATEST"
        )["ShardIterator"]
    )
    assert iterator[:8] == b"\0\0\0\0\0\0\0\1" and len(iterator) % 16 == 8


def test_an_iterator_error_names_the_shard_that_is_gone(freshet):
    signed(freshet, "CreateStream", StreamName="s", ShardCount=1)
    iterator = signed(
        freshet, "GetShardIterator", StreamName="s", ShardId="0", ShardIteratorType="LATEST"
    )["ShardIterator"]
    signed(freshet, "DeleteStream", StreamName="s")
    assert (
        signed(freshet, "GetRecords", ShardIterator=iterator)["message"]
        == "Shard shardId-000000000000 in stream s under account 000000000000 does not exist"
    )


def test_an_unchanged_retention_period_is_accepted(make_freshet):
    freshet = make_freshet(config="streams:\n  updating_ms: 60000\n")
    signed(freshet, "CreateStream", StreamName="s", ShardCount=1)
    assert (
        signed(freshet, "IncreaseStreamRetentionPeriod", StreamName="s", RetentionPeriodHours=24)
        is None
    )
    assert signed(
        freshet, "IncreaseStreamRetentionPeriod", StreamName="s", RetentionPeriodHours=23
    )["message"] == (
        "Minimum allowed retention period is 24 hours. Requested retention period (23 "
        "hours) is too short."
    )
