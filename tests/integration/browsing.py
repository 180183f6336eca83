"""Chromium over pages on disk: without a network, and with everything that a page does wrong written down."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, Playwright, sync_playwright

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str:
    """The path of Chromium; skips loudly where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("CHROMIUM IS MISSING, so the report's pages are NOT opened: apt-get install chromium")
    return program


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """A headless browser for the length of the block."""
    program = find_chromium()
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Visit:
    """A page that was opened, and what it did.

    Attributes:
        complaints: Console messages, errors, dialogues and refused policies.
        requests: Addresses that were asked for, the page's own included.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def refuse(self, dialog: Dialog) -> None:
        """Close a dialogue and write it down."""
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def ask(self, script: str) -> Any:
        """The value of an expression of ours in the page."""
        return self.page.evaluate(script)


@contextmanager
def visited(
    browser: Browser, path: Path, *, scheme: Literal["light", "dark"] = "light", width: int = 1280
) -> Iterator[Visit]:
    """The page at `path`, opened from disk without a network."""
    context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.complaints.append(f"console: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"error: {error}"))
    visit.page.on("dialog", lambda dialog: visit.refuse(dialog))  # noqa: PLW0108 - it hangs names on bound methods
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    try:
        visit.page.goto(path.as_uri(), wait_until="load")
        yield visit
    finally:
        context.close()


def find_barriers(visit: Visit) -> list[str]:
    """What axe-core objects to: rule, impact and the elements."""
    visit.ask(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8") + "; 0")
    found = visit.ask("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes'][:3]]}" for one in found["violations"]
    ]
