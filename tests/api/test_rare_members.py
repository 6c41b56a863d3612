"""Members that few clients send do what AWS says that they do."""

import base64
import hashlib
import io
import json
import zipfile

import pytest

ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
SCHEMA = {
    "RecordFormat": {
        "RecordFormatType": "JSON",
        "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}},
    },
    "RecordColumns": [{"Name": "a", "Mapping": "$.a", "SqlType": "INTEGER"}],
}


def zipped(source):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


def make_function(freshet, name, source="def handler(event, context):\n    return 1\n"):
    return freshet.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zipped(source)},
    )


def test_functions_come_in_pages_and_get_the_clients_context(freshet):
    functions = freshet.client("lambda")
    make_function(
        freshet,
        "a",
        "def handler(event, context):\n    return context.client_context.custom['k']\n",
    )
    make_function(freshet, "b")
    first = functions.list_functions(MaxItems=1)
    assert [one["FunctionName"] for one in first["Functions"]] == ["a"]
    assert [
        one["FunctionName"]
        for one in functions.list_functions(Marker=first["NextMarker"])["Functions"]
    ] == ["b"]
    for unknown in (
        "a",
        "c",
        "zzz!",
    ):  # no page gave them: an empty page would be the end of the list
        with pytest.raises(
            functions.exceptions.InvalidParameterValueException, match="Invalid Marker: " + unknown
        ):
            functions.list_functions(Marker=unknown)
    context = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()
    answer = functions.invoke(FunctionName="a", ClientContext=context, Qualifier="$LATEST")
    assert json.loads(answer["Payload"].read()) == "v"


def test_logs_are_found_by_identifier_prefix_and_time(freshet):
    make_function(freshet, "f", "def handler(event, context):\n    print('hello')\n")
    freshet.client("lambda").invoke(FunctionName="f")
    logs = freshet.client("logs")
    group = freshet.until(
        lambda: logs.describe_log_groups(logGroupNamePattern="lambda/f")["logGroups"]
    )[0]
    assert logs.describe_log_groups(logGroupNamePattern="nothing")["logGroups"] == []
    with pytest.raises(logs.exceptions.InvalidParameterException, match="mutually exclusive"):
        logs.describe_log_groups(logGroupNamePattern="lambda/f", logGroupNamePrefix="/aws")
    named = {"logGroupIdentifier": group["logGroupArn"]}
    stream = freshet.until(lambda: logs.describe_log_streams(**named)["logStreams"])[0][
        "logStreamName"
    ]
    assert logs.describe_log_streams(**named, logStreamNamePrefix=stream[:5])["logStreams"]
    assert not logs.describe_log_streams(**named, logStreamNamePrefix="x" + stream)["logStreams"]
    events = freshet.until(
        lambda: [
            one
            for one in logs.get_log_events(**named, logStreamName=stream)["events"]
            if "hello" in one["message"]
        ]
    )
    time = events[0]["timestamp"]
    assert logs.get_log_events(**named, logStreamName=stream, startTime=time, endTime=time + 1)[
        "events"
    ]
    assert not logs.get_log_events(**named, logStreamName=stream, startTime=time + 1)["events"]
    assert not logs.get_log_events(**named, logStreamName=stream, endTime=time)["events"]
    assert logs.filter_log_events(**named, logStreamNames=[stream], startTime=time, endTime=time)[
        "events"
    ]
    assert logs.filter_log_events(**named, logStreamNamePrefix=stream[:5], filterPattern="hello")[
        "events"
    ]
    assert not logs.filter_log_events(**named, logStreamNames=["another"])["events"]
    assert not logs.filter_log_events(**named, startTime=time + 1)["events"]
    assert not logs.filter_log_events(**named, endTime=time - 1)["events"]


@pytest.fixture
def table(freshet):
    dynamodb = freshet.client("dynamodb")
    keys = [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName="items",
        KeySchema=keys,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in "hrx"],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-x",
                "KeySchema": [keys[0], {"AttributeName": "x", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for r, x in (("1", "c"), ("2", "b"), ("3", "a")):
        dynamodb.put_item(TableName="items", Item={"h": {"S": "one"}, "r": {"S": r}, "x": {"S": x}})
    return dynamodb


def equals(text):
    return {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": text}]}


def test_a_local_index_orders_by_its_own_range_key(table):
    found = table.query(TableName="items", IndexName="by-x", KeyConditions={"h": equals("one")})[
        "Items"
    ]
    assert [item["r"]["S"] for item in found] == ["3", "2", "1"]


def test_the_older_forms_of_conditions_filters_and_projections_work(table):
    key = {"h": {"S": "one"}, "r": {"S": "2"}}
    assert table.get_item(TableName="items", Key=key, AttributesToGet=["x"])["Item"] == {
        "x": {"S": "b"}
    }
    found = table.query(
        TableName="items",
        KeyConditions={"h": equals("one")},
        QueryFilter={"x": equals("b")},
        AttributesToGet=["r"],
    )["Items"]
    assert found == [{"r": {"S": "2"}}]
    assert table.scan(TableName="items", ScanFilter={"x": equals("a")}, AttributesToGet=["r"])[
        "Items"
    ] == [{"r": {"S": "3"}}]


def test_metrics_are_labelled_left_out_and_listed_while_they_are_recent(freshet):
    metrics = freshet.client("cloudwatch")
    metrics.put_metric_data(Namespace="App", MetricData=[{"MetricName": "Bytes", "Value": 1}])
    stat = {
        "MetricStat": {
            "Metric": {"Namespace": "App", "MetricName": "Bytes"},
            "Period": 60,
            "Stat": "Sum",
        }
    }
    now = metrics.get_metric_data(
        MetricDataQueries=[
            {"Id": "a", "Label": "mine", **stat},
            {"Id": "b", "ReturnData": False, **stat},
        ],
        StartTime="2025-12-31T00:00:00Z",
        EndTime="2026-01-02T00:00:00Z",
    )["MetricDataResults"]
    assert [(one["Id"], one["Label"]) for one in now] == [("a", "mine")]
    assert metrics.list_metrics(Namespace="App", RecentlyActive="PT3H")["Metrics"]
    freshet.advance(4 * 3600_000)
    assert not metrics.list_metrics(Namespace="App", RecentlyActive="PT3H")["Metrics"]
    assert metrics.list_metrics(Namespace="App")["Metrics"]


@pytest.fixture
def application(freshet):
    for name in ("in", "in2", "out"):
        freshet.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    freshet.client("s3").create_bucket(Bucket="lake")
    client = freshet.client("kinesisanalytics")
    client.create_application(ApplicationName="app")
    client.add_application_input(
        ApplicationName="app",
        CurrentApplicationVersionId=1,
        Input={
            "NamePrefix": "S",
            "KinesisStreamsInput": {
                "ResourceARN": ARN.format("kinesis", "stream/in"),
                "RoleARN": ROLE,
            },
            "InputParallelism": {"Count": 2},
            "InputSchema": SCHEMA,
        },
    )
    client.add_application_output(
        ApplicationName="app",
        CurrentApplicationVersionId=2,
        Output={
            "Name": "T",
            "KinesisStreamsOutput": {
                "ResourceARN": ARN.format("kinesis", "stream/out"),
                "RoleARN": ROLE,
            },
            "DestinationSchema": {"RecordFormatType": "CSV"},
        },
    )
    return client


def described(client):
    return client.describe_application(ApplicationName="app")["ApplicationDetail"]


def test_an_input_is_added_with_its_parallelism_and_changed_member_by_member(application):
    given = described(application)["InputDescriptions"][0]
    assert given["InAppStreamNames"] == ["S_001", "S_002"]
    assert given["InputSchema"]["RecordColumns"] == SCHEMA["RecordColumns"]
    update = {
        "InputId": given["InputId"],
        "NamePrefixUpdate": "R",
        "InputParallelismUpdate": {"CountUpdate": 1},
        "KinesisStreamsInputUpdate": {"ResourceARNUpdate": ARN.format("kinesis", "stream/in2")},
        "InputSchemaUpdate": {
            "RecordFormatUpdate": {
                "RecordFormatType": "CSV",
                "MappingParameters": {
                    "CSVMappingParameters": {
                        "RecordRowDelimiter": "\n",
                        "RecordColumnDelimiter": ";",
                    }
                },
            },
            "RecordColumnUpdates": [{"Name": "b", "SqlType": "VARCHAR(8)"}],
        },
    }
    application.update_application(
        ApplicationName="app",
        CurrentApplicationVersionId=3,
        ApplicationUpdate={"InputUpdates": [update]},
    )
    now = described(application)["InputDescriptions"][0]
    assert (now["NamePrefix"], now["InAppStreamNames"]) == ("R", ["R_001"])
    assert now["KinesisStreamsInputDescription"]["ResourceARN"].endswith("stream/in2")
    assert (
        now["InputSchema"]["RecordFormat"]["MappingParameters"]["CSVMappingParameters"][
            "RecordColumnDelimiter"
        ]
        == ";"
    )
    assert now["InputSchema"]["RecordColumns"] == [{"Name": "b", "SqlType": "VARCHAR(8)"}]


def test_a_function_before_an_input_is_added_changed_and_removed(application, freshet):
    for name in ("f", "g"):
        make_function(freshet, name)
    processing = {
        "InputLambdaProcessor": {"ResourceARN": ARN.format("lambda", "function:f"), "RoleARN": ROLE}
    }
    input_id = described(application)["InputDescriptions"][0]["InputId"]
    application.add_application_input_processing_configuration(
        ApplicationName="app",
        CurrentApplicationVersionId=3,
        InputId=input_id,
        InputProcessingConfiguration=processing,
    )

    def function():
        given = described(application)["InputDescriptions"][0].get(
            "InputProcessingConfigurationDescription"
        )
        return given and given["InputLambdaProcessorDescription"]["ResourceARN"].split(":")[-1]

    assert function() == "f"
    update = {
        "InputId": input_id,
        "InputProcessingConfigurationUpdate": {
            "InputLambdaProcessorUpdate": {"ResourceARNUpdate": ARN.format("lambda", "function:g")}
        },
    }
    application.update_application(
        ApplicationName="app",
        CurrentApplicationVersionId=4,
        ApplicationUpdate={"InputUpdates": [update]},
    )
    assert function() == "g"
    application.delete_application_input_processing_configuration(
        ApplicationName="app", CurrentApplicationVersionId=5, InputId=input_id
    )
    assert function() is None


def test_an_output_and_a_log_are_changed(application, freshet):
    output = described(application)["OutputDescriptions"][0]["OutputId"]
    change = {
        "OutputId": output,
        "NameUpdate": "U",
        "KinesisStreamsOutputUpdate": {"ResourceARNUpdate": ARN.format("kinesis", "stream/in2")},
        "DestinationSchemaUpdate": {"RecordFormatType": "JSON"},
    }
    application.update_application(
        ApplicationName="app",
        CurrentApplicationVersionId=3,
        ApplicationUpdate={"OutputUpdates": [change]},
    )
    now = described(application)["OutputDescriptions"][0]
    assert (
        now["Name"],
        now["DestinationSchema"],
        now["KinesisStreamsOutputDescription"]["ResourceARN"].split("/")[-1],
    ) == ("U", {"RecordFormatType": "JSON"}, "in2")
    freshet.client("firehose").create_delivery_stream(
        DeliveryStreamName="d",
        S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"},
    )
    change = {
        "OutputId": output,
        "KinesisFirehoseOutputUpdate": {
            "ResourceARNUpdate": ARN.format("firehose", "deliverystream/d")
        },
    }
    application.update_application(
        ApplicationName="app",
        CurrentApplicationVersionId=4,
        ApplicationUpdate={"OutputUpdates": [change]},
    )
    assert described(application)["OutputDescriptions"][0]["KinesisFirehoseOutputDescription"][
        "ResourceARN"
    ].endswith("deliverystream/d")
    stream = ARN.format("logs", "log-group:g:log-stream:{}")
    application.create_application(
        ApplicationName="logged",
        CloudWatchLoggingOptions=[{"LogStreamARN": stream.format("a"), "RoleARN": ROLE}],
    )
    options = application.describe_application(ApplicationName="logged")["ApplicationDetail"][
        "CloudWatchLoggingOptionDescriptions"
    ]
    application.update_application(
        ApplicationName="logged",
        CurrentApplicationVersionId=1,
        ApplicationUpdate={
            "CloudWatchLoggingOptionUpdates": [
                {
                    "CloudWatchLoggingOptionId": options[0]["CloudWatchLoggingOptionId"],
                    "LogStreamARNUpdate": stream.format("b"),
                }
            ]
        },
    )
    options = application.describe_application(ApplicationName="logged")["ApplicationDetail"][
        "CloudWatchLoggingOptionDescriptions"
    ]
    assert options[0]["LogStreamARN"].endswith("log-stream:b")


def test_a_schema_is_discovered_in_an_object(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="rows.json", Body=b'{"a": 1}\n{"a": 2}\n')
    found = freshet.client("kinesisanalytics").discover_input_schema(
        S3Configuration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "FileKey": "rows.json"}
    )
    assert [column["Mapping"] for column in found["InputSchema"]["RecordColumns"]] == ["$.a"]


def test_partitions_are_dealt_to_segments(freshet):
    glue = freshet.client("glue")
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(
        DatabaseName="d",
        TableInput={"Name": "t", "PartitionKeys": [{"Name": "p", "Type": "string"}]},
    )
    glue.batch_create_partition(
        DatabaseName="d",
        TableName="t",
        PartitionInputList=[{"Values": [str(i)]} for i in range(20)],
    )
    parts = [
        [
            one["Values"][0]
            for one in glue.get_partitions(
                DatabaseName="d", TableName="t", Segment={"SegmentNumber": n, "TotalSegments": 3}
            )["Partitions"]
        ]
        for n in range(3)
    ]
    assert sorted(int(value) for part in parts for value in part) == list(range(20)) and all(parts)


@pytest.fixture
def lake(freshet):
    s3 = freshet.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="a", Body=b"text")
    return s3


def test_an_object_is_read_when_it_was_changed_or_was_not(freshet, lake):
    changed = lake.head_object(Bucket="lake", Key="a")["LastModified"]
    before, after = changed.replace(year=changed.year - 1), changed.replace(year=changed.year + 1)
    for call in (lake.get_object, lake.head_object):
        assert call(Bucket="lake", Key="a", IfModifiedSince=before)["ContentLength"] == 4
        assert call(Bucket="lake", Key="a", IfUnmodifiedSince=after)["ContentLength"] == 4
        for condition, status in (
            ({"IfModifiedSince": after}, 304),
            ({"IfUnmodifiedSince": before}, 412),
        ):
            with pytest.raises(lake.exceptions.ClientError) as error:
                call(Bucket="lake", Key="a", **condition)
            assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_an_answer_has_the_headers_that_the_request_asks_for(lake):
    given = {
        "CacheControl": "no-store",
        "ContentDisposition": "attachment",
        "ContentEncoding": "identity",
        "ContentLanguage": "de",
        "ContentType": "text/plain",
    }
    answer = lake.get_object(
        Bucket="lake",
        Key="a",
        ResponseCacheControl="no-store",
        ResponseContentDisposition="attachment",
        ResponseContentEncoding="identity",
        ResponseContentLanguage="de",
        ResponseContentType="text/plain",
    )
    assert {name: answer[name] for name in given} == given


def test_the_parts_and_the_whole_of_an_upload_are_held_against_their_checksums(lake):
    sums = {"ChecksumSHA512": hashlib.sha512, "ChecksumMD5": hashlib.md5}
    for name, of in sums.items():
        upload = lake.create_multipart_upload(
            Bucket="lake", Key="b", ChecksumAlgorithm=name[8:], ChecksumType="COMPOSITE"
        )["UploadId"]
        place = {"Bucket": "lake", "Key": "b", "UploadId": upload}
        value = base64.b64encode(of(b"text").digest()).decode()
        part = {
            "PartNumber": 1,
            "ETag": lake.upload_part(**place, PartNumber=1, Body=b"text", **{name: value})["ETag"],
        }
        wrong = base64.b64encode(bytes(of().digest_size)).decode()
        with pytest.raises(lake.exceptions.ClientError, match="InvalidPart"):
            lake.complete_multipart_upload(
                **place, MultipartUpload={"Parts": [{**part, name: wrong}]}
            )
        whole = base64.b64encode(of(of(b"text").digest()).digest()).decode()
        with pytest.raises(lake.exceptions.ClientError, match="BadDigest"):
            lake.complete_multipart_upload(
                **place, MultipartUpload={"Parts": [{**part, name: value}]}, **{name: wrong + "-1"}
            )
        done = lake.complete_multipart_upload(
            **place, MultipartUpload={"Parts": [{**part, name: value}]}, **{name: whole + "-1"}
        )
        assert done[name] == whole + "-1"


def test_an_object_is_copied_when_its_tag_fits(lake):
    tag = lake.head_object(Bucket="lake", Key="a")["ETag"]
    source = {"Bucket": "lake", "CopySource": "lake/a", "Key": "b"}
    for condition in ({"CopySourceIfMatch": '"0"'}, {"CopySourceIfNoneMatch": tag}):
        with pytest.raises(lake.exceptions.ClientError, match="PreconditionFailed"):
            lake.copy_object(**source, **condition)
    assert lake.list_objects_v2(Bucket="lake")["KeyCount"] == 1
    lake.copy_object(**source, CopySourceIfMatch=tag)
    lake.copy_object(**source, CopySourceIfNoneMatch='"0"')
    assert lake.list_objects_v2(Bucket="lake")["KeyCount"] == 2


def test_a_quiet_delete_does_not_list_what_it_deleted(lake):
    keys = {"Objects": [{"Key": "a"}]}
    assert lake.delete_objects(Bucket="lake", Delete={**keys, "Quiet": True}).get("Deleted") is None
    assert lake.delete_objects(Bucket="lake", Delete=keys)["Deleted"] == [{"Key": "a"}]


@pytest.mark.parametrize(
    "name, right, wrong",
    [
        ("ChecksumSHA1", "Ny6gjKsz5xwCxlHbyDpHTTLGduo=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("ChecksumSHA256", "mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=", "A" * 43 + "="),
        (
            "ChecksumSHA512",
            "6vLBJ0LLjBYby9hLAyubuYmZojKCVCZyygHMbt0mj33OmYetayvHkwVjT4nZC5AQK81ZpX5xNbjjzrk8BZcRew==",
            "A" * 86 + "==",
        ),
        ("ChecksumMD5", "HLJR7A1WjeapKbUgxK7Y0Q==", "A" * 22 + "=="),
        ("ChecksumCRC32C", None, "AAAAAA=="),
        ("ChecksumCRC64NVME", None, "AAAAAAAAAAA="),
    ],
)
def test_a_body_is_held_against_each_checksum(lake, name, right, wrong):
    upload = lake.create_multipart_upload(Bucket="lake", Key="b")["UploadId"]
    for call, request in (
        (lake.put_object, {"Bucket": "lake", "Key": "b"}),
        (lake.upload_part, {"Bucket": "lake", "Key": "b", "UploadId": upload, "PartNumber": 1}),
    ):
        with pytest.raises(lake.exceptions.ClientError, match="BadDigest"):
            call(**request, Body=b"text", **{name: wrong})
        if right:
            assert call(**request, Body=b"text", **{name: right})[name] == right


def test_objects_of_a_delivery_stream_have_its_file_extension(freshet, lake):
    firehose = freshet.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "out/",
            "FileExtension": ".one",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        },
    )
    firehose.put_record(DeliveryStreamName="d", Record={"Data": b"x"})

    def endings():
        return {
            one["Key"].rsplit(".", 1)[1]
            for one in lake.list_objects_v2(Bucket="lake", Prefix="out/").get("Contents", [])
        }

    freshet.until(lambda: endings() == {"one"}, advance_ms=500)
    there = firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]
    firehose.update_destination(
        DeliveryStreamName="d",
        CurrentDeliveryStreamVersionId=there["VersionId"],
        DestinationId=there["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate={"FileExtension": ".two"},
    )
    firehose.put_record(DeliveryStreamName="d", Record={"Data": b"x"})
    freshet.until(lambda: endings() == {"one", "two"}, advance_ms=500)
