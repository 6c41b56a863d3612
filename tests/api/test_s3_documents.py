"""XML bodies of S3 requests: anything that AWS's model does not have is MalformedXML, in every
operation that takes a document. The documents are made from the model.
"""

import re

import botocore.serialize
import botocore.session
import pytest

from s3_wire import ask, refusal
from test_members import MANIFEST, Requests, server  # noqa: F401

MODEL = botocore.session.get_session().get_service_model("s3")


def takes_document(operation):
    payload = MODEL.operation_model(operation).input_shape.serialization.get("payload")
    return (
        payload
        and MODEL.operation_model(operation).input_shape.members[payload].type_name == "structure"
    )


OPERATIONS = [
    one
    for one in MANIFEST["s3"]["operations"]
    if MODEL.operation_model(one).input_shape and takes_document(one)
]


@pytest.fixture(scope="module")
def lake(server):  # noqa: F811
    server.client("s3").create_bucket(Bucket="lake")
    server.client("s3").put_object(Bucket="lake", Key="aa", Body=b"precious")
    return server


def request_of(operation):
    """(method, path, document) of a request that the model allows."""
    requests = Requests("s3", MANIFEST["s3"]["operations"])
    list(requests.refused(operation))  # learns which values it takes
    shape = requests.shapes[requests.judged.inputs[operation]]
    wanted = [*shape.get("required", []), shape["payload"]]
    given = {
        one: requests.value(shape["members"][one]["shape"], path=(one,))
        for one in dict.fromkeys(wanted)
    }
    made = botocore.serialize.create_serializer("rest-xml").serialize_to_request(
        {**given, "Bucket": "lake"}, MODEL.operation_model(operation)
    )
    query = (
        made["query_string"]
        if isinstance(made["query_string"], str)
        else "&".join(f"{name}={value}" for name, value in made["query_string"].items())
    )
    path = made["url_path"] + ("&" if "?" in made["url_path"] else "?") + query
    return made["method"], path.rstrip("?&"), made["body"].decode()


def broken(document):
    """(what is wrong, document)"""
    root = re.match(r"<(\w+)", document)[1]
    yield "the root", re.sub(rf"(</?){root}\b", r"\1Another", document)
    yield "an element", document.replace(f"</{root}>", f"<Another>1</Another></{root}>")
    yield "text between elements", document.replace(f"</{root}>", f"text</{root}>")
    yield "a second root", document + document
    yield "an end that is missing", document.replace(f"</{root}>", "")
    inner = re.search(r"<(\w+)>[^<]*</\1>", document)
    if inner:
        yield (
            "an element in a value",
            document.replace(inner[0], f"<{inner[1]}><Another/></{inner[1]}>"),
        )
    holder = re.search(r"<(\w+)[^>/]*><(\w+)>", document[1:])
    if holder:
        yield (
            "an element further in",
            document.replace(f"</{holder[1]}>", f"<Another/></{holder[1]}>", 1),
        )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_document_that_the_model_does_not_have_is_malformed(lake, operation):
    method, path, document = request_of(operation)
    assert b"MalformedXML" not in ask(lake, method, path, body=document)[2], document
    for what, wrong in broken(document):
        status, _, body = ask(lake, method, path, body=wrong)
        assert status == 400 and b"<Code>MalformedXML</Code>" in body, (what, wrong, body)


def test_a_deletion_of_which_something_is_unknown_deletes_nothing(lake):
    lake.client("s3").put_object(Bucket="lake", Key="aa", Body=b"precious")
    for wrong in (
        "<Delete><Object><Key>aa</Key></Object><Object><Name>b</Name></Object></Delete>",
        "<delete><Object><Key>aa</Key></Object></delete>",
        "<Delete><Object><Key>b</Key><Key>aa</Key></Object></Delete>",
        "<Delete><Object><Key>aa</Key><Size>few</Size></Object></Delete>",
    ):
        status, _, body = ask(lake, "POST", "/lake?delete", body=wrong)
        assert status == 400 and b"<Code>MalformedXML</Code>" in body, wrong
    assert lake.client("s3").get_object(Bucket="lake", Key="aa")["Body"].read() == b"precious"


@pytest.mark.parametrize(
    "document",
    [
        (
            '<?xml version="1.0"?>\n<!-- a --><Delete '
            'xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n <Object>\n  '
            "<Key>a&amp;b</Key>\n </Object>\n <Quiet>false</Quiet></Delete>"
        ),
        "<a:Delete xmlns:a='x'><a:Object><a:Key><![CDATA[a&b]]></a:Key></a:Object></a:Delete>",
        "<Delete><Object><Key> </Key></Object></Delete>",
    ],
)
def test_documents_in_other_spellings_of_clients_are_read(lake, document):
    status, _, body = ask(lake, "POST", "/lake?delete", body=document)
    assert status == 200 and (b"<Key>a&amp;b</Key>" in body or b"<Key> </Key>" in body), body


@pytest.mark.parametrize(
    "place, code",
    [
        ("mars-1", "InvalidLocationConstraint"),
        ("us-east-1", "InvalidLocationConstraint"),
        ("", "InvalidLocationConstraint"),
    ],
)
def test_a_bucket_is_made_where_there_is_a_region(lake, place, code):
    s3 = lake.client("s3")
    assert refusal(
        s3.create_bucket, Bucket="placed", CreateBucketConfiguration={"LocationConstraint": place}
    ) == (400, code)
    assert "placed" not in [one["Name"] for one in s3.list_buckets()["Buckets"]]


def test_regions_by_their_names_old_and_own(lake):
    s3 = lake.client("s3")
    s3.create_bucket(Bucket="old", CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert s3.get_bucket_location(Bucket="old")["LocationConstraint"] == "eu-west-1"
    lake.client("s3", region_name="lab-1").create_bucket(
        Bucket="own", CreateBucketConfiguration={"LocationConstraint": "lab-1"}
    )
    assert s3.head_bucket(Bucket="own")["BucketRegion"] == "lab-1"
