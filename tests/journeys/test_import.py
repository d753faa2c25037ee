"""Photos come in from a card, in a real browser."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from dng import make_photo
from journeys.conftest import Editor, opened
from library.catalogue.photos import make
from library.ingest.unreadable import PATCH
from PIL import Image
from playwright.sync_api import Browser, expect

from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.library import ingest
from stillbytes.library.catalogue import Catalogue

expect.set_options(timeout=60_000)  # on a busy machine what happens at once may take a while
SHOTS = os.environ.get("STILLBYTES_SHOTS")
"""A folder for pictures of what is seen, to be looked at."""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    place = tmp_path / "EOS_DIGITAL"
    for number in range(1, 9):
        path = place / f"DCIM/100EOS/IMG_{number:04}.JPG"
        make(path, taken=datetime(2026, 5, 1 + number // 3, 12, number))
        y, x = np.mgrid[0:200, 0:300] / 300
        colours = np.stack([x * number / 8, y, 1 - x], -1)
        picture = Image.fromarray((colours * 255).astype(np.uint8))
        exif = Image.open(path).info.get("exif", b"")
        picture.save(path, exif=exif)
    make_photo(place / "DCIM/100EOS/IMG_0003.DNG")
    return place


def with_card(card: Path) -> str:
    """Code of an editor on a machine with a card in it."""
    return (
        "import sys, types, psutil; "
        f"volume = types.SimpleNamespace(mountpoint={str(card)!r}, opts='rw,removable'); "
        "psutil.disk_partitions = lambda all=False: [volume]; "
        "from stillbytes.app.cli import main; sys.exit(main(sys.argv[1:]))"
    )


@pytest.fixture
def carded(browser: Browser, tmp_path: Path, card: Path) -> Iterator[Editor]:
    with opened(browser, tmp_path, ("-c", with_card(card))) as found:
        yield found


def test_photos_come_in_from_a_card(carded: Editor, card: Path, tmp_path: Path) -> None:
    page, to = carded.page, tmp_path / "library"
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+I")
    dialog = page.get_by_role("dialog", name="Import photos")
    expect(dialog.get_by_role("button", name="EOS_DIGITAL")).to_have_attribute("aria-pressed", "true")
    expect(dialog.get_by_role("checkbox")).to_have_count(8)
    dialog.get_by_label("Folder").nth(1).fill(str(to))
    dialog.get_by_label("Names").fill("{date:%m-%d}/Rome {sequence:03}")
    dialog.get_by_label("Second copy").fill(str(tmp_path / "backup"))
    dialog.get_by_label("Keywords").fill("Travel|Rome")
    expect(dialog.get_by_text("→ 05-01/Rome 001.JPG")).to_be_visible()
    expect(dialog.get_by_role("button", name="Import 8 photos")).to_be_enabled()
    dialog.get_by_role("checkbox").nth(7).uncheck()
    expect(dialog.get_by_role("button", name="Import 7 photos")).to_be_enabled()
    expect(dialog.locator("img").first).to_have_js_property("complete", True)
    if SHOTS:
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{SHOTS}/import-new.png")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    dialog.get_by_role("button", name="Import 7 photos").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("8 photos copied and verified in")).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/import-done.png")
    copied = {hashlib.sha256(p.read_bytes()).digest() for p in to.rglob("*") if p.suffix != ".xmp" and p.is_file()}
    there = {hashlib.sha256(p.read_bytes()).digest() for p in card.rglob("*") if p.is_file()}
    assert len(copied) == 8 and copied < there and len(list((tmp_path / "backup").rglob("*.JPG"))) == 7
    page.keyboard.press("Control+Shift+I")
    expect(dialog.get_by_text("Imported", exact=True)).to_have_count(7)
    expect(dialog.get_by_role("button", name="Import 1 photo", exact=True)).to_be_enabled()
    dialog.get_by_label("Names").fill("{nonsense}")
    expect(dialog.get_by_role("alert")).to_contain_text("{nonsense} has no meaning")
    dialog.get_by_label("Names").fill("{name}")
    expect(dialog.get_by_role("alert")).to_be_hidden()
    if SHOTS:
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{SHOTS}/import-again.png")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("g")
    expect(page.get_by_test_id("library-grid").get_by_role("gridcell")).to_have_count(8)
    expect(page.get_by_role("button", name="Import photos")).to_be_visible()
    if SHOTS:
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{SHOTS}/import-library.png")


def test_an_import_that_was_stopped_goes_on(carded: Editor, card: Path, tmp_path: Path) -> None:
    page, to = carded.page, tmp_path / "library"
    with Catalogue(tmp_path / "home/library", processes=1) as library:
        planned = ingest.plan(ingest.look(card), ingest.Choices(to=to, name="{name}"), library)
        control = Control(lambda *_: None)
        control.cancel()
        with pytest.raises(Cancelled):
            ingest.carry_out(planned, library, control)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+I")
    dialog = page.get_by_role("dialog", name="Import photos")
    expect(dialog.get_by_text("was stopped: 0 of 9 files are copied")).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/import-stopped.png")
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("9 photos copied and verified in")).to_be_visible()
    assert len(list(to.iterdir())) == 9


def test_what_cannot_be_read_is_named(browser: Browser, card: Path, tmp_path: Path) -> None:
    """A RAW whose JPEG can be read, and a shot of which nothing can."""
    code = PATCH.format(names=("IMG_0003.DNG", "IMG_0005.JPG")) + with_card(card)
    with opened(browser, tmp_path, ("-c", code)) as editor:
        page = editor.page
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Shift+I")
        dialog = page.get_by_role("dialog", name="Import photos")
        told = dialog.get_by_text("2 cannot be read and will not be copied: IMG_0003.DNG, IMG_0005.")
        expect(told).to_be_visible()
        expect(told).to_have_attribute("title", re.compile(r"IMG_0003\.DNG cannot be read: Input/output error"))
        dialog.get_by_label("Folder").nth(1).fill(str(tmp_path / "library"))
        dialog.get_by_label("Names").fill("{name}")
        expect(dialog.get_by_role("button", name="Import 7 photos")).to_be_enabled()
        if SHOTS:
            page.wait_for_timeout(1500)
            page.screenshot(path=f"{SHOTS}/import-unread.png")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        dialog.get_by_role("button", name="Import 7 photos").click()
        expect(page.get_by_role("region", name="Messages")).to_contain_text(
            "2 of the card's files or folders cannot be read"
        )
