"""CloudWatch metrics through boto3: the samples of a period become one point in each unit, and are
durable.
"""

import datetime
import json

import botocore.config
import botocore.exceptions
import botocore.loaders
import botocore.session
import pytest

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
STREAM = [{"Name": "StreamName", "Value": "s"}]


def client(freshet, directory, protocol="json"):
    """boto3 picks CBOR for CloudWatch; this one speaks `protocol`, as other SDKs do."""
    loader = botocore.loaders.Loader()
    model = loader.load_service_model("cloudwatch", "service-2")
    model["metadata"] = {**model["metadata"], "protocol": protocol, "protocols": [protocol]}
    home = directory / "models" / protocol / "cloudwatch" / model["metadata"]["apiVersion"]
    home.mkdir(parents=True)
    (home / "service-2.json").write_text(json.dumps(model))
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.insert(0, str(home.parent.parent))
    return session.create_client(
        "cloudwatch",
        region_name="us-east-1",
        endpoint_url=freshet.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(
            retries={"max_attempts": 0}, disable_request_compression=True
        ),
    )


@pytest.fixture
def metrics(freshet, tmp_path):
    return client(freshet, tmp_path)


def put(metrics, *data):
    metrics.put_metric_data(
        Namespace="App",
        MetricData=[{"MetricName": "Bytes", "Dimensions": STREAM, **one} for one in data],
    )


def at(seconds):
    return START + datetime.timedelta(seconds=seconds)


def series(metrics, stat="Sum", period=60, **more):
    query = {
        "Id": "q",
        "MetricStat": {
            "Stat": stat,
            "Period": period,
            "Metric": {"Namespace": "App", "MetricName": "Bytes", "Dimensions": STREAM},
        },
    }
    answer = metrics.get_metric_data(
        MetricDataQueries=[query],
        StartTime=START,
        EndTime=at(3600),
        ScanBy="TimestampAscending",
        **more,
    )
    [result] = answer["MetricDataResults"]
    assert len(result["Timestamps"]) == len(result["Values"])
    return result, answer.get("NextToken")


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def test_samples_of_a_period_are_one_point_and_last(freshet, metrics):
    put(
        metrics,
        {"Value": 3, "Timestamp": at(5), "Unit": "Bytes"},
        {"Value": 5, "Timestamp": at(50), "Unit": "Bytes"},
    )
    put(
        metrics,
        {"Values": [1, 10], "Counts": [3, 1], "Timestamp": at(65), "Unit": "Bytes"},
        {
            "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 5, "Maximum": 20},
            "Timestamp": at(70),
            "Unit": "Bytes",
        },
    )
    freshet.kill9()
    freshet.start()
    result, token = series(metrics)
    assert (result["Timestamps"], result["Values"], result["StatusCode"], token) == (
        [at(0), at(60)],
        [8, 53],
        "Complete",
        None,
    )
    for stat, values in {
        "SampleCount": [2, 8],
        "Average": [4, 53 / 8],
        "Minimum": [3, 1],
        "Maximum": [5, 20],
    }.items():
        assert series(metrics, stat)[0]["Values"] == values
    assert series(metrics, period=300)[0]["Values"] == [61]
    points = metrics.get_metric_statistics(
        Namespace="App",
        MetricName="Bytes",
        Dimensions=STREAM,
        StartTime=START,
        EndTime=at(600),
        Period=60,
        Statistics=["Sum", "Average"],
    )["Datapoints"]
    assert [(one["Timestamp"], one["Sum"], one["Average"], one["Unit"]) for one in points] == [
        (at(0), 8, 4, "Bytes"),
        (at(60), 53, 53 / 8, "Bytes"),
    ]


def test_metrics_are_listed_by_their_words(metrics):
    put(metrics, {"Value": 1})
    metrics.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "Count", "Value": 1}])
    assert metrics.list_metrics(Namespace="App")["Metrics"] == [
        {"Namespace": "App", "MetricName": "Bytes", "Dimensions": STREAM}
    ]
    assert [one["MetricName"] for one in metrics.list_metrics()["Metrics"]] == ["Bytes", "Count"]
    assert len(metrics.list_metrics(Dimensions=[{"Name": "StreamName"}])["Metrics"]) == 1
    assert metrics.list_metrics(Dimensions=[{"Name": "StreamName", "Value": "t"}])["Metrics"] == []


def test_a_long_series_comes_in_pages(metrics):
    put(metrics, *({"Value": minute, "Timestamp": at(60 * minute)} for minute in range(5)))
    first, token = series(metrics, MaxDatapoints=3)
    second, end = series(metrics, MaxDatapoints=3, NextToken=token)
    assert (
        first["Values"] + second["Values"] == [0, 1, 2, 3, 4]
        and first["StatusCode"] == "PartialData"
        and end is None
    )


def test_what_is_not_kept_or_contradicts_itself_is_refused(freshet, metrics):
    assert (
        "percentile"
        not in refused(
            metrics.get_metric_data,
            StartTime=START,
            EndTime=at(60),
            MetricDataQueries=[{"Id": "e", "Expression": "SUM(METRICS())"}],
        )["Message"]
    )
    assert (
        "statistic p99"
        in refused(
            metrics.get_metric_data,
            StartTime=START,
            EndTime=at(60),
            MetricDataQueries=[
                {
                    "Id": "p",
                    "MetricStat": {
                        "Stat": "p99",
                        "Period": 60,
                        "Metric": {"Namespace": "App", "MetricName": "Bytes"},
                    },
                }
            ],
        )["Message"]
    )
    datum = {"MetricName": "m", "Value": 1}
    for bad in (
        {"Timestamp": START - datetime.timedelta(days=20)},
        {"Timestamp": at(3 * 3600)},
        {"Value": 1e300},
        {"Values": [1.0]},
        {"StorageResolution": 5},
        {"Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "a", "Value": "2"}]},
    ):
        assert refused(metrics.put_metric_data, Namespace="App", MetricData=[{**datum, **bad}])[
            "Code"
        ].startswith("InvalidParameter")
    reversed_set = {"SampleCount": 2, "Sum": 4, "Minimum": 3, "Maximum": 1}
    assert refused(
        metrics.put_metric_data,
        Namespace="App",
        MetricData=[{"MetricName": "m", "StatisticValues": reversed_set}],
    )["Code"].startswith("InvalidParameter")
    assert (
        "AWS/Kinesis"
        in refused(metrics.put_metric_data, Namespace="AWS/Kinesis", MetricData=[datum])["Message"]
    )
    assert metrics.list_metrics()["Metrics"] == []


def test_queries_have_ids_of_their_own_and_pages_have_points(metrics):
    stat = {"Stat": "Sum", "Period": 60, "Metric": {"Namespace": "App", "MetricName": "Bytes"}}
    span = {"StartTime": START, "EndTime": at(60)}
    for ids in (["Q"], ["1"], ["a-b"], ["a", "a"]):
        error = refused(
            metrics.get_metric_data,
            **span,
            MetricDataQueries=[{"Id": one, "MetricStat": stat} for one in ids],
        )
        assert error["Code"].startswith("InvalidParameter") and ids[-1] in error["Message"]
    for points in (0, -1, 100_801):
        assert (
            "MaxDatapoints"
            in refused(
                metrics.get_metric_data,
                **span,
                MetricDataQueries=[{"Id": "q", "MetricStat": stat}],
                MaxDatapoints=points,
            )["Message"]
        )


def test_points_expire_after_fifteen_days(freshet, metrics):
    put(metrics, {"Value": 1, "Timestamp": START})
    freshet.advance(16 * 24 * 3600 * 1000)
    metrics.put_metric_data(Namespace="App", MetricData=[{"MetricName": "other", "Value": 1}])
    assert [one["MetricName"] for one in metrics.list_metrics()["Metrics"]] == ["other"]
    assert series(metrics)[0]["Values"] == []


def test_a_list_of_metrics_continues_after_the_last_name_of_its_page(metrics):
    def put_each(*names):
        for at in range(0, len(names), 500):
            metrics.put_metric_data(
                Namespace="Mine",
                MetricData=[{"MetricName": name, "Value": 1} for name in names[at : at + 500]],
            )

    names = [f"m{i:04}" for i in range(700)]
    put_each(*names)
    first = metrics.list_metrics(Namespace="Mine")
    put_each("a-before", "z-after")
    rest = metrics.list_metrics(Namespace="Mine", NextToken=first["NextToken"])
    listed = [one["MetricName"] for one in first["Metrics"] + rest["Metrics"]]
    assert len(first["Metrics"]) == 500 and "NextToken" not in rest
    assert listed == names + ["z-after"], "what comes before the page's end moves nothing"
    with pytest.raises(botocore.exceptions.ClientError, match="NextToken is not valid"):
        metrics.list_metrics(Namespace="Mine", NextToken="not a token")
