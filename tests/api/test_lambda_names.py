"""Lambda: how functions, versions and policies are named, and that an operation touches only what
was named.
"""

import concurrent.futures
import json

import botocore.exceptions
import pytest
import sys
from test_lambda import ROLE, zipped

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
MISMATCH = "The derived qualifier from the function name does not match the specified qualifier."


@pytest.fixture
def lambdas(freshet):
    client = freshet.client("lambda")
    client.create_function(
        FunctionName="f",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=ROLE,
        Handler="app.handler",
        Code={
            "ZipFile": zipped("def handler(event, context): return context.invoked_function_arn")
        },
    )
    return client


def fault(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def add(client, sid="s", **more):
    more = {"Principal": "events.amazonaws.com", "Action": "lambda:InvokeFunction", **more}
    return json.loads(
        client.add_permission(FunctionName=more.pop("FunctionName", "f"), StatementId=sid, **more)[
            "Statement"
        ]
    )


def policy(client):
    return json.loads(client.get_policy(FunctionName="f")["Policy"])["Statement"]


@pytest.mark.parametrize(
    "name, qualifier",
    [("f", "$LATEST"), ("f:$LATEST", None), (ARN + "f", "$LATEST"), (ARN + "f:$LATEST", "$LATEST")],
)
def test_latest_is_never_deleted_alone(lambdas, name, qualifier):
    more = {"Qualifier": qualifier} if qualifier else {}
    assert fault(lambdas.delete_function, FunctionName=name, **more) == (
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    )
    assert lambdas.get_function(FunctionName="f")["Configuration"]["FunctionName"] == "f"


@pytest.mark.parametrize(
    "name, qualifier",
    [
        ("f", "9"),
        ("f:9", None),
        (ARN + "f:9", None),
        ("f", "live"),
        ("f:live", "live"),
        ("f", "$latest"),
    ],
)
def test_delete_with_a_qualifier_leaves_the_function(lambdas, name, qualifier):
    more = {"Qualifier": qualifier} if qualifier else {}
    if "9" in (name[-1], qualifier):
        assert (
            lambdas.delete_function(FunctionName=name, **more)["ResponseMetadata"]["HTTPStatusCode"]
            == 204
        )
    else:
        assert fault(lambdas.delete_function, FunctionName=name, **more)[0] in (
            "InvalidParameterValueException",
            "ResourceNotFoundException",
        )
    assert lambdas.invoke(FunctionName="f")["StatusCode"] == 200
    assert fault(lambdas.delete_function, FunctionName="f:1", Qualifier="2") == (
        "InvalidParameterValueException",
        MISMATCH,
    )
    lambdas.delete_function(FunctionName="f")
    assert fault(lambdas.delete_function, FunctionName="f", Qualifier="9") == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}f",
    )


@pytest.mark.parametrize("call", ["get_function", "get_function_configuration", "invoke"])
def test_a_version_that_is_not_there_is_not_found(lambdas, call):
    verb = getattr(lambdas, call)
    for name, more in [
        ("f", {"Qualifier": "1221"}),
        ("f:1221", {}),
        (ARN + "f:1221", {"Qualifier": "1221"}),
        ("000000000000:function:f", {"Qualifier": "1221"}),
    ]:
        assert fault(verb, FunctionName=name, **more) == (
            "ResourceNotFoundException",
            f"Function not found: {ARN}f:1221",
        )
    assert fault(verb, FunctionName="f:1", Qualifier="2") == (
        "InvalidParameterValueException",
        MISMATCH,
    )
    missing = ":$LATEST" if call == "invoke" else ""
    assert fault(verb, FunctionName="nope") == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}nope{missing}",
    )
    assert fault(verb, FunctionName="arn:aws:lambda:eu-west-1:000000000000:function:f") == (
        "ResourceNotFoundException",
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    )
    assert (
        fault(verb, FunctionName="arn:aws:lambda:us-east-1:111111111111:function:f")[0]
        == "AccessDeniedException"
    )


@pytest.mark.parametrize(
    "name",
    [
        "f",
        "function:f",
        "000000000000:f",
        "000000000000:function:f",
        "us-east-1:000000000000:function:f",
        ARN + "f",
        "f:$LATEST",
        ARN + "f:$LATEST",
    ],
)
def test_every_form_of_a_name_is_the_function(lambdas, name):
    found = lambdas.get_function(FunctionName=name)["Configuration"]
    assert found["FunctionName"] == "f" and found["FunctionArn"] == ARN + (
        "f:$LATEST" if "$" in name else "f"
    )
    assert (
        lambdas.get_function_configuration(FunctionName="f", Qualifier="$LATEST")["FunctionArn"]
        == ARN + "f:$LATEST"
    )
    assert lambdas.invoke(FunctionName=name)["StatusCode"] == 200
    assert (
        lambdas.update_function_configuration(FunctionName=name, Description="d")["Description"]
        == "d"
    )
    assert (
        lambdas.list_functions(FunctionVersion="ALL")["Functions"][0]["FunctionArn"]
        == ARN + "f:$LATEST"
    )
    assert lambdas.list_functions()["Functions"][0]["FunctionArn"] == ARN + "f"


def test_names_that_cannot_be(lambdas):
    base = {
        "Runtime": f"python3.{sys.version_info.minor}",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped("")},
    }
    long = "a" * 65
    assert fault(lambdas.create_function, FunctionName=long, **base) == (
        "InvalidParameterValueException",
        f"1 validation error detected: Value '{long}' at 'functionName' failed to satisfy "
        "constraint: "
        "Member must have length less than or equal to 64",
    )
    assert lambdas.create_function(FunctionName="a" * 64, **base)["FunctionName"] == "a" * 64
    assert (
        fault(lambdas.create_function, FunctionName="invalid:function:name", **base)[0]
        == "ValidationException"
    )
    assert (
        fault(lambdas.get_function, FunctionName="f", Qualifier="invalid!")[0]
        == "ValidationException"
    )
    assert (
        fault(lambdas.create_function, FunctionName="g:1", **base)[0]
        == "InvalidParameterValueException"
    )
    for change in ({"FunctionName": "f:1"}, {"FunctionName": "f:live"}):
        assert (
            fault(lambdas.update_function_configuration, **change)[0]
            == "InvalidParameterValueException"
        )
        assert (
            fault(lambdas.update_function_code, ZipFile=zipped(""), **change)[0]
            == "InvalidParameterValueException"
        )


def test_each_condition_of_a_permission_is_a_condition(lambdas):
    source = "arn:aws:s3:::b"
    assert "Condition" not in add(lambdas, "none")
    assert add(lambdas, "org", Principal="*", PrincipalOrgID="o-1234567890")["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}
    }
    assert add(
        lambdas,
        "url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
        SourceAccount="000000000000",
        SourceArn=source,
        PrincipalOrgID="o-1234567890",
    )["Condition"] == {
        "StringEquals": {
            "AWS:SourceAccount": "000000000000",
            "lambda:FunctionUrlAuthType": "NONE",
            "aws:PrincipalOrgID": "o-1234567890",
        },
        "ArnLike": {"AWS:SourceArn": source},
    }
    assert add(lambdas, "skill", Principal="*", EventSourceToken="amzn1.ask.skill.x")[
        "Condition"
    ] == {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.x"}}
    assert add(lambdas, "via", Principal="*", InvokedViaFunctionUrl=True)["Condition"] == {
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"}
    }
    assert add(lambdas, "account", Principal="111111111111")["Principal"] == {
        "AWS": "arn:aws:iam::111111111111:root"
    }
    assert add(lambdas, "user", Principal="arn:aws:iam::111111111111:user/u")["Principal"] == {
        "AWS": "arn:aws:iam::111111111111:user/u"
    }
    # Text of the request stays text: it closes no string of the policy.
    assert add(lambdas, "quoted", SourceArn='arn:aws:s3:::b"},"x":{"y":"\\')["Condition"] == {
        "ArnLike": {"AWS:SourceArn": 'arn:aws:s3:::b"},"x":{"y":"\\'}
    }
    assert [one["Sid"] for one in policy(lambdas)] == [
        "none",
        "org",
        "url",
        "skill",
        "via",
        "account",
        "user",
        "quoted",
    ]
    assert fault(
        lambdas.add_permission,
        FunctionName="f",
        StatementId="bad",
        Action="lambda:InvokeFunction",
        Principal="invalid.example.com",
    ) == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )


def test_policies_keep_their_conditions_over_a_kill(freshet, lambdas):
    add(lambdas, "z", Principal="*", PrincipalOrgID="o-1234567890")
    add(lambdas, "a", SourceArn="arn:aws:s3:::b", SourceAccount="000000000000")
    before = policy(lambdas)
    freshet.kill9()
    freshet.restart()
    assert policy(lambdas) == before and [one["Sid"] for one in before] == ["z", "a"]


def test_a_policy_belongs_to_the_function_alone(lambdas):
    call = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    none = ("ResourceNotFoundException", "The resource you requested does not exist.")
    assert fault(lambdas.remove_permission, FunctionName="f", StatementId="s") == (
        "ResourceNotFoundException",
        "No policy is associated with the given resource.",
    )
    assert fault(lambdas.remove_permission, FunctionName="nope", StatementId="s") == (
        "ResourceNotFoundException",
        f"No policy found for: {ARN}nope",
    )
    assert (
        fault(lambdas.get_policy, FunctionName="f") == none
        and fault(lambdas.get_policy, FunctionName="nope") == none
    )
    assert fault(lambdas.add_permission, FunctionName="f", Qualifier="$LATEST", **call) == (
        "InvalidParameterValueException",
        "We currently do not support adding policies for $LATEST.",
    )
    assert fault(lambdas.add_permission, FunctionName="f", Qualifier="42", **call) == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}f:42",
    )
    assert fault(lambdas.add_permission, FunctionName="f:live", **call) == (
        "ResourceNotFoundException",
        f"Cannot find alias arn: {ARN}f:live",
    )
    assert fault(lambdas.add_permission, FunctionName="nope", **call) == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}nope",
    )
    add(lambdas)
    for qualifier in ("42", "live", "$LATEST"):
        assert fault(lambdas.get_policy, FunctionName="f", Qualifier=qualifier) == none
        assert (
            fault(
                lambdas.remove_permission, FunctionName="f", StatementId="s", Qualifier=qualifier
            )[0]
            == "ResourceNotFoundException"
        )
    assert fault(lambdas.remove_permission, FunctionName="f", StatementId="none") == (
        "ResourceNotFoundException",
        "Statement none is not found in resource policy.",
    )
    assert len(policy(lambdas)) == 1


def test_a_stale_revision_changes_nothing(lambdas):
    stale = lambdas.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    add(lambdas, "first", RevisionId=stale)
    told = (
        "The Revision Id provided does not match the latest Revision Id. Call the {} API to "
        "retrieve the latest Revision Id"
    )
    call = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    for revision in (stale, "wrong"):
        assert fault(
            lambdas.add_permission, FunctionName="f", StatementId="s", RevisionId=revision, **call
        ) == ("PreconditionFailedException", told.format("GetPolicy"))
        assert fault(
            lambdas.remove_permission, FunctionName="f", StatementId="first", RevisionId=revision
        ) == ("PreconditionFailedException", told.format("GetPolicy"))
        assert fault(
            lambdas.update_function_code, FunctionName="f", ZipFile=zipped(""), RevisionId=revision
        ) == ("PreconditionFailedException", told.format("GetFunction/GetAlias"))
        assert fault(
            lambdas.update_function_configuration, FunctionName="f", Timeout=9, RevisionId=revision
        ) == ("PreconditionFailedException", told.format("GetFunction/GetAlias"))
    now = lambdas.get_policy(FunctionName="f")["RevisionId"]
    assert now == lambdas.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    lambdas.remove_permission(FunctionName="f", StatementId="first", RevisionId=now)
    assert fault(lambdas.get_policy, FunctionName="f")[0] == "ResourceNotFoundException"


def test_changes_at_once_are_all_kept(lambdas):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: add(lambdas, f"s{i}"), range(24)))
    assert {one["Sid"] for one in policy(lambdas)} == {f"s{i}" for i in range(24)}


@pytest.mark.parametrize(
    "service",
    [
        "alexa-appkit.amazon.com",
        "alexa-connectedhome.amazon.com",
        "events.amazonaws.com.cn",
        "s3.amazonaws.com",
    ],
)
def test_services_of_all_domains_are_principals(lambdas, service):
    added = add(lambdas, Principal=service, EventSourceToken="amzn1.ask.skill.x")
    assert added["Principal"] == {"Service": service} and policy(lambdas) == [added]
    for principal in ("." + service.split(".", 1)[1], service + ".example.com"):
        assert (
            fault(
                lambdas.add_permission,
                FunctionName="f",
                StatementId="bad",
                Action="lambda:InvokeFunction",
                Principal=principal,
            )[0]
            == "InvalidParameterValueException"
        )


def test_no_call_takes_longer_than_a_quarter_of_an_hour(lambdas):
    told = (
        "InvalidParameterValueException",
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
        "Member must have value less than or equal to 900",
    )
    base = {
        "Runtime": f"python3.{sys.version_info.minor}",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped("")},
    }
    assert fault(lambdas.create_function, FunctionName="g", Timeout=901, **base) == told
    assert fault(lambdas.update_function_configuration, FunctionName="f", Timeout=901) == told
    assert lambdas.get_function_configuration(FunctionName="f")["Timeout"] == 3
    assert lambdas.create_function(FunctionName="g", Timeout=900, **base)["Timeout"] == 900
    assert lambdas.update_function_configuration(FunctionName="f", Timeout=900)["Timeout"] == 900


@pytest.mark.parametrize("context", ["!!notb64", "bm90IGpzb24=", "WzFd"])
def test_a_clients_context_is_a_json_object_in_base64(lambdas, context):
    for type in ("RequestResponse", "Event", "DryRun"):
        assert fault(
            lambdas.invoke, FunctionName="f", ClientContext=context, InvocationType=type
        ) == (
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
