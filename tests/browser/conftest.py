"""A real browser: Debian's Chromium, driven by Playwright. A request to another machine fails the
test.
"""

import os
import pathlib
import re

import pytest
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SCREENSHOTS = ROOT / "build" / "screenshots"
PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, request):
    """`open_page(server, "overview")`: a page in its own context; `scheme`: light or dark."""
    contexts, elsewhere, problems = [], [], []

    def open_it(server, path, scheme="light", width=1440, height=900):
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on(
            "request",
            lambda asked: (
                None
                if re.match(rf"(data:|{re.escape(server.endpoint)}/)", asked.url)
                else elsewhere.append(asked.url)
            ),
        )
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.on(
            "console",
            lambda line: (
                problems.append(line.text)
                if line.type == "error"
                and "net::ERR" not in line.text
                and "Failed to load resource" not in line.text
                else None
            ),
        )
        page.goto(f"{server.endpoint}/_freshet/#/{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not elsewhere, f"the page asked another machine: {elsewhere}"
    assert not problems, f"the page's console says: {problems}"


@pytest.fixture
def keep():
    """Keeps a picture of the page for people to look at: build/screenshots/NAME.png."""

    def picture(page, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return picture


@pytest.fixture
def document_picture():
    """Checks that a page shows every card that the alternative text of docs/pictures/NAME.png lists
    in README (`KIND CARD, KIND CARD, ...`). With FRESHET_PICTURES set (`./dev pictures`) it writes
    the picture.
    """

    def check(page, name):
        readme = (ROOT / "README.md").read_text()
        listed = re.search(rf"!\[[^\]:]*: ([^\]]+)\]\(docs/pictures/{name}\.png\)", readme)[1]
        cards = {
            (
                card.locator(".kind").inner_text().split("\n")[0],
                card.locator(".name").inner_text(),
            )
            for card in page.locator(".node").all()
        }
        for entry in listed.split(", "):
            kind, card = entry.rsplit(" ", 1)
            assert (kind, card) in cards, f"the page has no {kind} {card}: {sorted(cards)}"
        if os.environ.get("FRESHET_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}.png")
        assert (PICTURES / f"{name}.png").exists(), "run ./dev pictures"

    return check
