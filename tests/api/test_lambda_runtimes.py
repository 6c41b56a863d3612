"""Functions run on the requested runtime or are refused; no other runtime replaces it."""

import json
import os
import shutil
import sys

import pytest
from test_lambda import ROLE, zipped
from test_lambda_names import fault

OWN = f"python3.{sys.version_info.minor}"  # the build's
OTHER = next(
    name
    for name in ("python3.14", "python3.9", "python3.10", "python3.12", "python3.13")
    if name != OWN and not shutil.which(name)
)
SOURCE = (
    "import sys, boto3\ndef handler(event, context):\n    return [list(sys.version_info[:2]), "
    "sys.executable, boto3.client('sts').get_caller_identity()['Account'], event]"
)


def create(client, runtime, name="f", **more):
    return client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=ROLE,
        Handler="app.handler",
        Timeout=60,
        Code={"ZipFile": zipped(SOURCE)},
        **more,
    )


def call(client, name="f", event="ü"):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


@pytest.mark.parametrize(
    "runtime, told",
    [
        (
            "nonsense",
            (
                "Value nonsense at 'runtime' failed to satisfy constraint: Member must satisfy "
                "enum value set: [nodejs20.x, python3.14,"
            ),
        ),
        ("PYTHON3.9", "Value PYTHON3.9 at 'runtime' failed to satisfy constraint"),
        ("python3.99", "Value python3.99 at 'runtime' failed to satisfy constraint"),
        ("python3", "Value python3 at 'runtime' failed to satisfy constraint"),
        (
            "python3.7",
            "The runtime parameter of python3.7 is no longer supported for creating or "
            "updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions.",
        ),
        ("nodejs14.x", "The runtime parameter of nodejs14.x is no longer supported"),
        ("provided", "The runtime parameter of provided is no longer supported"),
        ("python3.8", "Freshet does not build the runtime python3.8"),
        ("nodejs22.x", "Freshet does not build the runtime nodejs22.x"),
        ("provided.al2023", "Freshet does not build the runtime provided.al2023"),
        ("java21", "Freshet does not build the runtime java21"),
        (
            OTHER,
            (
                f"The runtime {OTHER} is not on this machine: no {OTHER} is on the PATH, and "
                "functions.runtimes of the settings names no command for it. There is: "
            ),
        ),
    ],
)
def test_a_runtime_that_cannot_run_is_refused(freshet, runtime, told):
    client = freshet.client("lambda")
    code, message = fault(create, client=client, runtime=runtime)
    assert code == "InvalidParameterValueException" and message.startswith(told)
    if runtime == OTHER:
        assert f"{OWN} (" in message
    create(client, OWN, name="g")
    assert fault(client.update_function_configuration, FunctionName="g", Runtime=runtime) == (
        code,
        message,
    )
    assert client.get_function_configuration(FunctionName="g")["Runtime"] == OWN
    assert (
        client.list_functions()["Functions"][0]["FunctionName"] == "g"
        and len(client.list_functions()["Functions"]) == 1
    )


def test_a_function_without_a_runtime_or_a_handler_is_refused(freshet):
    client = freshet.client("lambda")
    for base in ({"Runtime": OWN}, {"Handler": "app.handler"}):
        assert fault(
            client.create_function,
            FunctionName="f",
            Role=ROLE,
            Code={"ZipFile": zipped("")},
            **base,
        ) == (
            "InvalidParameterValueException",
            (
                "Runtime and Handler are mandatory parameters for functions created with "
                "deployment packages."
            ),
        )


def test_a_function_runs_its_own_version(freshet):
    client = freshet.client("lambda")
    create(client, OWN)
    (version, _, account, event), error = call(client)
    assert (
        version == list(sys.version_info[:2])
        and account == "000000000000"
        and event == "ü"
        and error is None
    )


@pytest.fixture
def plain(tmp_path):
    """A Python of the build's version that has neither boto3 nor the Runtime API's client."""
    base = os.path.realpath(sys.executable)
    place = tmp_path / "plain"
    place.mkdir()
    script = place / OWN
    script.write_text(f'#!/bin/sh\nexec {base} "$@"\n')
    script.chmod(0o755)
    return script


def test_the_settings_name_what_runs_a_runtime(make_freshet, plain):
    freshet = make_freshet(config=f"functions: {{runtimes: {{{OWN}: {plain}}}}}")
    client = freshet.client("lambda")
    create(client, OWN)
    (version, executable, account, event), error = call(client)
    assert (
        error is None
        and version == list(sys.version_info[:2])
        and account == "000000000000"
        and event == "ü"
    )
    assert executable == os.path.realpath(sys.executable) != sys.executable
    client.update_function_code(
        FunctionName="f", ZipFile=zipped("def handler(e, c): raise ValueError(e['why'])")
    )
    answer, error = call(client, event={"why": 'bad "row" ü'})
    assert (
        error == "Unhandled"
        and answer["errorType"] == "ValueError"
        and answer["errorMessage"] == 'bad "row" ü'
    )
    client.update_function_code(
        FunctionName="f", ZipFile=zipped("def handler(e, c): return 'x' * (7 << 20)")
    )
    assert call(client)[0]["errorType"] == "Function.ResponseSizeTooLarge"
    client.update_function_code(FunctionName="f", ZipFile=zipped("def handler(e, c): return e"))
    assert call(client, event="x" * (5 << 20))[0] == "x" * (5 << 20)


@pytest.mark.parametrize(
    "command, told",
    [
        ("{plain}", " is Python 3."),
        ("/no/such/python", "there is no program /no/such/python"),
        ("/bin/true", "/bin/true is no Python"),
    ],
)
def test_a_command_of_another_version_runs_nothing(make_freshet, plain, command, told):
    freshet = make_freshet(
        config=f"functions: {{runtimes: {{{OTHER}: [{command.format(plain=plain)}]}}}}"
    )
    code, message = fault(create, client=freshet.client("lambda"), runtime=OTHER)
    assert (
        code == "InvalidParameterValueException"
        and told in message
        and f"The runtime {OTHER} is not on this machine" in message
    )


def test_a_stored_function_whose_runtime_is_gone_is_named_and_fails(make_freshet, plain, tmp_path):
    freshet = make_freshet(config=f"functions: {{runtimes: {{{OWN}: {plain}}}}}")
    client = freshet.client("lambda")
    create(client, OWN)
    assert call(client)[1] is None
    plain.rename(tmp_path / "away")
    freshet.restart()
    freshet.until(lambda: "a function cannot be called" in freshet.server_log())
    answer, error = call(client)
    assert error == "Unhandled" and answer["errorType"] == "Runtime.InvalidRuntime"
    assert (
        f"The runtime {OWN} is not on this machine: there is no program {plain}"
        in answer["errorMessage"]
    )
    found = client.get_function_configuration(FunctionName="f")
    assert (
        found["State"] == "Failed"
        and found["StateReasonCode"] == "InvalidRuntime"
        and OWN in found["StateReason"]
    )
    freshet.until(
        lambda: any(
            "is not on this machine" in line for line in freshet.log_messages("/aws/lambda/f")
        )
    )
    (tmp_path / "away").rename(plain)
    assert call(client)[1] is None  # put back, it is found without a restart


@pytest.mark.parametrize(
    "config, told",
    [
        ("functions: {python: /usr/bin/python3}", "there is no setting 'functions.python'"),
        (
            "functions: {runtimes: {python3.12: []}}",
            "'functions.runtimes.python3.12' names no command",
        ),
    ],
)
def test_wrong_settings_are_named(make_freshet, config, told, tmp_path):
    with pytest.raises(AssertionError, match="did not start"):
        make_freshet(config=config)
    assert told in (tmp_path / "server.log").read_text()
