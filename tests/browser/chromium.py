"""The browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
import shutil

from playwright.async_api import Browser, async_playwright

CHOSEN = "SMSADMIN_BROWSER"
"""Names another browser than the one of the PATH; it has to be a Chromium."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Where it is."""
    return os.environ.get(CHOSEN) or shutil.which("chromium")


@asynccontextmanager
async def launched(executable: str) -> AsyncIterator[Browser]:
    """Run it with an empty profile."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
