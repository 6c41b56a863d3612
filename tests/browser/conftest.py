"""A real browser: Debian's Chromium, driven by Playwright. Whatever it asks of another machine
fails the test.
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
