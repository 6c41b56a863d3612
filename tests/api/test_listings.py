"""Listings come in pages: each page begins where the one before it ended, and all pages together
are the list.
"""

import base64

import botocore.exceptions
import pytest

TRUST = '{"Version":"2012-10-17","Statement":[]}'
INPUT_SCHEMA = {
    "RecordFormat": {
        "RecordFormatType": "JSON",
        "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}},
    },
    "RecordColumns": [{"Name": "a", "Mapping": "$.a", "SqlType": "INTEGER"}],
}


def pages(call, key, into, out, **request):
    """The lists of all pages, by the token that is copied from `out` of an answer to `into` of the
    next request.
    """
    found, answer = [], call(**request)
    while True:
        found.append(answer[key])
        if not answer.get(out):
            return found
        answer = call(**request, **{into: answer[out]})


def test_rules_come_in_pages(freshet):
    events = freshet.client("events")
    for name in ("a", "b", "c"):
        events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")
    found = pages(events.list_rules, "Rules", "NextToken", "NextToken", Limit=2)
    assert [[rule["Name"] for rule in page] for page in found] == [["a", "b"], ["c"]]
    assert events.list_rules(NamePrefix="b", EventBusName="default")["Rules"][0]["Name"] == "b"
    events.disable_rule(Name="a", EventBusName="default")
    events.enable_rule(Name="a", EventBusName="default")
    assert events.describe_rule(Name="a")["State"] == "ENABLED"
    with pytest.raises(botocore.exceptions.ClientError, match="ResourceNotFoundException"):
        events.enable_rule(Name="a", EventBusName="another")


def test_delivery_streams_and_their_tags_come_in_pages(freshet):
    firehose = freshet.client("firehose")
    freshet.client("s3").create_bucket(Bucket="lake")
    for name in ("a", "b", "c"):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            S3DestinationConfiguration={
                "RoleARN": "arn:aws:iam::000000000000:role/r",
                "BucketARN": "arn:aws:s3:::lake",
            },
            Tags=[{"Key": key, "Value": "1"} for key in "xyz"],
        )
    first = firehose.list_delivery_streams(Limit=2)
    assert (first["DeliveryStreamNames"], first["HasMoreDeliveryStreams"]) == (["a", "b"], True)
    rest = firehose.list_delivery_streams(Limit=2, ExclusiveStartDeliveryStreamName="b")
    assert (rest["DeliveryStreamNames"], rest["HasMoreDeliveryStreams"]) == (["c"], False)
    assert (
        firehose.list_delivery_streams(DeliveryStreamType="KinesisStreamAsSource")[
            "DeliveryStreamNames"
        ]
        == []
    )
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName="a", Limit=2)
    assert ([tag["Key"] for tag in tags["Tags"]], tags["HasMoreTags"]) == (["x", "y"], True)
    rest = firehose.list_tags_for_delivery_stream(
        DeliveryStreamName="a", Limit=2, ExclusiveStartTagKey="y"
    )
    assert ([tag["Key"] for tag in rest["Tags"]], rest["HasMoreTags"]) == (["z"], False)


def test_roles_and_their_policies_come_in_pages(freshet):
    iam = freshet.client("iam")
    for name in ("a", "b", "c"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="a", PolicyName=name, PolicyDocument=TRUST)
        iam.attach_role_policy(RoleName="a", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    for call, key, name, request in (
        (iam.list_roles, "Roles", lambda role: role["RoleName"], {}),
        (iam.list_role_policies, "PolicyNames", lambda policy: policy, {"RoleName": "a"}),
        (
            iam.list_attached_role_policies,
            "AttachedPolicies",
            lambda policy: policy["PolicyName"],
            {"RoleName": "a"},
        ),
    ):
        found = pages(call, key, "Marker", "Marker", MaxItems=2, **request)
        assert [[name(one) for one in page] for page in found] == [["a", "b"], ["c"]], key


def test_shards_consumers_and_tags_of_a_stream_come_in_pages(freshet):
    kinesis = freshet.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=3)
    freshet.advance(1000)
    stream = kinesis.describe_stream(StreamName="s")["StreamDescription"]
    names = [shard["ShardId"] for shard in stream["Shards"]]
    rest = kinesis.describe_stream(StreamName="s", ExclusiveStartShardId=names[0])[
        "StreamDescription"
    ]["Shards"]
    assert [shard["ShardId"] for shard in rest] == names[1:]
    assert [
        shard["ShardId"]
        for shard in kinesis.list_shards(StreamName="s", ExclusiveStartShardId=names[1])["Shards"]
    ] == names[2:]
    kinesis.add_tags_to_stream(StreamName="s", Tags={key: "1" for key in "xyz"})
    tags = kinesis.list_tags_for_stream(StreamName="s", Limit=2, ExclusiveStartTagKey="x")
    assert ([tag["Key"] for tag in tags["Tags"]], tags["HasMoreTags"]) == (["y", "z"], False)
    for name in ("a", "b", "c"):
        kinesis.register_stream_consumer(StreamARN=stream["StreamARN"], ConsumerName=name)
    found = pages(
        kinesis.list_stream_consumers,
        "Consumers",
        "NextToken",
        "NextToken",
        StreamARN=stream["StreamARN"],
        MaxResults=2,
        StreamCreationTimestamp=stream["StreamCreationTimestamp"],
    )
    assert [[consumer["ConsumerName"] for consumer in page] for page in found] == [
        ["a", "b"],
        ["c"],
    ]
    with pytest.raises(botocore.exceptions.ClientError, match="ResourceNotFoundException"):
        kinesis.list_stream_consumers(StreamARN=stream["StreamARN"], StreamCreationTimestamp=1)


def test_applications_come_in_pages(freshet):
    applications = freshet.client("kinesisanalytics")
    for name in ("a", "b", "c"):
        applications.create_application(ApplicationName=name)
    first = applications.list_applications(Limit=2)
    assert (
        [one["ApplicationName"] for one in first["ApplicationSummaries"]],
        first["HasMoreApplications"],
    ) == (["a", "b"], True)
    rest = applications.list_applications(Limit=2, ExclusiveStartApplicationName="b")
    assert (
        [one["ApplicationName"] for one in rest["ApplicationSummaries"]],
        rest["HasMoreApplications"],
    ) == (["c"], False)


def test_databases_come_in_pages_to_glue_and_athena(freshet):
    glue, athena = freshet.client("glue"), freshet.client("athena")
    for name in ("a", "b", "c"):
        glue.create_database(DatabaseInput={"Name": name})
        glue.create_table(
            DatabaseName="a", TableInput={"Name": name, "TableType": "EXTERNAL_TABLE"}
        )
    found = pages(glue.get_databases, "DatabaseList", "NextToken", "NextToken", MaxResults=2)
    assert [[one["Name"] for one in page] for page in found] == [["a", "b"], ["c"]]
    found = pages(
        athena.list_databases,
        "DatabaseList",
        "NextToken",
        "NextToken",
        CatalogName="AwsDataCatalog",
        MaxResults=2,
    )
    assert [[one["Name"] for one in page] for page in found] == [["a", "b"], ["c", "default"]]
    found = pages(
        athena.list_table_metadata,
        "TableMetadataList",
        "NextToken",
        "NextToken",
        CatalogName="AwsDataCatalog",
        DatabaseName="a",
        MaxResults=2,
    )
    assert [[one["Name"] for one in page] for page in found] == [["a", "b"], ["c"]]


def test_work_groups_come_in_pages(freshet):
    athena = freshet.client("athena")
    page = athena.list_work_groups(MaxResults=1)
    assert [one["Name"] for one in page["WorkGroups"]] == ["primary"] and "NextToken" not in page
    behind = base64.b64encode(b"after:primary").decode()
    assert athena.list_work_groups(NextToken=behind)["WorkGroups"] == []


def test_results_come_in_pages_of_one_execution(freshet):
    athena = freshet.client("athena")
    freshet.client("s3").create_bucket(Bucket="results")
    first, second = (
        athena.start_query_execution(
            QueryString="SELECT x FROM (VALUES 1, 2, 3) AS t (x)",
            WorkGroup="primary",
            ResultConfiguration={"OutputLocation": "s3://results/"},
        )["QueryExecutionId"]
        for _ in range(2)
    )
    for one in (first, second):
        freshet.until(
            lambda: (
                athena.get_query_execution(QueryExecutionId=one)["QueryExecution"]["Status"][
                    "State"
                ]
                == "SUCCEEDED"
            )
        )
    sets = pages(
        athena.get_query_results,
        "ResultSet",
        "NextToken",
        "NextToken",
        QueryExecutionId=first,
        MaxResults=3,
    )
    assert [[row["Data"][0]["VarCharValue"] for row in one["Rows"]] for one in sets] == [
        ["x", "1", "2"],
        ["3"],
    ]
    token = athena.get_query_results(QueryExecutionId=first, MaxResults=3)["NextToken"]
    for foreign in (token + "1x", token.replace(first, second), "3", "zzz"):
        with pytest.raises(botocore.exceptions.ClientError, match="InvalidRequestException"):
            athena.get_query_results(QueryExecutionId=first, NextToken=foreign)


def test_query_executions_come_in_pages(freshet):
    athena = freshet.client("athena")
    freshet.client("s3").create_bucket(Bucket="results")
    started = {
        athena.start_query_execution(
            QueryString=f"SELECT {i}", ResultConfiguration={"OutputLocation": "s3://results/"}
        )["QueryExecutionId"]
        for i in range(3)
    }
    found = pages(
        athena.list_query_executions, "QueryExecutionIds", "NextToken", "NextToken", MaxResults=2
    )
    assert ([len(page) for page in found], {one for page in found for one in page}) == (
        [2, 1],
        started,
    )


def test_tables_of_dynamodb_come_in_pages(freshet):
    dynamodb = freshet.client("dynamodb")
    for name in ("aaa", "bbb", "ccc"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        )
    found = pages(
        dynamodb.list_tables,
        "TableNames",
        "ExclusiveStartTableName",
        "LastEvaluatedTableName",
        Limit=2,
    )
    assert found == [["aaa", "bbb"], ["ccc"]]


def test_objects_and_uploads_come_in_pages(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    uploads = {}
    for key in ("a b", "c", "d"):
        s3.put_object(Bucket="lake", Key=key, Body=b"x")
        uploads[key] = s3.create_multipart_upload(Bucket="lake", Key=key)["UploadId"]
    found = pages(
        s3.list_objects_v2,
        "Contents",
        "ContinuationToken",
        "NextContinuationToken",
        Bucket="lake",
        MaxKeys=2,
        FetchOwner=True,
    )
    assert [[one["Key"] for one in page] for page in found] == [["a b", "c"], ["d"]]
    assert all(one["Owner"]["ID"] for page in found for one in page)
    assert "Owner" not in s3.list_objects_v2(Bucket="lake")["Contents"][0]
    first = s3.list_objects(Bucket="lake", MaxKeys=1, EncodingType="url")
    assert (first["Contents"][0]["Key"], first["IsTruncated"]) == ("a+b", True)
    assert [one["Key"] for one in s3.list_objects(Bucket="lake", Marker="a b")["Contents"]] == [
        "c",
        "d",
    ]
    first = s3.list_multipart_uploads(Bucket="lake", MaxUploads=2, EncodingType="url")
    assert ([one["Key"] for one in first["Uploads"]], first["IsTruncated"]) == (["a+b", "c"], True)
    rest = s3.list_multipart_uploads(Bucket="lake", KeyMarker="c", UploadIdMarker=uploads["c"])
    assert [one["Key"] for one in rest["Uploads"]] == ["d"]
    for number in (1, 2, 3):
        s3.upload_part(Bucket="lake", Key="c", UploadId=uploads["c"], PartNumber=number, Body=b"x")
    first = s3.list_parts(Bucket="lake", Key="c", UploadId=uploads["c"], MaxParts=2)
    assert ([part["PartNumber"] for part in first["Parts"]], first["IsTruncated"]) == ([1, 2], True)
    rest = s3.list_parts(Bucket="lake", Key="c", UploadId=uploads["c"], PartNumberMarker=2)
    assert [part["PartNumber"] for part in rest["Parts"]] == [3]


def test_buckets_come_in_pages_and_by_region(freshet):
    s3 = freshet.client("s3")
    for name in ("lake-a", "lake-b", "other"):
        s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket="lake-c", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    found = pages(
        s3.list_buckets,
        "Buckets",
        "ContinuationToken",
        "ContinuationToken",
        MaxBuckets=2,
        Prefix="lake-",
    )
    assert [[one["Name"] for one in page] for page in found] == [["lake-a", "lake-b"], ["lake-c"]]
    assert [one["Name"] for one in s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]] == [
        "lake-c"
    ]


def test_versions_are_listed_as_objects_are(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    for key in ("a/1", "a/2", "b 1"):
        s3.put_object(Bucket="lake", Key=key, Body=b"x")
    found = s3.list_object_versions(Bucket="lake", Delimiter="/", EncodingType="url")
    assert (
        [one["Key"] for one in found["Versions"]],
        [one["Prefix"] for one in found["CommonPrefixes"]],
    ) == (["b+1"], ["a/"])
    assert [
        one["Key"] for one in s3.list_object_versions(Bucket="lake", Prefix="a/")["Versions"]
    ] == ["a/1", "a/2"]
    first = s3.list_object_versions(Bucket="lake", MaxKeys=2)
    rest = s3.list_object_versions(
        Bucket="lake",
        KeyMarker=first["NextKeyMarker"],
        VersionIdMarker=first["NextVersionIdMarker"],
    )
    assert [one["Key"] for one in first["Versions"] + rest["Versions"]] == ["a/1", "a/2", "b 1"]


def test_a_token_that_no_page_gave_is_refused(freshet):
    events, iam, functions, quick = (
        freshet.client(name) for name in ("events", "iam", "lambda", "quicksight")
    )
    glue, athena, logs, metrics = (
        freshet.client(name) for name in ("glue", "athena", "logs", "cloudwatch")
    )
    sum_of = {
        "Id": "a",
        "MetricStat": {
            "Metric": {"Namespace": "A", "MetricName": "B"},
            "Period": 60,
            "Stat": "Sum",
        },
    }
    data = {"MetricDataQueries": [sum_of], "StartTime": 0, "EndTime": 60}
    events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    account = {"AwsAccountId": "000000000000"}
    for token in ("zzz!", "zzzz", "r", "12", "f/12", "t/1/a"):
        for code, call, request in (
            ("ValidationException", events.list_rules, {"NextToken": token}),
            ("ValidationException", events.list_targets_by_rule, {"Rule": "r", "NextToken": token}),
            ("ValidationError", iam.list_roles, {"Marker": token}),
            ("ValidationError", iam.list_role_policies, {"RoleName": "r", "Marker": token}),
            (
                "ValidationError",
                iam.list_attached_role_policies,
                {"RoleName": "r", "Marker": token},
            ),
            ("InvalidInputException", glue.get_databases, {"NextToken": token}),
            (
                "InvalidRequestException",
                athena.list_databases,
                {"CatalogName": "AwsDataCatalog", "NextToken": token},
            ),
            ("InvalidRequestException", athena.list_query_executions, {"NextToken": token}),
            ("InvalidRequestException", athena.list_work_groups, {"NextToken": token}),
            ("InvalidParameterException", logs.describe_log_groups, {"nextToken": token}),
            (
                "InvalidParameterException",
                logs.describe_log_streams,
                {"logGroupName": "g", "nextToken": token},
            ),
            (
                "InvalidParameterException",
                logs.get_log_events,
                {"logGroupName": "g", "logStreamName": "s", "nextToken": token},
            ),
            (
                "InvalidParameterException",
                logs.filter_log_events,
                {"logGroupName": "g", "nextToken": token},
            ),
            ("InvalidParameterValueException", metrics.list_metrics, {"NextToken": token}),
            ("InvalidNextToken", metrics.get_metric_data, {**data, "NextToken": token}),
            ("InvalidNextTokenException", quick.list_data_sources, {**account, "NextToken": token}),
            ("InvalidNextTokenException", quick.list_data_sets, {**account, "NextToken": token}),
            ("InvalidNextTokenException", quick.list_dashboards, {**account, "NextToken": token}),
        ):
            with pytest.raises(botocore.exceptions.ClientError) as error:
                call(**request)
            assert error.value.response["Error"]["Code"] == code, (call, token)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        functions.list_functions(Marker="zzz!")
    assert error.value.response["Error"]["Code"] == "InvalidParameterValueException"
