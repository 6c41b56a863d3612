"""The article's whole scenario in a browser, on real rows when the file exists: the pages draw what
Python computes from the rows. The test moves the clock.
"""

import collections
import csv
import itertools
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples" / "chicago-crimes"
REAL = ROOT.parent / "shared" / "data" / "chicago-crimes-2022.csv.gz"
ROWS = 30_000
sys.path.insert(0, str(EXAMPLE))


def rows_and_header():
    import generate
    import producer

    if not REAL.exists():
        return list(generate.rows(ROWS, 7)), list(generate.COLUMNS)
    read = producer.read_rows(str(REAL))
    header = next(read)
    return list(itertools.islice(read, ROWS)), header


def test_the_pages_show_the_articles_numbers(freshet, open_page, keep, document_picture, tmp_path):
    import application
    import demo
    import generate
    import producer

    rows, header = rows_and_header()
    file = (
        demo.PIPELINE if header == list(generate.COLUMNS) else demo.pipeline_for(REAL, tmp_path)[0]
    )
    parameters = {
        "WINDOW_SECONDS": 10,
        "BUFFER_SECONDS": 15,
        "PARTITIONS_SCHEDULE": "rate(1 minute)",
    }
    subprocess.run(
        freshet.command(
            "apply",
            file,
            "--endpoint",
            freshet.endpoint,
            "--python",
            sys.executable,
            *itertools.chain(*(("--set", f"{name}={value}") for name, value in parameters.items())),
        ),
        env=freshet.environment(),
        check=True,
        capture_output=True,
        timeout=120,
    )
    clients = {name: freshet.client(name) for name in ("kinesis", "s3", "glue", "kinesisanalytics")}
    sender = producer.Producer(clients["kinesis"], "crimes")
    for at, row in enumerate(rows):
        sender.add(row)
        if at % 10_000 == 9_999:  # three windows
            sender.finish()
            freshet.advance(10_000)
    sender.finish()

    def delivered():
        pages = (
            clients["s3"]
            .get_paginator("list_objects_v2")
            .paginate(Bucket="crimes-lake", Prefix="crimes/")
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sum(
            len(clients["s3"].get_object(Bucket="crimes-lake", Key=key)["Body"].read().splitlines())
            for key in keys
        )

    freshet.until(lambda: delivered() == len(rows), advance_ms=5_000)
    freshet.until(
        lambda: clients["glue"].get_partitions(DatabaseName="crimes", TableName="reports")[
            "Partitions"
        ],
        advance_ms=20_000,
    )

    place, arrest = header.index("Location Description"), header.index("Arrest")
    crimes, arrests = (
        collections.Counter(row[place] for row in rows),
        collections.Counter(row[place] for row in rows if row[arrest].lower() == "true"),
    )
    first = sorted(crimes, key=lambda name: (-crimes[name], name))[:10]
    page = open_page(freshet, "dashboards/crimes")
    page.get_by_test_id("combo-chart").locator("canvas").wait_for()
    freshet.until(
        lambda: (
            json.loads(page.get_by_test_id("combo-chart").get_attribute("data-values"))
            == {
                "categories": first,
                "bars": [{"name": "crimes", "values": [crimes[name] for name in first]}],
                "lines": [{"name": "arrests", "values": [arrests[name] for name in first]}],
            }
        ),
        advance_ms=1_000,
    )
    keep(page, "article-dashboard")

    expected = application.Streaming(clients, "crimes", None, 10).expected_windows(place)
    page = open_page(freshet, "analytics/top-locations")
    freshet.until(
        lambda: page.locator("article.window").count() >= len({end for end, _, _ in expected}),
        advance_ms=1_000,
    )
    shown = [
        next(csv.reader([row.inner_text()], delimiter="\t"))
        for row in page.locator("article.window tbody tr").all()
    ]
    assert collections.Counter(
        (name, int(count.replace(",", ""))) for name, count, _ in shown
    ) == collections.Counter((name, count) for _, name, count in expected)
    keep(page, "article-windows")
    page = open_page(freshet, "overview", width=1280, height=740)
    page.locator(".node").first.wait_for()
    keep(page, "article-pipeline")

    def moves():
        for row in rows[:200]:
            sender.add(row)
        sender.finish()
        freshet.advance(1_000)
        return page.locator("path.edge.moving").count() > 2

    freshet.until(moves)
    document_picture(page, "pipeline")
