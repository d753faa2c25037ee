"""A photographer looks at where photos were taken, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import SERVE, Editor, opened
from library.catalogue.photos import JPEG, about, generator
from playwright.sync_api import Browser, Page, expect

SHOTS = os.environ.get("STILLBYTES_SHOTS")
PLACES = {
    "bern": (46.948, 7.447), "bern-bear": (46.948, 7.447), "thun": (46.758, 7.628), "lisbon": (38.71, -9.14),
    "reykjavik": (64.15, -21.94), "athens": (37.97, 23.73),
}  # fmt: skip


def photos(folder: Path) -> None:
    for name, gps in PLACES.items():
        (folder / f"{name}.jpg").write_bytes(generator._jpeg(JPEG, about(gps=gps)))
    (folder / "nowhere.jpg").write_bytes(generator._jpeg(JPEG, about()))


@pytest.fixture
def travelled(browser: Browser, tmp_path: Path) -> Iterator[Editor]:
    with opened(browser, tmp_path, SERVE, photos) as found:
        yield found


def seen(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_photos_are_found_on_the_map(travelled: Editor) -> None:
    page = travelled.page
    page.keyboard.press("g")
    page.get_by_role("button", name="Add “photos”").click()
    expect(page.get_by_role("gridcell")).to_have_count(7)
    page.keyboard.press("m")
    chart = page.get_by_test_id("library-map")
    expect(chart.get_by_text("6 of 7 photos have a place")).to_be_visible()
    cluster = chart.get_by_role("button", name="3 photos at 46.")
    expect(cluster).to_be_visible()
    expect(chart.get_by_role("button", name="reykjavik.jpg at 64.15° N, 21.94° W")).to_be_visible()
    seen(page, "map")
    assert Axe().run(page).violations_count == 0

    cluster.click()
    pair = chart.get_by_role("button", name="2 photos at 46.95° N, 7.45° E")
    thun = chart.get_by_role("button", name="thun.jpg")
    expect(pair).to_be_visible()
    expect(thun).to_be_visible()
    seen(page, "map-near")
    before = thun.bounding_box()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    after = thun.bounding_box()
    assert before and after and after["x"] < before["x"] - 50
    page.mouse.move(after["x"] + 100, after["y"] - 100)
    page.mouse.down()
    page.mouse.move(after["x"] + 200, after["y"] - 100, steps=4)
    page.mouse.up()
    dragged = thun.bounding_box()
    assert dragged and abs(dragged["x"] - after["x"] - 100) < 2
    thun.click()
    expect(thun).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("library-map")).to_be_hidden()
    expect(page.locator("figcaption").get_by_text("thun.jpg")).to_be_visible()

    page.keyboard.press("m")
    expect(pair).to_be_visible()
    pair.click()  # as near as it gets
    page.wait_for_timeout(600)
    pair.click()
    expect(page.get_by_role("gridcell")).to_have_count(2)
    page.keyboard.press("m")
    expect(chart.get_by_text("2 of 2 photos have a place")).to_be_visible()

    page.locator("[data-search]").fill("nowhere")
    expect(chart.get_by_text("No photo here says where it was taken.")).to_be_visible()
    seen(page, "map-empty")
    page.locator("[data-search]").fill("")
    expect(chart.get_by_role("button", name="3 photos at 46.")).to_be_visible()
    for appearance in ("grey", "light"):
        page.evaluate("wanted => { document.documentElement.dataset.appearance = wanted }", appearance)
        chart.get_by_role("button", name="Nearer").click()  # drawn anew
        seen(page, f"map-{appearance}")
