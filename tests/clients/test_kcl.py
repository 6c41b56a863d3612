"""The Kinesis Client Library: two workers on one stream, with leases in DynamoDB and metrics in
CloudWatch, both Freshet's.
"""

import json

import pytest
from program import run

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("version", ["kcl2", "kcl3"])
@pytest.mark.parametrize("way", ["polling", "fan-out"])
def test_two_workers_share_a_stream_while_it_is_resharded(system_freshet, java, version, way):
    said = json.loads(run([*java(version, "Kcl"), system_freshet.endpoint, way]))
    assert said["records"] == said["put"] > 500  # each one came
    assert (
        said["workers"] == 2
        and said["stolen"] >= 1
        and said["ended"] == 3
        and said["disorders"] == 0
        and said["graceful"]
    )
    metrics = system_freshet.client("cloudwatch").list_metrics(Namespace="freshet-kcl")["Metrics"]
    assert {"RecordsProcessed", "MillisBehindLatest"} <= {
        metric["MetricName"] for metric in metrics
    }
