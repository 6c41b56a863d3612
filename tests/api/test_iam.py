"""IAM roles and STS through boto3."""

import concurrent.futures
import json

import botocore.exceptions
import pytest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "firehose.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


@pytest.fixture
def iam(freshet):
    return freshet.client("iam")


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_a_role_and_its_policies_are_given_back(freshet, iam):
    made = iam.create_role(
        RoleName="r",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="d & e",
        Tags=[{"Key": "a", "Value": "1"}],
    )["Role"]
    assert made["Arn"] == "arn:aws:iam::000000000000:role/r" and made["RoleId"].startswith("AROA")
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(POLICY))
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    freshet.kill9()
    freshet.restart()
    found = iam.get_role(RoleName="r")["Role"]
    assert (
        found["AssumeRolePolicyDocument"] == TRUST
        and found["Description"] == "d & e"
        and found["Tags"] == [{"Key": "a", "Value": "1"}]
    )
    assert found["CreateDate"] == made["CreateDate"]
    assert iam.get_role_policy(RoleName="r", PolicyName="p")["PolicyDocument"] == POLICY
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == ["p"]
    assert iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"] == [
        {
            "PolicyName": "AmazonS3FullAccess",
            "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess",
        }
    ]
    assert code(iam.delete_role, RoleName="r") == "DeleteConflict"
    iam.delete_role_policy(RoleName="r", PolicyName="p")
    iam.detach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    iam.delete_role(RoleName="r")
    assert code(iam.get_role, RoleName="r") == "NoSuchEntity"


def test_roles_come_in_pages_and_names_are_checked(iam):
    for name in "cab":
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Path="/team/")
    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
    assert [[role["RoleName"] for role in page["Roles"]] for page in pages] == [["a", "b"], ["c"]]
    assert iam.list_roles(PathPrefix="/other/")["Roles"] == []
    assert (
        code(iam.create_role, RoleName="a", AssumeRolePolicyDocument=json.dumps(TRUST))
        == "EntityAlreadyExists"
    )
    assert (
        code(iam.create_role, RoleName="a b", AssumeRolePolicyDocument=json.dumps(TRUST))
        == "ValidationError"
    )


@pytest.mark.parametrize(
    "document",
    [
        "notjson",
        "{",
        "{}",
        "[]",
        "1",
        '{"Statement": 5}',
        '{"Statement": [1]}',
        '{"Statement": []} more',
    ],
)
def test_an_invalid_policy_is_refused(iam, document):
    assert (
        code(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document)
        == "MalformedPolicyDocument"
    )
    iam.create_role(
        RoleName="r", AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}'
    )
    assert (
        code(iam.put_role_policy, RoleName="r", PolicyName="p", PolicyDocument=document)
        == "MalformedPolicyDocument"
    )
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == []
    iam.put_role_policy(
        RoleName="r",
        PolicyName="p",
        PolicyDocument='{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
    )


def test_get_caller_identity_names_the_caller(freshet):
    assert freshet.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_an_access_key_of_twelve_digits_is_the_account(freshet):
    import boto3

    sts = boto3.client(
        "sts",
        endpoint_url=freshet.endpoint,
        region_name="us-east-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="x",
    )
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"


def test_changes_of_a_role_at_once_are_all_kept(iam):
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda i: iam.put_role_policy(
                    RoleName="r", PolicyName=f"p{i:02}", PolicyDocument=json.dumps(POLICY)
                ),
                range(24),
            )
        )
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == [f"p{i:02}" for i in range(24)]
