"""Enhanced fan-out through boto3: consumers, and subscriptions that records are pushed to."""

import queue
import threading
import time

import botocore.exceptions
import pytest

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"


@pytest.fixture
def kinesis(freshet):
    return freshet.client("kinesis")


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


class Listener(threading.Thread):
    """Subscribes, and puts each event into a queue; None at the end, or the exception that ended
    it.
    """

    def __init__(self, kinesis, consumer, shard="shardId-000000000000", **position):
        super().__init__(daemon=True)
        position.setdefault("Type", "TRIM_HORIZON")
        answer = kinesis.subscribe_to_shard(
            ConsumerARN=consumer, ShardId=shard, StartingPosition=position
        )
        assert (
            answer["ResponseMetadata"]["HTTPHeaders"]["content-type"]
            == "application/vnd.amazon.eventstream"
        )
        self.stream, self.events = answer["EventStream"], queue.Queue()
        self.start()

    def run(self):
        try:
            for event in self.stream:
                self.events.put(event["SubscribeToShardEvent"])
            self.events.put(None)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            self.events.put(error)

    def next(self):
        return self.events.get(timeout=20)

    def is_silent(self):
        time.sleep(0.2)
        return self.events.empty()


def make(kinesis, *names, shards=1):
    kinesis.create_stream(StreamName="s", ShardCount=shards)
    return [
        kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName=name)["Consumer"][
            "ConsumerARN"
        ]
        for name in names
    ]


def put(kinesis, *data):
    return [
        kinesis.put_record(StreamName="s", Data=one, PartitionKey="k")["SequenceNumber"]
        for one in data
    ]


def test_consumers_are_registered_described_listed_and_deregistered(freshet, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    made = kinesis.register_stream_consumer(
        StreamARN=STREAM, ConsumerName="a", Tags={"team": "blue"}
    )["Consumer"]
    epoch = int(made["ConsumerCreationTimestamp"].timestamp())
    assert made["ConsumerARN"] == f"{STREAM}/consumer/a:{epoch}" and made["ConsumerStatus"] in (
        "CREATING",
        "ACTIVE",
    )
    assert (
        refusal(kinesis.register_stream_consumer, StreamARN=STREAM, ConsumerName="a")[0]
        == "ResourceInUseException"
    )
    for described in (
        kinesis.describe_stream_consumer(ConsumerARN=made["ConsumerARN"]),
        kinesis.describe_stream_consumer(StreamARN=STREAM, ConsumerName="a"),
    ):
        assert (
            described["ConsumerDescription"]["StreamARN"] == STREAM
            and described["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE"
        )
    for i in range(49):
        kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName=f"b{i:02}")
    assert (
        refusal(kinesis.register_stream_consumer, StreamARN=STREAM, ConsumerName="c")[0]
        == "LimitExceededException"
    )
    assert (
        kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["ConsumerCount"]
        == 50
    )
    pages = list(
        kinesis.get_paginator("list_stream_consumers").paginate(
            StreamARN=STREAM, PaginationConfig={"PageSize": 20}
        )
    )
    assert [len(page["Consumers"]) for page in pages] == [20, 20, 10]
    assert [consumer["ConsumerName"] for page in pages for consumer in page["Consumers"]] == [
        "a"
    ] + [f"b{i:02}" for i in range(49)]
    freshet.restart()
    kinesis.deregister_stream_consumer(StreamARN=STREAM, ConsumerName="a")
    assert (
        refusal(kinesis.describe_stream_consumer, ConsumerARN=made["ConsumerARN"])[0]
        == "ResourceNotFoundException"
    )
    freshet.advance(1000)
    again = kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="a")["Consumer"][
        "ConsumerARN"
    ]
    assert again != made["ConsumerARN"]
    assert (
        refusal(kinesis.describe_stream_consumer, ConsumerARN=made["ConsumerARN"])[0]
        == "ResourceNotFoundException"
    ), "the ARN of the one before"
    assert (
        refusal(kinesis.describe_stream_consumer, ConsumerName="a")[0] == "InvalidArgumentException"
    )
    assert refusal(kinesis.delete_stream, StreamName="s")[0] == "ResourceInUseException"
    kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)
    assert kinesis.list_streams()["StreamNames"] == []


def test_records_are_pushed_when_they_are_durable(freshet, kinesis):
    [consumer] = make(kinesis, "a")
    numbers = put(kinesis, b"0", b"1")
    listener = Listener(kinesis, consumer)
    event = listener.next()
    assert [record["Data"] for record in event["Records"]] == [b"0", b"1"]
    assert event["Records"][0]["SequenceNumber"] == numbers[0] and event["MillisBehindLatest"] == 0
    assert "ChildShards" not in event and "EncryptionType" not in event["Records"][0]
    assert int(event["ContinuationSequenceNumber"]) > int(numbers[1])
    assert listener.is_silent()
    [number] = put(kinesis, b"2")
    event = listener.next()
    assert [record["Data"] for record in event["Records"]] == [b"2"] and int(
        event["ContinuationSequenceNumber"]
    ) > int(number)


def test_an_idle_subscription_shows_life_and_holds_its_place(freshet, kinesis):
    [consumer] = make(kinesis, "a")
    put(kinesis, b"0")
    listener = Listener(kinesis, consumer, Type="LATEST")
    assert listener.is_silent()
    last = 0
    for _ in range(3):
        freshet.advance(5000)
        event = listener.next()
        assert event["Records"] == [] and event["MillisBehindLatest"] == 0
        assert int(event["ContinuationSequenceNumber"]) > last
        last = int(event["ContinuationSequenceNumber"])
    put(kinesis, b"1")
    assert [record["Data"] for record in listener.next()["Records"]] == [b"1"]
    for type in (
        "AT_SEQUENCE_NUMBER",
        "AFTER_SEQUENCE_NUMBER",
    ):  # continues there, without a gap and without a duplicate
        freshet.advance(5000)
        again = Listener(kinesis, consumer, Type=type, SequenceNumber=str(last))
        assert [record["Data"] for record in again.next()["Records"]] == [b"1"]
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId="0", ShardIteratorType=type, StartingSequenceNumber=str(last)
        )["ShardIterator"]
        assert [
            record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]
        ] == [b"1"]


def test_it_ends_after_five_minutes(freshet, kinesis):
    [consumer] = make(kinesis, "a")
    listener = Listener(kinesis, consumer)
    for _ in range(59):
        freshet.advance(5000)
        assert listener.next()["Records"] == []
    freshet.advance(5000)
    assert listener.next() is None


def test_a_later_subscription_takes_over(freshet, kinesis):
    one, other = make(kinesis, "a", "b")
    first = Listener(kinesis, one)
    code, message = refusal(
        kinesis.subscribe_to_shard,
        ConsumerARN=one,
        ShardId="0",
        StartingPosition={"Type": "LATEST"},
    )
    assert code == "ResourceInUseException" and "Another active subscription exists" in message
    Listener(kinesis, other)
    freshet.advance(4999)
    assert (
        refusal(
            kinesis.subscribe_to_shard,
            ConsumerARN=one,
            ShardId="0",
            StartingPosition={"Type": "LATEST"},
        )[0]
        == "ResourceInUseException"
    )
    freshet.advance(1)
    second = Listener(kinesis, one)
    events = [first.next()]
    while not isinstance(events[-1], Exception):
        events.append(first.next())
    assert isinstance(
        events[-1], botocore.exceptions.EventStreamError
    ) and "ResourceInUseException" in str(events[-1])
    put(kinesis, b"x")
    assert [record["Data"] for record in second.next()["Records"]] == [b"x"]


def test_the_end_of_a_shard_names_its_children(freshet, kinesis):
    [consumer] = make(kinesis, "a")
    put(kinesis, b"0")
    listener = Listener(kinesis, consumer)
    assert listener.next()["Records"][0]["Data"] == b"0"
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey=str(2**127))
    event = listener.next()
    assert event["Records"] == []
    assert "ContinuationSequenceNumber" not in event  # or KCL takes the event for broken
    assert [(child["ShardId"], child["ParentShards"]) for child in event["ChildShards"]] == [
        (f"shardId-{i:012}", ["shardId-000000000000"]) for i in (1, 2)
    ]
    assert listener.next() is None
    put(kinesis, b"1")
    children = [
        Listener(kinesis, consumer, shard=child["ShardId"]) for child in event["ChildShards"]
    ]
    time.sleep(0.2)
    got = [child.next()["Records"] for child in children if not child.events.empty()]
    assert [record["Data"] for records in got for record in records] == [b"1"]


def test_consumers_get_the_same_and_none_waits_for_another(freshet, kinesis):
    consumers = make(kinesis, *(f"c{i}" for i in range(5)))
    listeners = [Listener(freshet.client("kinesis"), consumer) for consumer in consumers]
    expected = []
    for i in range(20):
        data = [b"%d-%d" % (i, j) for j in range(10)]
        kinesis.put_records(
            StreamName="s", Records=[{"Data": one, "PartitionKey": "k"} for one in data]
        )
        expected += data
    for listener in listeners:
        found, numbers = [], []
        while len(found) < len(expected):
            event = listener.next()
            found += [record["Data"] for record in event["Records"]]
            numbers.append(int(event["ContinuationSequenceNumber"]))
        assert found == expected and numbers == sorted(numbers)


def test_it_ends_when_the_consumer_or_the_stream_is_deleted(freshet, kinesis):
    one, other = make(kinesis, "a", "b")
    first, second = Listener(kinesis, one), Listener(kinesis, other)
    kinesis.deregister_stream_consumer(ConsumerARN=one)
    assert "ResourceNotFoundException" in str(first.next())
    kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)
    assert "ResourceNotFoundException" in str(second.next())


def test_refusals_of_a_subscription(freshet, kinesis):
    [consumer] = make(kinesis, "a")

    def refused(consumer=consumer, shard="0", **position):
        return refusal(
            kinesis.subscribe_to_shard,
            ConsumerARN=consumer,
            ShardId=shard,
            StartingPosition=position,
        )[0]

    assert refused(consumer=consumer[:-1] + "1", Type="LATEST") == "ResourceNotFoundException"
    assert refused(shard="shardId-000000000009", Type="LATEST") == "ResourceNotFoundException"
    assert refused(Type="AT_SEQUENCE_NUMBER") == "InvalidArgumentException"
    assert refused(Type="AT_TIMESTAMP") == "InvalidArgumentException"
    assert refused(Type="AT_SEQUENCE_NUMBER", SequenceNumber="77") == "InvalidArgumentException"
    Listener(kinesis, consumer)  # none of the refused ones counts as a subscription


def test_the_server_stops_at_once_with_subscriptions_open(freshet, kinesis):
    [consumer] = make(kinesis, "a")
    listener = Listener(kinesis, consumer)
    began = time.monotonic()
    assert freshet.terminate() == 0
    assert time.monotonic() - began < 20
    assert listener.next() is None
    freshet.start()
    freshet.advance(5000)
    listener = Listener(kinesis, consumer)
    put(kinesis, b"x")
    assert listener.next()["Records"][0]["Data"] == b"x"


def test_after_the_starting_sequence_number_comes_everything(freshet, kinesis):
    make(kinesis)
    put(kinesis, b"0", b"1")
    start = kinesis.list_shards(StreamName="s")["Shards"][0]["SequenceNumberRange"][
        "StartingSequenceNumber"
    ]
    for type in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId="0", ShardIteratorType=type, StartingSequenceNumber=start
        )["ShardIterator"]
        assert [
            record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]
        ] == [b"0", b"1"]


def test_events_come_in_cbor_when_the_request_did(freshet, kinesis):
    """Subscribes as the Java SDKs do: blobs are byte strings, times have tag 1."""
    import http.client

    import botocore.eventstream
    import cbor_wire

    [consumer] = make(kinesis, "java")
    kinesis.put_record(StreamName="s", Data=b"\x00\xffrow", PartitionKey="k")
    connection = http.client.HTTPConnection("127.0.0.1", freshet.port, timeout=20)
    connection.request(
        "POST",
        "/",
        cbor_wire.encode(
            {
                "ConsumerARN": consumer,
                "ShardId": "shardId-000000000000",
                "StartingPosition": {"Type": "TRIM_HORIZON"},
            }
        ),
        {
            "Content-Type": "application/x-amz-cbor-1.1",
            "X-Amz-Target": "Kinesis_20131202.SubscribeToShard",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": (
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "
                "SignedHeaders=host, Signature=0"
            ),
        },
    )
    answer = connection.getresponse()
    frames, buffer = [], botocore.eventstream.EventStreamBuffer()
    while len(frames) < 2:
        buffer.add_data(answer.read1(65536))
        frames += list(buffer)
    assert frames[0].headers[":event-type"] == "initial-response"
    assert frames[1].headers[":content-type"] == "application/x-amz-cbor-1.1"
    event = cbor_wire.Reader(frames[1].payload).value()
    assert (
        event["Records"][0]["Data"] == b"\x00\xffrow" and event["Records"][0]["PartitionKey"] == "k"
    )
    assert isinstance(event["Records"][0]["ApproximateArrivalTimestamp"], cbor_wire.Stamp)
    connection.close()
