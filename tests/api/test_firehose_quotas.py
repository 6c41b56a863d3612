"""With the setting `limits: aws`, Firehose refuses at AWS's default quotas."""

import botocore.exceptions
import pytest
from test_firehose import ROLE
from test_firehose_flow import lake_of
from test_firehose_metrics import Measured

MIB = 1 << 20
SLOW = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


def batch(client, count, size):
    answer = client.put_record_batch(
        DeliveryStreamName="out", Records=[{"Data": b"x" * size}] * count
    )
    failed = [one for one in answer["RequestResponses"] if "ErrorCode" in one]
    assert all(one == SLOW for one in failed) and answer["FailedPutCount"] == len(failed)
    assert [("RecordId" in one) for one in answer["RequestResponses"]] == [True] * (
        count - len(failed)
    ) + [False] * len(failed)
    return count - len(failed)


def test_puts_beyond_the_bytes_of_a_second_are_refused_record_by_record(make_freshet):
    server = make_freshet(config="limits: aws\n")
    lake = lake_of(server)
    lake.create()
    server.advance(1000)
    assert batch(lake.firehose, 64, 65_536) == 64  # 4 MiB
    assert batch(lake.firehose, 64, 65_536) == 16  # 5 MiB in all
    assert batch(lake.firehose, 3, 65_536) == 0
    slow = refusal(lake.firehose.put_record, DeliveryStreamName="out", Record={"Data": b"x" * 9})
    assert slow == ("ServiceUnavailableException", "Slow down.")
    server.advance(1000)
    lake.firehose.put_record(DeliveryStreamName="out", Record={"Data": b"last"})
    measured = Measured(lake)
    measured.wait_for("ThrottledRecords", 48 + 3 + 1)
    assert measured.get("IncomingRecords") == 81
    for name, limit in (
        ("BytesPerSecondLimit", 5 * MIB),
        ("RecordsPerSecondLimit", 500_000),
        ("PutRequestsPerSecondLimit", 2_000),
    ):
        assert measured.get(name, "Maximum") == limit
    server.advance(60_000)
    server.until(lambda: lake.content().endswith(b"last"))
    assert len(lake.content()) == 5 * MIB + 4


def test_most_regions_take_less(make_freshet):
    server = make_freshet(config="limits: aws\n")
    server.client("s3").create_bucket(Bucket="lake")
    client = server.client("firehose", region_name="eu-north-1")
    client.create_delivery_stream(
        DeliveryStreamName="out",
        ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"},
    )
    assert batch(client, 64, 65_536) == 16  # 1 MiB


def test_each_other_operation_is_taken_five_times_a_second(make_freshet):
    server = make_freshet(config="limits: aws\n")
    lake = lake_of(server)
    for _ in range(5):
        lake.firehose.list_delivery_streams()
    throttled = refusal(lake.firehose.list_delivery_streams)
    assert throttled == ("ThrottlingException", "Rate exceeded")
    lake.create()  # each has its own rate
    server.advance(200)
    lake.firehose.list_delivery_streams()


def test_without_the_setting_nothing_is_refused_or_shown(make_freshet):
    lake = lake_of(make_freshet())
    lake.create()
    for _ in range(3):
        assert batch(lake.firehose, 64, 65_536) == 64
    for _ in range(20):
        lake.firehose.list_delivery_streams()
    measured = Measured(lake)
    measured.wait_for("IncomingRecords", 192)
    assert not measured.names() & {"BytesPerSecondLimit", "ThrottledRecords"}
