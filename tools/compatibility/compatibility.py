"""Writes docs/compatibility.md: every operation of every service that Freshet speaks, whether it is
built, what is done with each member of its request, and the test that shows it. `--check` says
whether the page is as the sources are, and whether the handlers read what tools/awsgen/members
says that they read.

Built is what tools/awsgen/manifest.toml names; the test is the first in tests/ that calls it by
boto3's name.
"""

import json
import pathlib
import re
import sys

import botocore
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools/awsgen"))

from awsgen import Service as Generated  # noqa: E402
from members import Judgement  # noqa: E402
from reads import Service as Sources  # noqa: E402

try:
    import tomllib
except ImportError:
    import tomli as tomllib

PAGE = ROOT / "docs" / "compatibility.md"
MANIFEST = ROOT / "tools/awsgen/manifest.toml"
UNTESTED = pathlib.Path(__file__).resolve().parent / "untested.txt"
SUITE_TESTS = 285  # without the five that it leaves out itself
# Members that a generated test sends with each operation that has them.
OF_EVERY_OPERATION = {
    ("s3", "Bucket"): "test_no_operation_takes_a_bucket_that_is_not_there",
    (
        "s3",
        "ExpectedBucketOwner",
    ): "test_no_operation_works_on_the_bucket_of_another_than_the_expected_owner",
    ("s3", "VersionId"): "test_no_operation_finds_a_version_that_no_object_has",
    ("s3", "ContentMD5"): "test_no_operation_takes_a_body_that_is_not_what_its_md5_says",
}
# The namespace of a service's generated shapes, and the test file that is its own.
SERVICES = {
    "kinesis": "test_kinesis",
    "s3": "test_s3",
    "firehose": "test_firehose",
    "lambda": "test_lambda",
    "logs": "test_logs",
    "kinesisanalytics": "test_kinesisanalytics",
    "glue": "test_glue",
    "events": "test_events",
    "athena": "test_athena",
    "iam": "test_iam",
    "sts": "test_iam",
    "quicksight": "test_quicksight",
    "dynamodb": "test_dynamodb",
    "cloudwatch": "test_cloudwatch",
}


def built():
    """{service: operations} of the manifest: the server does not start when one has no handler, and
    `freshet operations --json` prints the same.
    """
    manifest = tomllib.loads(MANIFEST.read_text())
    return {service: set(section["operations"]) for service, section in manifest.items()}


def first_test(service, operation):
    """`tests/api/x.py::test_y`, or "" when no test calls the operation."""
    name = botocore.xform_name(operation)
    for path in (
        ROOT / "tests/api" / f"{SERVICES[service]}.py",
        *sorted((ROOT / "tests").rglob("test_*.py")),
    ):
        if not path.exists() or (path.stem in SERVICES.values() and path.stem != SERVICES[service]):
            continue
        for block in re.split(r"\n(?=def |class |@pytest)", path.read_text()):
            test = re.search(r"def (test_\w+)", block)
            if test and re.search(rf"\b{name}\b", block):
                return f"`{path.relative_to(ROOT)}::{test[1]}`"
    text = ROOT / "tests/api" / f"{SERVICES[service]}.py"
    return (
        f"`{text.relative_to(ROOT)}` (in a fixture)"
        if text.exists() and re.search(rf"\b{name}\b", text.read_text())
        else ""
    )


class Tests:
    """The tests by what they say: words of Python, so that a member's name is one and an
    operation's boto3 name too.
    """

    def __init__(self):
        self.blocks = []  # (file, name or "", words of the block, words of the file)
        for path in sorted((ROOT / "tests").rglob("*.py")):
            if path.name == "test_members.py":
                continue
            text = path.read_text()
            words = set(re.findall(r"\w+", text))
            for block in re.split(r"\n(?=def |class |@pytest)", text):
                name = re.search(r"def (test_\w+)", block)
                self.blocks.append(
                    (path, name[1] if name else "", set(re.findall(r"\w+", block)), words)
                )

    def of_member(self, service, operation, member):
        """The first test that calls the operation and names the member; else a test or a fixture
        that names it in a file that calls the operation; "" for none. The service's own file
        comes first.
        """
        call = botocore.xform_name(operation)
        names = {call, operation}
        fitting = [block for block in self.blocks if member in block[2] and names & block[3]]
        fitting.sort(
            key=lambda block: (
                not names & block[2],
                not block[1],
                block[0].stem != SERVICES[service],
            )
        )
        if not fitting:
            generated = OF_EVERY_OPERATION.get((service, member))
            return f"test_every_operation::{generated}" if generated else ""
        path, name = fitting[0][:2]
        return path.stem + (f"::{name}" if name else "")


def effects(judged, service, operation, tests):
    """[(test, members)] of the honoured members."""
    found = {}
    for path, _, verdict in judged.walk(operation):
        if verdict.word == "honoured":
            found.setdefault(tests.of_member(service, operation, path[-1]), []).append(
                ".".join(path)
            )
    return sorted(found.items(), key=lambda one: -len(one[1]))


def untested(handlers, tests):
    """ "SERVICE OPERATION MEMBER" of each honoured member whose effect no test shows."""
    for service, operations in sorted(handlers.items()):
        judged = judgement(service, operations)
        for operation in sorted(operations):
            for test, members in effects(judged, service, operation, tests):
                if not test:
                    yield from (f"{service} {operation} {member}" for member in members)


def judged_by_kinesalite():
    """What kinesalite's suite expects of Kinesis and Freshet does not do, since AWS does it
    otherwise today.
    """
    differences = json.loads((ROOT / "tests/clients/kinesalite/differences.json").read_text())
    lines = [
        f"## kinesalite's test suite: {SUITE_TESTS - len(differences)} of {SUITE_TESTS}",
        "",
        (
            "That suite was written against AWS, up to the end of 2019. "
            "`tests/clients/test_kinesalite.py` runs it (`./dev test --only clients "
            "--clients`, with"
        ),
        (
            "`FRESHET_KINESALITE_SUITE` naming a checkout). Sixteen of the tests below "
            "contradict AWS's current model;"
        ),
        "the last one reads what AWS does not promise:",
        "",
        "| test | today |",
        "| --- | --- |",
    ]
    return lines + [f"| {each['test']} | {each['reason']} |" for each in differences] + [""]


def judgement(service, operations):
    model = (
        botocore.session.get_session()
        .get_component("data_loader")
        .load_service_model(service, "service-2")
    )
    return Judgement(service, model, sorted(operations))


def sources_of(service):
    folder = ROOT / "src/aws/services" / {"sts": "iam"}.get(service, service)
    return sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".h"))


def members_of(judged, service, operation, tests):
    """One line a verdict."""
    by_word = {}
    for path, _, verdict in judged.walk(operation):
        by_word.setdefault(verdict.word, []).append((".".join(path), verdict.detail))
    honoured = [
        f"{', '.join(members)} ({f'`{test}`' if test else 'no test'})"
        for test, members in effects(judged, service, operation, tests)
    ]
    lines = [f"  - honoured: {'; '.join(honoured)}"] if honoured else []
    if "kept" in by_word:
        lines.append(f"  - kept: {', '.join(name for name, _ in by_word['kept'])}")
    for name, values in by_word.get("only", []):
        lines.append(
            f"  - only: {name} with {', '.join(f'`{json.dumps(value)[1:-1]}`' for value in values)}"
        )
    reasons = {}
    for name, reason in by_word.get("ignored", []):
        reasons.setdefault(reason, []).append(name)
    lines += [f"  - ignored: {', '.join(names)} ({reason})" for reason, names in reasons.items()]
    if "refused" in by_word:
        names = [
            name + (f" ({instead})" if instead else "") for name, instead in by_word["refused"]
        ]
        lines.append(f"  - refused: {', '.join(names)}")
    return lines


def read_faults(service, operations):
    """Where handlers and tools/awsgen/members differ."""
    judged, faults = judgement(service, operations), []
    sources = Sources(sources_of(service), judged, Generated.field)
    for operation in operations:
        where = f"tools/awsgen/members/{service}.toml, [{operation}]"
        if not sources.handler(operation):
            faults.append(f"{where}: its handler is not found where it is registered")
            continue
        reads, whole = sources.reads(operation)
        for path, _, verdict in judged.walk(operation):
            holders = [judged.inputs[operation]]
            for step in path[:-1]:
                holders.append(judged.inner(judged.shapes[holders[-1]]["members"][step]["shape"]))
            is_read = (holders[-1], path[-1]) in reads
            if verdict.word == "refused" and is_read:
                faults.append(f"{where}: {'.'.join(path)} is refused, and the handler reads it")
            if (
                verdict.word in ("honoured", "kept")
                and not is_read
                and not whole & set(holders[1:])
                and not sources.is_read_by_the_front(holders[-1], path[-1])
            ):
                faults.append(
                    f"{where}: {'.'.join(path)} is {verdict.word}, and no handler reads it"
                )
    return faults


def page(handlers, tests):
    loader = botocore.session.get_session().get_component("data_loader")
    lines = [
        "# Compatibility",
        "",
        (
            "Made by `tools/compatibility/compatibility.py`; do not edit. Each operation that "
            "AWS has, how far Freshet goes, and what is"
        ),
        (
            "done with each member of a request. An operation that is not built answers "
            "`UnknownOperationException` (S3: `NotImplemented`)"
        ),
        (
            "in the service's own protocol, says which one it was, and is counted in "
            "`/_freshet/metrics`."
        ),
        "",
        (
            "A member is **honoured** (as AWS says; a test that sends it stands behind it), "
            "**kept** (stored and given back), **ignored** for the reason that stands there, "
            "taken"
        ),
        (
            "with **only** the values that ask for no more than is done (`{account}`: the "
            "caller's own), or **refused**: a request that has"
        ),
        (
            "it gets an error that names it, and nothing is done. Empty texts, lists, maps and "
            "structures ask for nothing. A structure's"
        ),
        (
            "name speaks for all that is in it. `tools/awsgen/members` holds the lists, "
            "`tests/api/test_members.py` sends each refused member."
        ),
        "",
    ]
    for service in SERVICES:
        model = loader.load_service_model(service, "service-2")
        operations = sorted(model["operations"])
        mine = handlers.get(service, set())
        lines += [
            f"## {model['metadata']['serviceFullName']}: {len(mine)} of {len(operations)}",
            "",
        ]
        judged = judgement(service, mine)
        lines += (
            [
                (
                    f"A member that is not built: `{judged.refusal['code']}`, "
                    f"{judged.refusal['status']}."
                ),
                "",
            ]
            if any(judged.inputs.values())
            else []
        )
        for name in operations:
            if name in mine:
                test = first_test(service, name)
                lines += [
                    f"- **{name}**" + (f", shown by {test}" if test else ""),
                    *members_of(judged, service, name, tests),
                ]
        rest = [name for name in operations if name not in mine]
        lines += [""] + (["Not built: " + ", ".join(rest) + ".", ""] if rest else [])
        if service == "kinesis":
            lines += judged_by_kinesalite()
    return "\n".join(lines)


def growth(handlers, tests):
    """Honoured members without a test that are not in the list: it only shrinks."""
    listed = set(UNTESTED.read_text().splitlines())
    return [
        f"{line}: no test in tests/ sends it"
        for line in untested(handlers, tests)
        if line not in listed
    ]


def main():
    handlers, tests = built(), Tests()
    text = page(handlers, tests)
    if "--check" in sys.argv:
        faults = [
            fault
            for service, operations in sorted(handlers.items())
            for fault in read_faults(service, sorted(operations))
        ]
        faults += growth(handlers, tests)
        if not PAGE.exists() or PAGE.read_text() != text:
            faults.append(
                "docs/compatibility.md is not as the sources are: python "
                "tools/compatibility/compatibility.py writes it"
            )
        print("\n".join(faults), end="\n" if faults else "")
        print(f"{int(not faults)} passed, {len(faults)} failed")
        sys.exit(1 if faults else 0)
    PAGE.write_text(text)
    listed = set(UNTESTED.read_text().splitlines())
    UNTESTED.write_text(
        "".join(f"{line}\n" for line in untested(handlers, tests) if line in listed)
    )


if __name__ == "__main__":
    main()
