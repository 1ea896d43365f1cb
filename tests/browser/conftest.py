"""What the browser tests share: one Chromium, and a JupyterLab of their own."""

import os
import re

import pytest

from tests.browser import lab, mounting

# Said by JupyterLab itself or about its own files; nothing that a widget does.
NOT_OURS = re.compile(
    r"favicon|preload|license|Download the React DevTools|ERR_NETWORK_CHANGED"
    r"|/lsp/|api/(contents|settings|me)|service worker|ResizeObserver loop",
    re.IGNORECASE,
)


@pytest.fixture(scope="session")
def chromium():
    """Playwright's hold on the system's Chromium; without one the tests are skipped, not in CI."""
    path = lab.find_chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path, sync_playwright = None, None
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("The browser tests need Chromium or Chrome, and the package playwright.")
        pytest.skip("no Chromium or Chrome (or no playwright) on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=lab.CHROMIUM_ARGS)
        yield browser
        browser.close()


def new_page(chromium):
    """A page of 1280×900 that collects what goes wrong in it in ``page.complaints``."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.complaints = []

    def heard(message):
        if message.type == "error" and not NOT_OURS.search(f"{message.text} {message.location}"):
            page.complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: page.complaints.append(f"uncaught: {error}"))
    return page


@pytest.fixture
def page(chromium):
    """A page of the test's own."""
    page = new_page(chromium)
    yield page
    page.context.close()


@pytest.fixture(scope="session")
def quick_page(chromium):
    """The page in which single widgets are shown, one after the other."""
    page = new_page(chromium)
    page.set_default_timeout(15_000)  # what is not there at once will never be
    yield page
    page.context.close()


@pytest.fixture
def open_lab(tmp_path):
    """A function (folder) -> running Lab, which ends with the test."""
    running = []

    def start(folder):
        home = tmp_path / "jupyter"
        home.mkdir()
        running.append(lab.Lab(folder, home))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def mount(quick_page):
    """A function (widget) -> its View in an empty page, where nothing may go wrong."""
    quick_page.goto("about:blank")
    quick_page.complaints.clear()

    def show(widget, **more):
        return mounting.View(quick_page, widget, **more)

    yield show
    assert quick_page.complaints == []
