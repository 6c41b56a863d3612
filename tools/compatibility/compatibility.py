"""Writes docs/compatibility.md: every operation of every service that Freshet speaks, whether it is built, and the
test that shows it. `--check` only says whether the page is as the sources are.

Built is what src/aws/services registers with the router; the test is the first in tests/ that calls it by boto3's name.
"""
import json
import pathlib
import re
import sys

import botocore
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "compatibility.md"
SUITE_TESTS = 285  # without the five that it leaves out itself
# The namespace of a service's generated shapes, and the test file that is its own.
SERVICES = {"kinesis": "test_kinesis", "s3": "test_s3", "firehose": "test_firehose", "lambda": "test_lambda", "logs": "test_logs",
            "kinesisanalytics": "test_kinesisanalytics", "glue": "test_glue", "events": "test_events", "athena": "test_athena",
            "iam": "test_iam", "sts": "test_iam", "quicksight": "test_quicksight", "dynamodb": "test_dynamodb", "cloudwatch": "test_cloudwatch"}


def built():
    """{service: operations} that handlers are registered for."""
    found = {}
    services = ROOT / "src/aws/services"
    for path in sorted(services.rglob("*.cpp")):
        text = path.read_text()
        # A service of many files has a folder of its name, or words that its files share.
        words = path.parent / (path.stem.split("_")[0] + "_words.h")
        model = re.search(r'#include "aws/model/(\w+)\.h"', text) or (words.exists() and re.search(r'#include "aws/model/(\w+)\.h"', words.read_text()))
        service = path.parent.name if path.parent != services else model[1]
        # router.handle<XOp>(...), or a file's own short form of it: add<XOp>(router, ...).
        for operation in re.findall(r"\b\w+<(?:\w+::)?([A-Z]\w*)Op>\(", text):
            found.setdefault(service, set()).add(operation)
    return found


def first_test(service, operation):
    """`tests/api/x.py::test_y`, or "" when no test calls the operation."""
    name = botocore.xform_name(operation)
    for path in (ROOT / "tests/api" / f"{SERVICES[service]}.py", *sorted((ROOT / "tests").rglob("test_*.py"))):
        if not path.exists() or (path.stem in SERVICES.values() and path.stem != SERVICES[service]):
            continue
        for block in re.split(r"\n(?=def |class |@pytest)", path.read_text()):
            test = re.search(r"def (test_\w+)", block)
            if test and re.search(rf"\b{name}\b", block):
                return f"`{path.relative_to(ROOT)}::{test[1]}`"
    text = (ROOT / "tests/api" / f"{SERVICES[service]}.py")
    return f"`{text.relative_to(ROOT)}` (in a fixture)" if text.exists() and re.search(rf"\b{name}\b", text.read_text()) else ""


def judged():
    """What kinesalite's suite expects of Kinesis and Freshet does not do, since AWS does it otherwise today."""
    differences = json.loads((ROOT / "tests/clients/kinesalite/differences.json").read_text())
    lines = [f"## kinesalite's test suite: {SUITE_TESTS - len(differences)} of {SUITE_TESTS}", "",
             "That suite was written against AWS, up to the end of 2019. `tests/clients/test_kinesalite.py` runs it (`./dev test --only clients --clients`, with",
             "`FRESHET_KINESALITE_SUITE` naming a checkout). Sixteen of the tests below contradict AWS's current model;",
             "the last one reads what AWS does not promise:", "",
             "| test | today |", "| --- | --- |"]
    return lines + [f"| {each['test']} | {each['reason']} |" for each in differences] + [""]


def page():
    loader, handlers = botocore.session.get_session().get_component("data_loader"), built()
    lines = ["# Compatibility", "", "Made by `tools/compatibility/compatibility.py`; do not edit. Each operation that AWS has, and how far Freshet goes.",
             "An operation that is not built answers `UnknownOperationException` (S3: `NotImplemented`) in the service's own protocol,",
             "says which one it was, and is counted in `/_freshet/metrics`.", ""]
    for service in SERVICES:
        model = loader.load_service_model(service, "service-2")
        operations = sorted(model["operations"])
        mine = handlers.get(service, set())
        lines += [f"## {model['metadata']['serviceFullName']}: {len(mine)} of {len(operations)}", ""]
        if mine:
            lines += ["| operation | shown by |", "| --- | --- |"]
            lines += [f"| {name} | {first_test(service, name)} |" for name in operations if name in mine] + [""]
        rest = [name for name in operations if name not in mine]
        lines += ["Not built: " + ", ".join(rest) + ".", ""] if rest else []
        if service == "kinesis":
            lines += judged()
    return "\n".join(lines)


def main():
    text = page()
    if "--check" in sys.argv:
        good = PAGE.exists() and PAGE.read_text() == text
        if not good:
            print("docs/compatibility.md is not as the sources are: python tools/compatibility/compatibility.py writes it")
        print(f"{int(good)} passed, {int(not good)} failed")
        sys.exit(0 if good else 1)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
