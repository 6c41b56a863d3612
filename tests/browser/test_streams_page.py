"""The pages about streams: figures are those of boto3, buttons split and merge shards, and any
bytes are shown but never interpreted.
"""

import json
import pathlib
import re

import pytest
from aws_kinesis_agg import aggregator

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROLE = "arn:aws:iam::000000000000:role/any"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks"
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
EVIL = "<img src=x onerror=alert(1)>"
HALF = 2**127
TOP = 2**128 - 1


class Clicks:
    """A stream of two shards, and its clients."""

    def __init__(self, freshet):
        self.freshet, self.kinesis = freshet, freshet.client("kinesis")
        self.kinesis.create_stream(StreamName="clicks", ShardCount=2)

    def put(self, count, hash_key=0, data=b'{"page":"/","ms":12}', key="visitor"):
        records = [{"Data": data, "PartitionKey": key, "ExplicitHashKey": str(hash_key)}] * count
        return [
            one["SequenceNumber"]
            for at in range(0, count, 500)
            for one in self.kinesis.put_records(
                StreamName="clicks", Records=records[at : at + 500]
            )["Records"]
        ]

    def shards(self):
        return self.kinesis.list_shards(StreamName="clicks")["Shards"]

    def open_ranges(self):
        return sorted(
            (
                int(shard["HashKeyRange"]["StartingHashKey"]),
                int(shard["HashKeyRange"]["EndingHashKey"]),
            )
            for shard in self.shards()
            if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
        )


@pytest.fixture
def clicks(freshet):
    return Clicks(freshet)


def row(page, shard):
    return page.get_by_test_id("shards").locator(f'tr[data-shard="shardId-{shard:012}"]')


def figure(page, shard, name):
    return row(page, shard).locator(f'[data-figure="{name}"]').inner_text()


def heat(page):
    return page.get_by_test_id("heat").locator("button")


def read(page, shard=0):
    row(page, shard).get_by_role("button", name="Records").click()
    page.get_by_test_id("place").wait_for()


def open_record(page, number):
    page.get_by_role("button", name=f"Record {number}", exact=True).click()
    record = page.get_by_test_id("record")
    record.get_by_text(number, exact=True).wait_for()
    return record


def serious_findings(page):
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_the_list_shows_each_stream(clicks, freshet, open_page):
    clicks.kinesis.create_stream(
        StreamName="on-demand", StreamModeDetails={"StreamMode": "ON_DEMAND"}
    )
    page = open_page(freshet, "overview")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.get_by_role("heading", level=1, name="Streams").wait_for()
    rows = page.get_by_test_id("streams").locator("tbody tr")
    rows.nth(1).wait_for()
    assert [line.inner_text().split("\t")[:4] for line in rows.all()] == [
        ["clicks", "active", "provisioned", "2"],
        ["on-demand", "active", "on-demand", "4"],
    ]
    page.get_by_role("link", name="clicks").click()
    page.get_by_role("heading", level=1, name="clicks").wait_for()
    assert page.url.endswith("#/streams/clicks")


def test_figures_are_those_of_boto3(clicks, freshet, open_page, keep):
    page = open_page(freshet, "streams/clicks")
    row(page, 1).wait_for()

    def shown():
        clicks.put(40)
        clicks.put(10, HALF)
        freshet.advance(1000)
        return figure(page, 0, "records_in") == "40" and figure(page, 1, "records_in") == "10"

    freshet.until(shown)
    kept = [
        len(
            clicks.kinesis.get_records(
                ShardIterator=clicks.kinesis.get_shard_iterator(
                    StreamName="clicks", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
            )["Records"]
        )
        for shard in clicks.shards()
    ]
    freshet.until(
        lambda: [int(figure(page, at, "kept").replace(",", "")) for at in (0, 1)] == kept,
        advance_ms=1000,
    )
    told = [
        (one.get_attribute("data-shard"), one.get_attribute("title")) for one in heat(page).all()
    ]
    assert [shard for shard, _ in told] == ["shardId-000000000000", "shardId-000000000001"] and all(
        "50 % of the ring" in title for _, title in told
    )
    assert page.get_by_text(STREAM).count() == 1
    # What came out by GetRecords, in the same units.
    freshet.until(lambda: float(figure(page, 0, "records_out") or 0) >= 0)
    keep(page, "stream-light")


def test_the_heat_follows_the_load(clicks, freshet, open_page):
    page = open_page(freshet, "streams/clicks")
    heat(page).first.wait_for()
    assert [one.get_attribute("data-level") for one in heat(page).all()] == ["0", "0"]

    def hot():
        clicks.put(1500, HALF)
        freshet.advance(1000)
        return [one.get_attribute("data-level") for one in heat(page).all()] == ["0", "5"]

    freshet.until(hot)
    assert "limits" in heat(page).nth(1).get_attribute("aria-label")


def test_each_reader_is_shown_with_its_lag(clicks, freshet, open_page, keep):
    freshet.client("s3").create_bucket(Bucket="lake")
    freshet.client("firehose").create_delivery_stream(
        DeliveryStreamName="to-lake",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": STREAM, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    clicks.kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="dashboard-feed")
    clicks.put(9)
    iterator = clicks.kinesis.get_shard_iterator(
        StreamName="clicks", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    clicks.kinesis.get_records(ShardIterator=iterator, Limit=2)
    page = open_page(freshet, "streams/clicks")
    readers = page.get_by_test_id("followers")

    def reader(name):
        return readers.locator(f'tbody[data-follower="{name}"]')

    reader("GetRecords").wait_for()
    freshet.advance(3000)
    freshet.until(
        lambda: (
            reader("GetRecords").locator('[data-figure="age"]').inner_text() == "3.0 s"
            or freshet.advance(0) is None
        )
    )
    assert reader("GetRecords").locator('[data-figure="records"]').inner_text() == "7"
    assert "no subscription" in reader("dashboard-feed").inner_text()
    freshet.until(lambda: "in its buffer" in reader("to-lake").inner_text(), advance_ms=1000)
    reader("GetRecords").get_by_role("button").press("Enter")
    reader("GetRecords").get_by_text("with an iterator age").wait_for()
    assert "7" in row(page, 0).inner_text() and "at the end" in row(page, 1).inner_text()
    keep(page, "stream-readers-light")


def test_a_shard_is_split_and_merged_by_button(clicks, freshet, open_page, keep):
    page = open_page(freshet, "streams/clicks")
    row(page, 0).get_by_role("button", name="Split").click()
    plan = page.get_by_test_id("plan")
    plan.wait_for()
    assert str(HALF // 2) in plan.inner_text() and "25 % of the ring" in plan.inner_text()
    assert len(clicks.shards()) == 2, "nothing is done before it is confirmed"
    keep(page, "stream-split-light")
    page.get_by_role("dialog").get_by_role("button", name="Split", exact=True).click()
    page.get_by_role("status").get_by_text("was split").wait_for()
    assert clicks.open_ranges() == [(0, HALF // 2 - 1), (HALF // 2, HALF - 1), (HALF, TOP)]
    freshet.until(lambda: heat(page).count() == 3, advance_ms=1000)
    assert "closed" in row(page, 0).inner_text()

    # At a key that a person chose; a wrong one cannot be sent.
    row(page, 1).get_by_role("button", name="Split").click()
    key = page.get_by_label("begins at hash key")
    for wrong in ("5", "many", str(2**128)):
        key.fill(wrong)
        assert (
            page.get_by_role("dialog").get_by_role("button", name="Split", exact=True).is_disabled()
        ), wrong
    key.fill(str(HALF + 1000))
    page.get_by_role("dialog").get_by_role("button", name="Split", exact=True).click()
    freshet.until(lambda: heat(page).count() == 4, advance_ms=1000)
    assert (HALF + 1000, TOP) in clicks.open_ranges()

    row(page, 3).get_by_role("button", name="Merge").click()
    page.get_by_role("dialog").get_by_label("before it on the ring").check()
    assert (
        "shardId-000000000002 and shardId-000000000003 close"
        in page.get_by_test_id("plan").inner_text()
    )
    page.get_by_role("dialog").get_by_role("button", name="Merge", exact=True).click()
    freshet.until(lambda: heat(page).count() == 3, advance_ms=1000)
    merged = clicks.shards()[-1]
    assert (merged["ParentShardId"], merged["AdjacentParentShardId"]) == (
        "shardId-000000000003",
        "shardId-000000000002",
    ) or (merged["ParentShardId"], merged["AdjacentParentShardId"]) == (
        "shardId-000000000002",
        "shardId-000000000003",
    )
    assert clicks.open_ranges()[0] == (0, HALF - 1)

    page.get_by_role("button", name="Change count").click()
    page.get_by_role("spinbutton", name="Open shards").fill("4")
    page.get_by_role("dialog").get_by_role("button", name="Change count").click()
    freshet.until(lambda: heat(page).count() == 4, advance_ms=1000)
    assert [last - first + 1 for first, last in clicks.open_ranges()] == [2**126] * 4
    keep(page, "stream-resharded-light")


def test_what_cannot_be_done_is_explained(clicks, freshet, open_page):
    page = open_page(freshet, "streams/clicks")
    row(page, 0).get_by_role("button", name="Split").click()
    page.get_by_test_id("plan").wait_for()
    clicks.kinesis.split_shard(
        StreamName="clicks", ShardToSplit="shardId-000000000000", NewStartingHashKey="77"
    )
    page.get_by_role("dialog").get_by_role("button", name="Split", exact=True).click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text(
        "already been merged or split"
    ).wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    clicks.kinesis.create_stream(
        StreamName="on-demand", StreamModeDetails={"StreamMode": "ON_DEMAND"}
    )
    page = open_page(freshet, "streams/on-demand")
    row(page, 0).wait_for()
    assert (
        page.get_by_role("button", name="Change count").is_disabled()
        and page.get_by_role("button", name="Split").count() == 0
    )
    page = open_page(freshet, "streams/none")
    page.get_by_role("alert").get_by_text("none").wait_for()


def test_records_are_read_page_by_page(clicks, freshet, open_page, keep):
    numbers = []
    for at in range(60):
        numbers += clicks.put(1, data=b'{"page":"/%d"}' % at)
        if at == 29:
            freshet.advance(5000)
            half = freshet.advance(1)
    page = open_page(freshet, "streams/clicks")
    read(page)
    lines = page.get_by_test_id("records").locator("tbody button[data-sequence]")
    assert [line.get_attribute("data-sequence") for line in lines.all()] == numbers[:50]
    page.get_by_role("button", name="Next page").click()
    freshet.until(lambda: lines.count() == 10)
    assert [line.get_attribute("data-sequence") for line in lines.all()] == numbers[50:]
    page.get_by_label("from").select_option("AT_SEQUENCE_NUMBER")
    page.get_by_label("Sequence number", exact=True).fill(numbers[58])
    page.get_by_role("button", name="Read", exact=True).click()
    freshet.until(lambda: lines.count() == 2)
    page.get_by_label("Sequence number", exact=True).fill("12")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_role("alert").get_by_text("StartingSequenceNumber").wait_for()
    page.get_by_label("from").select_option("AT_TIMESTAMP")
    import datetime

    moment = datetime.datetime.fromtimestamp(
        json.loads(half)["now_ms"] / 1000, datetime.timezone.utc
    )
    page.get_by_label("Time, UTC").fill(
        moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}"
    )
    page.get_by_role("button", name="Read", exact=True).click()
    freshet.until(lambda: lines.count() == 30)
    assert lines.first.get_attribute("data-sequence") == numbers[30]
    page.get_by_label("from").select_option("LATEST")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_text("no newer record yet").wait_for()
    late = clicks.put(1)
    page.get_by_role("button", name="Next page").click()
    freshet.until(lambda: lines.count() == 1)
    assert lines.first.get_attribute("data-sequence") == late[0]
    assert page.get_by_text("Nobody has read this stream").count() == 1, "a look is no read"
    clicks.kinesis.split_shard(
        StreamName="clicks", ShardToSplit="shardId-000000000000", NewStartingHashKey="77"
    )
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("It goes on in").get_by_role("button", name="shardId-000000000003").click()
    page.get_by_test_id("records").get_by_text("0 records; no newer record yet").wait_for()


def test_bytes_are_shown_as_what_they_are(clicks, freshet, open_page, keep):
    packer = aggregator.RecordAggregator()
    for at in range(3):
        packer.add_user_record(f"visitor {at}", b'{"n": %d, "big": 12345678901234567890}' % at)
    data = {
        "json": b'{"page":"/","ms":12345678901234567890,"tags":["a","b"]}',
        "csv": b'1,"STREET, NORTH",true\n2,ALLEY,false\n',
        "text": "grüße aus dem Strom".encode(),
        "hex": bytes(range(256)),
        "kpl": packer.clear_and_get().get_contents()[2],
        "empty": b"",
    }
    numbers = {name: clicks.put(1, data=content)[0] for name, content in data.items() if content}
    page = open_page(freshet, "streams/clicks")
    read(page)
    record = open_record(page, numbers["json"])
    assert record.get_by_test_id("bytes").inner_text() == (
        '{\n  "page": "/",\n  "ms": 12345678901234567890,\n  "tags": [\n    "a",\n    "b"\n  ]\n}'
    )
    keep(page, "stream-record-light")
    record.get_by_role("button", name="Text").click()
    assert record.get_by_test_id("bytes").inner_text() == data["json"].decode()
    record = open_record(page, numbers["csv"])
    assert [
        line.inner_text().split("\t")
        for line in record.get_by_test_id("csv").locator("tbody tr").all()
    ] == [["1", "STREET, NORTH", "true"], ["2", "ALLEY", "false"]]
    assert (
        open_record(page, numbers["text"]).get_by_test_id("bytes").inner_text()
        == "grüße aus dem Strom"
    )
    lines = open_record(page, numbers["hex"]).get_by_test_id("bytes").inner_text().split("\n")
    assert (
        len(lines) == 16
        and bytes.fromhex("".join(line[10:58].replace(" ", "") for line in lines)) == data["hex"]
    )
    record = open_record(page, numbers["kpl"])
    users = record.get_by_test_id("users").locator("tbody tr")
    assert [line.inner_text().split("\t")[1] for line in users.all()] == [
        "visitor 0",
        "visitor 1",
        "visitor 2",
    ]
    record.get_by_role("button", name="User record 2").click()
    assert (
        record.get_by_test_id("bytes").inner_text()
        == '{\n  "n": 1,\n  "big": 12345678901234567890\n}'
    )
    keep(page, "stream-deaggregated-light")
    with page.expect_download() as download:
        record.get_by_role("link", name="Download").click()
    assert pathlib.Path(download.value.path()).read_bytes() == data["kpl"]


def test_hostile_bytes_stay_bytes(clicks, freshet, open_page, keep):
    packer = aggregator.RecordAggregator()
    packer.add_user_record(EVIL + "\u202e", EVIL.encode())
    deep = b"[" * 20_000 + b"]" * 20_000
    hostile = [
        EVIL.encode(),
        (
            f'{{"a": "{EVIL}", "__proto__": {{"x": 1}}, "b": "</script><script>alert(1)</script>"}}'
        ).encode(),
        f'{EVIL},"{EVIL}",3\n'.encode(),
        b"\xff\xfe<script>alert(1)</script>\x00" + bytes(range(128, 256)),
        "\u202egpj.exe\u2066\u200b\x00\x1b[31m".encode(),
        packer.clear_and_get().get_contents()[2],
        deep,
        b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
        b'"' * 100_000,
        b"," * 100_000,
        b"\n" * 100_000,
        b"a" * 900_000,
        b"\x00" * 900_000,
    ]
    numbers = [clicks.put(1, data=data, key=EVIL + "\u202e\u0007")[0] for data in hostile]
    page = open_page(freshet, "streams/clicks")
    page.on("dialog", lambda dialog: pytest.fail(f"the page obeyed a record: {dialog.message}"))
    read(page)
    assert (
        "\u202e" not in page.get_by_test_id("records").inner_text()
        and EVIL in page.get_by_test_id("records").inner_text()
    )
    for number in numbers:
        record = open_record(page, number)
        views = record.get_by_role("group", name="Record as").get_by_role("button")
        for view in [button.inner_text() for button in views.all()]:
            views.filter(has_text=view).click()
            assert views.filter(has_text=view).get_attribute("aria-pressed") == "true"
            if view == "Deaggregated":
                record.get_by_role("button", name="User record 1").click()
            text = record.inner_text()
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]", text), number
            assert len(text) < 400_000
    assert page.locator("img").count() == 0 and page.locator("main script").count() == 0
    open_record(page, numbers[4])
    assert "⟨U+202E⟩gpj.exe" in page.get_by_test_id("bytes").inner_text()
    keep(page, "stream-hostile-light")


def test_a_keyboard_is_enough(clicks, freshet, open_page):
    clicks.put(3)
    page = open_page(freshet, "streams/clicks")
    heat(page).first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.shard") == "shardId-000000000001"
    assert "chosen" in row(page, 1).get_attribute("class")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.shard") == "shardId-000000000000"
    row(page, 0).get_by_role("button", name="Split").press("Enter")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("!!document.activeElement.closest('dialog')"), "focus is within the dialog"
    page.keyboard.press("Escape")
    assert "Split" in page.evaluate("document.activeElement.getAttribute('aria-label')"), (
        "and comes back"
    )
    row(page, 0).get_by_role("button", name="Split").press("Enter")
    page.get_by_label("begins at hash key").press("Enter")
    page.get_by_role("status").get_by_text("was split").wait_for()
    freshet.until(lambda: page.evaluate("document.activeElement.id") == "done")
    assert len(clicks.shards()) == 4
    row(page, 0).get_by_role("button", name="Records").press("Enter")
    lines = page.get_by_test_id("records").locator("tbody button[data-sequence]")
    lines.first.wait_for()
    lines.first.press("Enter")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.sequence") == lines.nth(1).get_attribute(
        "data-sequence"
    )
    page.get_by_test_id("record").get_by_text(
        lines.nth(1).get_attribute("data-sequence"), exact=True
    ).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_in_both_themes(clicks, freshet, open_page, keep, scheme):
    clicks.kinesis.update_shard_count(
        StreamName="clicks", TargetShardCount=4, ScalingType="UNIFORM_SCALING"
    )
    clicks.kinesis.split_shard(
        StreamName="clicks",
        ShardToSplit=clicks.shards()[-1]["ShardId"],
        NewStartingHashKey=str(TOP - 2**124),
    )
    clicks.kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="dashboard-feed")
    numbers = clicks.put(6)
    clicks.put(2, data=b"1,STREET,true\n")
    shard = next(
        one["ShardId"]
        for one in clicks.shards()
        if "EndingSequenceNumber" not in one["SequenceNumberRange"]
    )
    iterator = clicks.kinesis.get_shard_iterator(
        StreamName="clicks", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    clicks.kinesis.get_records(ShardIterator=iterator, Limit=3)
    page = open_page(freshet, "streams", scheme=scheme)
    page.get_by_test_id("streams").wait_for()
    keep(page, f"streams-{scheme}")
    assert not serious_findings(page), serious_findings(page)
    page = open_page(freshet, "streams/clicks", scheme=scheme, height=1500)
    heat(page).first.wait_for()

    def busy():
        for at, count in enumerate((3, 60, 300, 800, 1200)):
            clicks.put(count, at * 2**126 if at < 4 else TOP)
        freshet.advance(1000)
        return [one.get_attribute("data-level") for one in heat(page).all()] == [
            "1",
            "2",
            "3",
            "4",
            "5",
        ]

    freshet.until(busy)
    assert not serious_findings(page), serious_findings(page)
    page.locator('[data-follower="GetRecords"]').get_by_role("button").click()
    keep(page, f"stream-{scheme}")
    read(page, int(shard[-12:]))
    open_record(page, numbers[0])
    keep(page, f"stream-records-{scheme}")
    assert not serious_findings(page), serious_findings(page)
    row(page, int(shard[-12:])).get_by_role("button", name="Split").click()
    page.get_by_test_id("plan").wait_for()
    keep(page, f"stream-dialog-{scheme}")
    assert not serious_findings(page), serious_findings(page)
