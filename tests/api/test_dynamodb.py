"""DynamoDB through boto3: what the Kinesis Client Library and lock clients need, and its error
messages.
"""

import concurrent.futures
import decimal
import json
import urllib.request
import zlib

import boto3
import botocore.exceptions
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary

LEASES = {
    "TableName": "leases",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "leaseKey", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "leaseKey", "AttributeType": "S"}],
}
EVENTS = {
    "TableName": "events",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "device", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("device", "S"), ("at", "N"), ("kind", "S"))
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-kind",
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["shown"]},
            "KeySchema": [
                {"AttributeName": "kind", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
        }
    ],
}


@pytest.fixture
def dynamodb(freshet):
    client = freshet.client("dynamodb")
    client.create_table(**LEASES)
    return client


def resource(freshet):
    return boto3.resource(
        "dynamodb",
        endpoint_url=freshet.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def events(freshet):
    freshet.client("dynamodb").create_table(**EVENTS)
    table = resource(freshet).Table("events")
    with table.batch_writer() as batch:
        for at in range(20):
            batch.put_item(
                Item={
                    "device": "d1" if at % 2 else "d2",
                    "at": at,
                    "kind": "abc"[at % 3],
                    "shown": at,
                    "hidden": "x",
                }
            )
    return table


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response


def message(call, **arguments):
    error = refused(call, **arguments)["Error"]
    assert error["Code"] == "ValidationException", error
    return error["Message"]


def lease(key="shard-0", counter=0, **more):
    return {"leaseKey": {"S": key}, "leaseCounter": {"N": str(counter)}, **more}


def get(client, key="shard-0"):
    return client.get_item(
        TableName="leases", Key={"leaseKey": {"S": key}}, ConsistentRead=True
    ).get("Item")


def test_a_table_is_described_listed_changed_and_deleted(freshet, dynamodb):
    table = dynamodb.describe_table(TableName="leases")["Table"]
    assert table["TableStatus"] == "ACTIVE" and table["ItemCount"] == 0
    assert table["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/leases"
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert (
        dynamodb.describe_table(TableName=table["TableArn"])["Table"]["TableId"] == table["TableId"]
    )
    assert refused(dynamodb.create_table, **LEASES)["Error"] == {
        "Code": "ResourceInUseException",
        "Message": "Table already exists: leases",
    }
    for name in ("aaa", "bbb", "ccc"):
        dynamodb.create_table(**{**LEASES, "TableName": name})
    assert [
        page["TableNames"]
        for page in dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 3})
    ] == [["aaa", "bbb", "ccc"], ["leases"]]
    changed = dynamodb.update_table(
        TableName="leases",
        BillingMode="PROVISIONED",
        DeletionProtectionEnabled=True,
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 5},
    )["TableDescription"]
    assert changed["ProvisionedThroughput"]["ReadCapacityUnits"] == 10
    assert "protected" in message(dynamodb.delete_table, TableName="leases")
    freshet.restart()
    dynamodb.update_table(TableName="leases", DeletionProtectionEnabled=False)
    assert (
        dynamodb.delete_table(TableName="leases")["TableDescription"]["TableStatus"] == "DELETING"
    )
    assert refused(dynamodb.describe_table, TableName="leases")["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "Requested resource not found: Table: leases not found",
    }
    assert (
        refused(dynamodb.get_item, TableName="leases", Key={"leaseKey": {"S": "a"}})["Error"][
            "Code"
        ]
        == "ResourceNotFoundException"
    )


def test_tables_that_contradict_themselves_are_refused(dynamodb):
    def create(**change):
        return message(dynamodb.create_table, **{**LEASES, "TableName": "other", **change})

    assert (
        create(TableName="a.")
        == "TableName must be at least 3 characters long and at most 255 characters long"
    )
    assert "Some index key attributes are not defined" in create(
        AttributeDefinitions=[{"AttributeName": "b", "AttributeType": "S"}]
    )
    assert "does not exactly match" in create(
        AttributeDefinitions=EVENTS["AttributeDefinitions"][:1] + LEASES["AttributeDefinitions"]
    )
    assert "when BillingMode is PAY_PER_REQUEST" in create(
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    )
    assert "when BillingMode is PROVISIONED" in create(BillingMode="PROVISIONED")
    assert "Freshet does not build StreamSpecification" in create(
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    assert (
        refused(
            dynamodb.update_continuous_backups,
            TableName="leases",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )["Error"]["Code"]
        == "ContinuousBackupsUnavailableException"
    )
    backups = dynamodb.describe_continuous_backups(TableName="leases")[
        "ContinuousBackupsDescription"
    ]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert (
        dynamodb.describe_time_to_live(TableName="leases")["TimeToLiveDescription"][
            "TimeToLiveStatus"
        ]
        == "DISABLED"
    )
    assert (
        refused(dynamodb.execute_statement, Statement="SELECT")["Error"]["Code"]
        == "UnknownOperationException"
    )


def test_tags_are_kept(dynamodb):
    arn = dynamodb.describe_table(TableName="leases")["Table"]["TableArn"]
    dynamodb.tag_resource(
        ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    )
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_items_of_all_types_come_back_after_a_restart_and_a_kill(freshet):
    freshet.client("dynamodb").create_table(**LEASES)
    table = resource(freshet).Table("leases")
    item = {
        "leaseKey": "k",
        "n": decimal.Decimal("-12345678901234567890.0123456789"),
        "b": Binary(b"\x00\xff"),
        "t": True,
        "z": None,
        "ss": {"a", "b"},
        "ns": {decimal.Decimal(1), decimal.Decimal("2.5")},
        "l": [1, ["x", {"deep": []}]],
        "m": {"k": {"in": 1}},
        "e": "",
    }
    table.put_item(Item=item)
    assert table.get_item(Key={"leaseKey": "k"})["Item"] == item
    freshet.restart()
    assert table.get_item(Key={"leaseKey": "k"})["Item"] == item
    table.update_item(
        Key={"leaseKey": "k"},
        UpdateExpression="SET n = :n REMOVE l",
        ExpressionAttributeValues={":n": 1},
    )
    freshet.kill9()
    freshet.start()
    assert table.get_item(Key={"leaseKey": "k"}, ProjectionExpression="n, l, m.k")["Item"] == {
        "n": 1,
        "m": {"k": {"in": 1}},
    }


def test_leases_as_the_kinesis_client_library_keeps_them(dynamodb):
    new = {
        "TableName": "leases",
        "Item": lease(owner={"S": "w1"}),
        "Expected": {"leaseKey": {"Exists": False}},
    }
    dynamodb.put_item(**new)
    assert refused(dynamodb.put_item, **new)["Error"] == {
        "Code": "ConditionalCheckFailedException",
        "Message": "The conditional request failed",
    }
    # A renewal: the counter and the owner are as this worker saw them.
    renew = {
        "TableName": "leases",
        "Key": {"leaseKey": {"S": "shard-0"}},
        "Expected": {"leaseCounter": {"Value": {"N": "0"}}, "owner": {"Value": {"S": "w1"}}},
        "AttributeUpdates": {
            "leaseCounter": {"Value": {"N": "1"}, "Action": "PUT"},
            "switches": {"Value": {"N": "2"}, "Action": "ADD"},
        },
    }
    dynamodb.update_item(**renew)
    assert (
        refused(dynamodb.update_item, **renew)["Error"]["Code"] == "ConditionalCheckFailedException"
    )
    assert get(dynamodb) == lease(counter=1, owner={"S": "w1"}, switches={"N": "2"})
    evicted = dynamodb.update_item(
        TableName="leases",
        Key=renew["Key"],
        ReturnValues="ALL_NEW",
        AttributeUpdates={
            "owner": {"Action": "DELETE"},
            "parents": {"Action": "PUT", "Value": {"SS": ["p1"]}},
            "switches": {"Action": "ADD", "Value": {"N": "1"}},
        },
        Expected={
            "gone": {"ComparisonOperator": "NULL"},
            "leaseCounter": {"ComparisonOperator": "GE", "AttributeValueList": [{"N": "9"}]},
        },
        ConditionalOperator="OR",
    )
    assert evicted["Attributes"] == lease(counter=1, switches={"N": "3"}, parents={"SS": ["p1"]})
    failed = refused(
        dynamodb.delete_item,
        TableName="leases",
        Key=renew["Key"],
        ConditionExpression="#c = :c",
        ExpressionAttributeNames={"#c": "leaseCounter"},
        ExpressionAttributeValues={":c": {"N": "7"}},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert failed["Item"] == evicted["Attributes"]
    assert (
        dynamodb.delete_item(
            TableName="leases",
            Key=renew["Key"],
            Expected={"leaseCounter": {"Value": {"N": "1.0"}}},
            ReturnValues="ALL_OLD",
        )["Attributes"]
        == evicted["Attributes"]
    )
    assert get(dynamodb) is None


def test_an_index_made_later_finds_leases_by_their_owner(freshet, dynamodb):
    for shard in range(6):
        dynamodb.put_item(
            TableName="leases", Item=lease(f"shard-{shard}", leaseOwner={"S": f"w{shard % 2}"})
        )
    dynamodb.put_item(TableName="leases", Item=lease("free"))
    index = {
        "IndexName": "LeaseOwnerToLeaseKeyIndex",
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "KeySchema": [
            {"AttributeName": "leaseOwner", "KeyType": "HASH"},
            {"AttributeName": "leaseKey", "KeyType": "RANGE"},
        ],
    }
    definitions = LEASES["AttributeDefinitions"] + [
        {"AttributeName": "leaseOwner", "AttributeType": "S"}
    ]
    made = dynamodb.update_table(
        TableName="leases",
        AttributeDefinitions=definitions,
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    assert [one["IndexStatus"] for one in made["TableDescription"]["GlobalSecondaryIndexes"]] == [
        "ACTIVE"
    ]
    dynamodb.update_item(
        TableName="leases",
        Key={"leaseKey": {"S": "free"}},
        UpdateExpression="SET leaseOwner = :w",
        ExpressionAttributeValues={":w": {"S": "w1"}},
    )
    freshet.restart()
    query = {
        "TableName": "leases",
        "IndexName": index["IndexName"],
        "KeyConditionExpression": "leaseOwner = :w",
    }
    found = dynamodb.query(**query, ExpressionAttributeValues={":w": {"S": "w1"}}, Limit=3)
    assert [one["leaseKey"]["S"] for one in found["Items"]] == ["free", "shard-1", "shard-3"]
    assert "leaseCounter" not in found["Items"][0]
    rest = dynamodb.query(
        **query,
        ExpressionAttributeValues={":w": {"S": "w1"}},
        ExclusiveStartKey=found["LastEvaluatedKey"],
    )
    assert [one["leaseKey"]["S"] for one in rest["Items"]] == [
        "shard-5"
    ] and "LastEvaluatedKey" not in rest
    assert (
        dynamodb.describe_table(TableName="leases")["Table"]["GlobalSecondaryIndexes"][0][
            "ItemCount"
        ]
        == 7
    )
    assert "Consistent reads are not supported" in message(
        dynamodb.query, **query, ConsistentRead=True, ExpressionAttributeValues={":w": {"S": "w"}}
    )
    assert "Type mismatch for Index Key leaseOwner Expected: S Actual: N" in message(
        dynamodb.put_item, TableName="leases", Item=lease("x", leaseOwner={"N": "1"})
    )
    dynamodb.update_table(
        TableName="leases",
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index["IndexName"]}}],
    )
    assert (
        message(dynamodb.query, **query, ExpressionAttributeValues={":w": {"S": "w"}})
        == "The table does not have the specified index: LeaseOwnerToLeaseKeyIndex"
    )


def test_one_of_many_that_race_for_a_lease_gets_it(freshet, dynamodb):
    dynamodb.put_item(TableName="leases", Item=lease())

    def take(worker):
        client, won = freshet.client("dynamodb"), 0
        for counter in range(15):
            try:
                client.update_item(
                    TableName="leases",
                    Key={"leaseKey": {"S": "shard-0"}},
                    ConditionExpression="leaseCounter = :old",
                    UpdateExpression="SET leaseCounter = leaseCounter + :one, leaseOwner = :me",
                    ExpressionAttributeValues={
                        ":old": {"N": str(counter)},
                        ":one": {"N": "1"},
                        ":me": {"S": worker},
                    },
                )
                won += 1
            except botocore.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        return won

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        won = sum(pool.map(take, "abcdef"))
    assert get(dynamodb)["leaseCounter"] == {"N": str(won)} and 1 <= won <= 15


def test_pages_of_queries_and_scans(events):
    found = events.query(
        KeyConditionExpression=Key("device").eq("d1") & Key("at").between(3, 11),
        ScanIndexForward=False,
    )
    assert [item["at"] for item in found["Items"]] == [11, 9, 7, 5, 3]
    found = events.query(
        KeyConditionExpression=Key("device").eq("d1") & Key("at").gt(11),
        FilterExpression=Attr("kind").is_in(["a", "b"]),
        ProjectionExpression="#a",
        ExpressionAttributeNames={"#a": "at"},
    )
    assert [item["at"] for item in found["Items"]] == [13, 15, 19] and found["ScannedCount"] == 4
    of_kind = events.query(IndexName="by-kind", KeyConditionExpression=Key("kind").eq("a"))["Items"]
    assert [item["at"] for item in of_kind] == [0, 3, 6, 9, 12, 15, 18] and set(of_kind[0]) == {
        "device",
        "at",
        "kind",
        "shown",
    }
    assert (
        events.query(KeyConditionExpression=Key("device").eq("d2"), Select="COUNT")["Count"] == 10
    )
    seen, start = [], {}
    while True:
        page = events.scan(Limit=3, **start)
        seen += [item["at"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert sorted(seen) == list(range(20))
    parts = [
        events.scan(Segment=part, TotalSegments=4, ConsistentRead=True)["Items"]
        for part in range(4)
    ]
    assert sorted(item["at"] for part in parts for item in part) == list(range(20))
    assert events.scan(FilterExpression=Attr("shown").gte(18) | Attr("at").eq(0))["Count"] == 3


def test_a_page_ends_at_one_mebibyte(freshet, dynamodb):
    for at in range(4):
        dynamodb.put_item(TableName="leases", Item=lease(f"k{at}", pad={"S": "x" * 390_000}))
    page = dynamodb.scan(TableName="leases")
    assert page["Count"] == 3 and "LastEvaluatedKey" in page
    assert (
        dynamodb.scan(TableName="leases", ExclusiveStartKey=page["LastEvaluatedKey"])["Count"] == 1
    )
    assert (
        message(dynamodb.put_item, TableName="leases", Item=lease(pad={"S": "x" * 410_000}))
        == "Item size has exceeded the maximum allowed size"
    )


def test_updates_answer_what_was_asked_for(dynamodb):
    dynamodb.put_item(TableName="leases", Item=lease(m={"M": {"a": {"N": "1"}, "b": {"N": "2"}}}))

    def update(expression, returned, **values):
        return dynamodb.update_item(
            TableName="leases",
            Key={"leaseKey": {"S": "shard-0"}},
            UpdateExpression=expression,
            ReturnValues=returned,
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        ).get("Attributes")

    assert update(
        "SET m.a = :v, fresh = if_not_exists(fresh, :v)", "UPDATED_OLD", v={"N": "5"}
    ) == {"m": {"M": {"a": {"N": "1"}}}}
    assert update("SET m.a = m.a + :v REMOVE fresh", "UPDATED_NEW", v={"N": "0.5"}) == {
        "m": {"M": {"a": {"N": "5.5"}}}
    }
    assert update("ADD leaseCounter :v", "ALL_OLD", v={"N": "1"})["leaseCounter"] == {"N": "0"}
    assert update("SET m.b = list_append(:v, :v)", "ALL_NEW", v={"L": [{"BOOL": True}]})["m"]["M"][
        "b"
    ] == {"L": [{"BOOL": True}] * 2}
    made = dynamodb.update_item(
        TableName="leases", Key={"leaseKey": {"S": "new"}}, ReturnConsumedCapacity="TOTAL"
    )
    assert made["ConsumedCapacity"] == {"TableName": "leases", "CapacityUnits": 1.0} and get(
        dynamodb, "new"
    ) == {"leaseKey": {"S": "new"}}


def test_batches_and_their_bounds(dynamodb):
    puts = [{"PutRequest": {"Item": lease(f"k{at}", at)}} for at in range(25)]
    assert dynamodb.batch_write_item(RequestItems={"leases": puts})["UnprocessedItems"] == {}
    dynamodb.batch_write_item(
        RequestItems={"leases": [{"DeleteRequest": {"Key": {"leaseKey": {"S": "k0"}}}}]}
    )
    keys = [{"leaseKey": {"S": f"k{at}"}} for at in range(25)]
    found = dynamodb.batch_get_item(
        RequestItems={"leases": {"Keys": keys, "ProjectionExpression": "leaseCounter"}},
        ReturnConsumedCapacity="TOTAL",
    )
    assert sorted(int(one["leaseCounter"]["N"]) for one in found["Responses"]["leases"]) == list(
        range(1, 25)
    )
    assert found["ConsumedCapacity"] == [{"TableName": "leases", "CapacityUnits": 12.5}]
    assert "duplicates" in message(
        dynamodb.batch_get_item, RequestItems={"leases": {"Keys": keys[:1] * 2}}
    )
    assert "duplicates" in message(dynamodb.batch_write_item, RequestItems={"leases": puts[:1] * 2})
    assert (
        refused(dynamodb.batch_write_item, RequestItems={"leases": puts + puts[:1]})["Error"][
            "Code"
        ]
        == "ValidationException"
    )


def test_a_transaction_is_all_or_nothing_and_says_why(freshet, dynamodb):
    dynamodb.put_item(TableName="leases", Item=lease("a", 1))
    check = {
        "ConditionCheck": {
            "TableName": "leases",
            "Key": {"leaseKey": {"S": "a"}},
            "ConditionExpression": "leaseCounter > :v",
            "ExpressionAttributeValues": {":v": {"N": "5"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    put = {
        "Put": {
            "TableName": "leases",
            "Item": lease("b", 1),
            "ConditionExpression": "attribute_not_exists(leaseKey)",
        }
    }
    failed = refused(dynamodb.transact_write_items, TransactItems=[put, check])
    assert failed["Error"]["Code"] == "TransactionCanceledException"
    assert failed["Error"]["Message"] == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed]"
    )
    assert failed["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": lease("a", 1),
        },
    ]
    assert get(dynamodb, "b") is None
    add = {
        "Update": {
            "TableName": "leases",
            "Key": {"leaseKey": {"S": "a"}},
            "UpdateExpression": "ADD leaseCounter :v",
            "ExpressionAttributeValues": {":v": {"N": "1"}},
        }
    }
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[put, add], ClientRequestToken="once")
        freshet.restart()
    assert get(dynamodb, "a") == lease("a", 2)
    assert (
        refused(dynamodb.transact_write_items, TransactItems=[add], ClientRequestToken="once")[
            "Error"
        ]["Code"]
        == "IdempotentParameterMismatchException"
    )
    both = dynamodb.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": "leases", "Key": {"leaseKey": {"S": key}}}} for key in "abz"
        ]
    )
    assert [one.get("Item") for one in both["Responses"]] == [lease("a", 2), lease("b", 1), None]
    assert "multiple operations on one item" in message(
        dynamodb.transact_write_items, TransactItems=[add, add]
    )


def test_requests_are_refused_in_the_words_of_aws(dynamodb):
    def put(item):
        return message(dynamodb.put_item, TableName="leases", Item=item)

    key = {"TableName": "leases", "Key": {"leaseKey": {"S": "k"}}}
    assert (
        put({"a": {"S": "b"}})
        == "One or more parameter values were invalid: Missing the key leaseKey in the item"
    )
    assert put({"leaseKey": {"N": "1"}}) == (
        "One or more parameter values were invalid: Type mismatch for key leaseKey "
        "expected: S actual: N"
    )
    assert put({"leaseKey": {"S": ""}}).startswith(
        "One or more parameter values are not valid. The AttributeValue for a key "
        "attribute cannot contain an empty"
    )
    assert put(lease(n={"N": "abc"})) == "The parameter cannot be converted to a numeric value: abc"
    assert put(lease(n={"SS": []})).endswith("An string set  may not be empty")
    assert put(lease(n={"SS": ["a", "a"]})).endswith("contains duplicates.")
    assert (
        message(dynamodb.get_item, TableName="leases", Key={"other": {"S": "b"}})
        == "The provided key element does not match the schema"
    )
    assert message(
        dynamodb.update_item,
        **key,
        UpdateExpression="SET leaseKey = :v",
        ExpressionAttributeValues={":v": {"S": "x"}},
    ) == (
        "One or more parameter values were invalid: Cannot update attribute leaseKey. This "
        "attribute is part of the key"
    )
    assert (
        message(
            dynamodb.update_item,
            **key,
            UpdateExpression="SET a = :v",
            ExpressionAttributeValues={":v": {"S": "x"}, ":w": {"S": "y"}},
        )
        == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"
    )
    assert message(
        dynamodb.delete_item,
        **key,
        ConditionExpression="status = :v",
        ExpressionAttributeValues={":v": {"S": "x"}},
    ) == (
        "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved "
        "keyword: status"
    )
    assert message(dynamodb.delete_item, **key, ExpressionAttributeValues={":v": {"S": "x"}}) == (
        "ExpressionAttributeValues can only be specified when using expressions: "
        "ConditionExpression is null"
    )
    assert (
        message(
            dynamodb.delete_item,
            **key,
            ConditionExpression="attribute_exists(a)",
            Expected={"a": {"Exists": False}},
        )
        == "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} "
        "Expression parameters: {ConditionExpression}"
    )
    assert (
        message(
            dynamodb.query,
            TableName="leases",
            KeyConditionExpression="another = :v",
            ExpressionAttributeValues={":v": {"S": "x"}},
        )
        == "Query condition missed key schema element: leaseKey"
    )


def test_answers_carry_a_right_checksum_and_json_1_0(freshet, dynamodb):
    def call(operation, body):
        request = urllib.request.Request(
            freshet.endpoint,
            json.dumps(body).encode(),
            {
                "X-Amz-Target": f"DynamoDB_20120810.{operation}",
                "Content-Type": "application/x-amz-json-1.0",
            },
        )
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        raw = answer.read()
        assert (
            answer.headers["x-amz-crc32"] == str(zlib.crc32(raw))
            and answer.headers["content-type"] == "application/x-amz-json-1.0"
        )
        return answer.status, json.loads(raw)

    assert call("ListTables", {}) == (200, {"TableNames": ["leases"]})
    status, body = call("DescribeTable", {"TableName": "gone"})
    assert status == 400 and body["__type"].endswith("ResourceNotFoundException")
    deep = {"N": "1"}
    for _ in range(40):
        deep = {"L": [deep]}
    status, body = call("PutItem", {"TableName": "leases", "Item": lease(deep=deep)})
    assert status == 400 and body["message"] == "Nesting Levels have exceeded supported limits"
    raw = (
        '{"TableName":"leases","Item":{"leaseKey":{"S":"k"},"d":'
        + '{"L":[' * 5000
        + "]}" * 5000
        + "}}"
    )
    request = urllib.request.Request(
        freshet.endpoint, raw.encode(), {"X-Amz-Target": "DynamoDB_20120810.PutItem"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert error.value.code == 400 and "SerializationException" in error.value.read().decode()
