"""Members that are not built are refused: each refused member of each built operation is sent
alone, in an otherwise valid request, and the answer names it. The lists are tools/awsgen/members;
AWS's models say what the request needs.
"""

import pathlib
import re
import sys

import botocore.config
import botocore.exceptions
import botocore.session
import pytest

from test_memory_cap import SERVER

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools/awsgen"))

from members import Judgement, text_of  # noqa: E402

try:
    import tomllib
except ImportError:
    import tomli as tomllib

MANIFEST = tomllib.loads((ROOT / "tools/awsgen/manifest.toml").read_text())
TEXTS = [
    "aa",
    "name",
    "abcdefghijklmnopqrstuvwxyz",
    "a" * 40,
    "123456789012",
    "1",
    "{}",
    "arn:aws:iam::123456789012:role/name",
    "arn:aws:s3:::bucket/key",
    "arn:aws:s3:::bucket",
    "arn:aws:lambda:us-east-1:123456789012:function:name",
    "arn:aws:kinesis:us-east-1:123456789012:stream/name",
    "arn:aws:kinesisanalytics:us-east-1:123456789012:application/name",
    "arn:aws:kinesis:us-east-1:123456789012:stream/name/consumer/name:1",
    "arn:aws:kms:us-east-1:123456789012:key/name",
    "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
    "/mnt/a",
    "o-1234567890",
    "arn:aws:lambda:us-east-1:123456789012:capacity-provider:name",
    "arn:aws:lambda:us-east-1:123456789012:layer:name:1",
    "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0",
    "arn:aws:secretsmanager:us-east-1:1:secret:a",
    "arn:aws:dynamodb:us-east-1:123456789012:table/name",
    "https://name.example.com",
    "jdbc:redshift://name.us-east-1.redshift.amazonaws.com:5439/name",
    "sg-12345678",
    "subnet-12345678",
    "2000-01-01",
    "#123456",
    "$.a",
    "us-east-1",
    "00000000-0000-0000-0000-000000000000",
    "s3://name/",
    "tls:name",
    "Etc/UTC",
    "name.example.com",
    "a@b",
    "+0100",
    "name:1",
    "1 MB",
    "us-east-1a",
    "1234567890123456",
    "0" * 64,
    "arn:aws:sns:us-east-1:123456789012:name",
    "name.snowflakecomputing.com",
    "lambda:InvokeFunction",
    "arn:aws:glue:us-east-1:123456789012:schema/name",
    "arn:aws:s3tables:us-east-1:123456789012:bucket/name",
    "arn:aws:quicksight:us-east-1:123456789012:analysis/name",
    "/name/",
    "arn:aws:glue:us-east-1:123456789012:catalog",
    "arn:aws:qbusiness:us-east-1:123456789012:application/name",
    "aaaaaaaaaaaaaa.bbbbbbbbbb.vpce.us-east-1.vpce-svc-12345678901234567",
]
VALUES = {
    "boolean": True,
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "timestamp": "2000-01-01T00:00:00Z",
    "blob": b"aa",
}


class Requests:
    """The smallest requests that the model allows."""

    def __init__(self, service, operations):
        self.model = (
            botocore.session.get_session()
            .get_component("data_loader")
            .load_service_model(service, "service-2")
        )
        self.judged, self.shapes = Judgement(service, self.model, operations), self.model["shapes"]

    def text(self, shape, other_than):
        if "enum" in shape:
            return next((one for one in shape["enum"] if one not in other_than), None)
        try:
            pattern = re.compile(shape.get("pattern", ".*"), re.S)
        except re.error:
            pattern = re.compile(".*", re.S)
        for one in ["aa", "a" * shape.get("min", 1), *TEXTS]:
            if (
                shape.get("min", 0) <= len(one) <= shape.get("max", 1 << 30)
                and pattern.fullmatch(one)
                and one not in other_than
            ):
                return one
        if other_than:
            return None  # it takes no other
        raise AssertionError(
            f"no text for {shape.get('pattern')}, {shape.get('min')} to {shape.get('max')}"
        )

    def value(self, name, other_than=(), seen=(), path=()):
        """`path`: of the member, for those that accept some values only."""
        shape = self.shapes[name]
        kind = shape["type"]
        if kind == "structure":
            members = shape.get("members", {})
            wanted = shape.get("required") or [
                next((one for one in members if members[one]["shape"] not in seen), None)
            ]
            return {
                one: self.value(members[one]["shape"], (), (*seen, name), (*path, one))
                for one in wanted
                if one
            }
        if kind == "list":
            return [self.value(shape["member"]["shape"], other_than, seen, path)] * max(
                1, shape.get("min", 1)
            )
        if kind == "map":
            one = self.value(shape["value"]["shape"], other_than, seen, path)
            key = self.text(self.shapes[shape["key"]["shape"]], ())
            return {
                key[:-1] + str(i) if i else key: one for i in range(max(1, shape.get("min", 1)))
            }
        if path in self.taken and not other_than:
            return self.of_text(kind, self.taken[path])
        if kind in ("string", "character"):
            return self.text(shape, other_than)
        if kind == "boolean" and other_than:
            return next(
                (value for value in (True, False) if text_of(value) not in other_than), None
            )
        if kind in ("integer", "long", "float", "double"):
            return next(
                value
                for value in (max(1, int(shape.get("min", 1))), int(shape.get("max", 7)), 2, 3)
                if text_of(value) not in other_than
            )
        return VALUES[kind]

    @staticmethod
    def of_text(kind, text):
        return text == "true" if kind == "boolean" else text if kind == "string" else int(text)

    def with_member(self, name, path, other_than, above=()):
        """A structure with its required members and the member at the path."""
        members = self.shapes[name]["members"]
        given = {
            one: self.value(members[one]["shape"], path=(*above, one))
            for one in self.shapes[name].get("required", [])
        }
        member, rest = path[0], path[1:]
        kind, here = members[member]["shape"], (*above, member)
        value = (
            self.wrapped(kind, self.with_member(self.judged.inner(kind), rest, other_than, here))
            if rest
            else self.value(kind, other_than, path=here)
        )
        return None if value is None or value == [None] else {**given, member: value}

    def wrapped(self, name, value):
        shape = self.shapes[name]
        if shape["type"] == "list" and value:
            return [self.wrapped(shape["member"]["shape"], value)] * max(1, shape.get("min", 1))
        if shape["type"] == "map" and value:
            return {
                self.text(self.shapes[shape["key"]["shape"]], ()): self.wrapped(
                    shape["value"]["shape"], value
                )
            }
        return value

    def refused(self, operation):
        """(path, request) of each member that is refused, entirely or except for some values."""
        verdicts = [(path, verdict) for path, _, verdict in self.judged.walk(operation)]
        self.taken = {
            path: verdict.detail[0] for path, verdict in verdicts if verdict.word == "only"
        }
        for path, verdict in verdicts:
            if verdict.word in ("refused", "only"):
                request = self.with_member(
                    self.judged.inputs[operation],
                    path,
                    verdict.detail if verdict.word == "only" else (),
                )
                if request is not None:
                    yield ".".join(path), request


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    freshet = SERVER.Freshet(tmp_path_factory.mktemp("members"))
    yield freshet
    freshet.close()


def send(client, requests, operation, request):
    """boto3 cannot compute every checksum that S3 knows: the name of such an algorithm is sent as a
    header.
    """
    call = getattr(client, botocore.xform_name(operation))
    algorithm = request.get("ChecksumAlgorithm", "")
    if not algorithm.startswith("XXHASH"):
        return call(**request)
    header = requests.shapes[requests.judged.inputs[operation]]["members"]["ChecksumAlgorithm"][
        "locationName"
    ]
    event = f"before-sign.{client.meta.service_model.service_name}"

    def add(request, **_):
        del request.headers[header]
        request.headers[header] = algorithm

    client.meta.events.register(event, add)
    try:
        return call(
            **{name: value for name, value in request.items() if name != "ChecksumAlgorithm"}
        )
    finally:
        client.meta.events.unregister(event, add)


@pytest.mark.parametrize("service", MANIFEST)
def test_a_member_that_is_not_built_is_refused_by_name(server, service):
    requests = Requests(service, MANIFEST[service]["operations"])
    refusal = requests.judged.refusal
    client = server.client(
        service,
        config=botocore.config.Config(
            retries={"max_attempts": 0}, parameter_validation=False, s3={"addressing_style": "path"}
        ),
    )
    wrong = []
    for operation in MANIFEST[service]["operations"]:
        for path, request in requests.refused(operation):
            try:
                send(client, requests, operation, request)
                wrong.append(f"{operation} takes {path}: {request}")
            except botocore.exceptions.MissingDependencyException:
                # a checksum that this SDK does not compute: test_s3_checksums.py sends it without
                # one
                pass
            except botocore.exceptions.ClientError as error:
                answer = error.response
                is_told = operation.startswith("Head") or (
                    answer["Error"]["Code"] == refusal["code"]
                    and f"Freshet does not build {path} of {operation}"
                    in answer["Error"]["Message"]
                )
                if answer["ResponseMetadata"]["HTTPStatusCode"] != refusal["status"] or not is_told:
                    wrong.append(f"{operation}, {path}: {answer['Error']}, sent {request}"[:600])
    assert not wrong, "\n".join(wrong)
