"""Finding, judging and describing photos: the library, in a real browser."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from library.catalogue.photos import make
from playwright.sync_api import Locator, expect

expect.set_options(timeout=60_000)  # on a busy machine what happens at once may take a while


def _sidecar(photo: Path, text: str) -> bool:
    """Whether the text comes to stand in the photo's sidecar."""
    path = photo.with_suffix(".xmp")
    for _ in range(600):
        if path.exists() and text in path.read_text():
            return True
        time.sleep(0.05)
    return False


def _open(editor: Editor, count: int = 8) -> Locator:
    """The library's grid, with the opened folder in it and `count` more photos in a folder below."""
    for n in range(count):
        make(
            editor.folder / "more" / f"shot_{n}.jpg",
            words=["harbour", "owl", "night"] if n % 2 else ["sea", "fog", "dog"],
        )
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("button", name="Add “photos”").click()
    grid = page.get_by_test_id("library-grid")
    expect(grid.get_by_role("gridcell")).to_have_count(count + 2)
    expect(grid.locator("img")).to_have_count(count + 2)
    return grid


def _cell(grid: Locator, name: str) -> Locator:
    return grid.get_by_role("gridcell").filter(has=grid.page.get_by_text(name, exact=True))


def test_photos_are_rated_filtered_and_found(editor: Editor) -> None:
    page, grid = editor.page, _open(editor)
    page.get_by_label("Sorted by").select_option("name")
    page.get_by_role("button", name="Last first").click()
    expect(grid.get_by_role("gridcell").first).to_have_attribute("title", "IMG_1.dng")  # the new order is there
    _cell(grid, "shot_0.jpg").click()
    page.keyboard.press("3")
    page.keyboard.press("p")
    expect(_cell(grid, "shot_0.jpg")).to_have_attribute("aria-label", "shot_0.jpg, picked, 3 stars")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("6")
    page.keyboard.press("x")
    for name in ("shot_1.jpg", "shot_2.jpg"):
        expect(_cell(grid, name)).to_have_attribute("aria-label", f"{name}, rejected, Red label")
    assert _sidecar(editor.folder / "more/shot_0.jpg", 'Rating="3"')
    assert _sidecar(editor.folder / "more/shot_2.jpg", 'Label="Red"')

    page.get_by_role("toolbar", name="Filter").get_by_role("button", name="Rejected").click()
    expect(grid.get_by_role("gridcell")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(grid.get_by_role("gridcell")).to_have_count(0)
    page.get_by_role("button", name="No filter").click()
    expect(grid.get_by_role("gridcell")).to_have_count(10)

    page.keyboard.press("Control+f")
    page.keyboard.type("owl rating:0")
    expect(grid.get_by_role("gridcell")).to_have_count(4)
    page.keyboard.type(" iso:many")
    expect(page.get_by_role("status").filter(has_text="not understood")).to_be_visible()
    page.keyboard.press("Escape")
    expect(grid.get_by_role("gridcell")).to_have_count(10)


def test_ratings_go_on_to_the_next_photo_where_that_is_wished(editor: Editor) -> None:
    page, grid = editor.page, _open(editor, 3)
    page.keyboard.press("Home")
    page.keyboard.press("Shift+A")
    for key in "215":
        page.keyboard.press(key)
    cells = grid.get_by_role("gridcell")
    for place, stars in enumerate(("2 stars", "1 star", "5 stars")):
        expect(cells.nth(place)).to_have_attribute("aria-label", f"{cells.nth(place).get_attribute('title')}, {stars}")
    expect(cells.nth(3)).to_have_attribute("aria-current", "true")


def test_photos_are_looked_at_closely_beside_each_other_and_developed(editor: Editor) -> None:
    page, grid = editor.page, _open(editor, 4)
    pictures = page.get_by_test_id("picture")
    _cell(grid, "IMG_1.dng").click()
    page.keyboard.press("e")
    expect(pictures).to_have_attribute("data-tier", "screen")
    first = pictures.get_attribute("data-shown")
    page.keyboard.press("ArrowLeft")
    expect(pictures).not_to_have_attribute("data-shown", first or "")
    page.keyboard.press("g")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    expect(pictures).to_have_count(2)
    page.get_by_role("button", name="4-up").click()
    expect(pictures).to_have_count(4)
    page.keyboard.press("z")
    for place in range(4):
        expect(pictures.nth(place)).to_have_attribute("data-tier", "full")
    page.keyboard.press("g")
    page.keyboard.press("Control+a")
    page.keyboard.press("n")
    expect(pictures).to_have_count(6)
    page.keyboard.press("/")
    expect(pictures).to_have_count(5)

    page.keyboard.press("g")
    _cell(grid, "shot_1.jpg").click()
    page.keyboard.press("d")
    expect(page.get_by_label("shot_1.jpg, developed")).to_be_visible(timeout=60_000)
    before = editor.settled()
    editor.framed(lambda: page.keyboard.press("v"))
    page.keyboard.press("4")
    assert _sidecar(editor.folder / "more/shot_1.jpg", 'Rating="4"')
    assert _sidecar(editor.folder / "more/shot_1.jpg", "ConvertToGrayscale") and before > 0
    page.keyboard.press("g")
    expect(_cell(grid, "shot_1.jpg")).to_have_attribute("aria-label", "shot_1.jpg, 4 stars, edited")


def test_a_photo_has_a_menu_at_the_pointer_and_at_its_key(editor: Editor) -> None:
    page, grid = editor.page, _open(editor, 3)
    menu = page.get_by_role("menu", name="Photo")
    cell = _cell(grid, "shot_1.jpg")
    cell.click(button="right")
    menu.get_by_role("menuitemradio", name="Reject").click()
    expect(menu).to_be_hidden()
    expect(cell).to_have_attribute("aria-label", "shot_1.jpg, rejected")
    cell.click()
    page.keyboard.press("Shift+F10")
    menu.get_by_role("menuitemradio", name="No flag").press("Enter")
    expect(cell).to_have_attribute("aria-label", "shot_1.jpg")
    cell.click(button="right")
    expect(menu).to_be_visible()
    page.mouse.click(5, 500)
    expect(menu).to_be_hidden()


def test_a_dialog_begins_at_what_is_to_be_chosen(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+I")
    expect(page.get_by_role("dialog").get_by_label("Folder").first).to_be_focused()


def test_many_photos_are_described_at_once(editor: Editor) -> None:
    page, grid = editor.page, _open(editor, 4)
    panel = page.get_by_label("What is said about the photos").filter(has=page.get_by_role("combobox"))
    _cell(grid, "shot_0.jpg").click()
    _cell(grid, "shot_1.jpg").click(modifiers=["ControlOrMeta"])
    expect(panel.get_by_role("heading", name="2 photos")).to_be_visible()
    expect(panel.get_by_role("textbox", name="Title")).to_have_attribute("placeholder", "Differing")
    panel.get_by_role("textbox", name="Title").fill("At the coast")
    page.keyboard.press("Enter")
    keywords = panel.get_by_role("combobox", name="Add keywords")
    keywords.fill("Places > Bern, holiday")
    page.keyboard.press("Enter")
    for name in ("shot_0.jpg", "shot_1.jpg"):
        assert _sidecar(editor.folder / "more" / name, "At the coast")
        assert _sidecar(editor.folder / "more" / name, "Places|Bern")
    _cell(grid, "shot_2.jpg").click()
    keywords.fill("ber")
    page.get_by_role("option", name="Places > Bern").click()
    assert _sidecar(editor.folder / "more/shot_2.jpg", "Places|Bern")
    panel.get_by_role("button", name="Take away Places > Bern").click()
    expect(panel.get_by_role("button", name="Take away Places > Bern")).to_have_count(0)


def test_folders_are_watched_and_collections_kept(editor: Editor) -> None:
    page, grid = editor.page, _open(editor, 2)
    shutil.copytree(editor.folder / "more", editor.folder / "newer")
    expect(grid.get_by_role("gridcell")).to_have_count(6)
    page.get_by_role("navigation", name="Library").get_by_role("button", name="newer 2").click()
    expect(grid.get_by_role("gridcell")).to_have_count(2)
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Best")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="All photos 6").click()
    expect(grid.get_by_role("gridcell")).to_have_count(6)
    page.get_by_role("button", name="Best 2", exact=True).click()
    expect(grid.get_by_role("gridcell")).to_have_count(2)
    shutil.rmtree(editor.folder / "newer")
    expect(grid.get_by_role("gridcell")).to_have_count(0)


def test_the_library_has_no_serious_accessibility_findings(editor: Editor) -> None:
    def serious() -> list[str]:
        found = Axe().run(editor.page).response["violations"]
        return [f"{v['id']}: {v['help']}" for v in found if v["impact"] in ("serious", "critical")]

    grid = _open(editor, 2)
    grid.get_by_role("gridcell").first.click()
    assert serious() == []
    for key in ("e", "c", "n"):
        editor.page.keyboard.press(key)
        expect(editor.page.get_by_test_id("picture").first).to_be_visible()
        assert serious() == []


@pytest.mark.parametrize("appearance", ["Grey", "Light"])
def test_the_page_is_read_as_well_in_other_greys(editor: Editor, appearance: str) -> None:
    page = editor.page
    _open(editor, 3)
    page.keyboard.press("Home")
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("menuitemradio", name=appearance).click()
    expect(page.locator("html")).to_have_attribute("data-appearance", appearance.lower())
    for key in ("g", "e", "d"):
        page.keyboard.press(key)
        page.wait_for_timeout(500)
        found = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert found.violations_count == 0, found.generate_report()
    surround = "getComputedStyle(document.querySelector('[data-testid=canvas]')).backgroundColor"
    corner = "[...document.querySelector('[data-testid=canvas]').getContext('2d').getImageData(0, 0, 1, 1).data]"
    assert page.evaluate(surround) == "rgb({}, {}, {})".format(*page.evaluate(corner)[:3])
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-appearance", appearance.lower())


@pytest.mark.parametrize("view", ["g", "d"])
def test_on_a_tablet_nothing_lies_over_anything_else(editor: Editor, view: str) -> None:
    page = editor.page
    _open(editor, 3)
    page.keyboard.press("Home")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.keyboard.press(view)
    page.wait_for_timeout(1000)
    over = page.evaluate(
        """() => {
          const seen = [...document.querySelectorAll('header :is(button, p, h1), .stars button, .labels button,'
              + '[role=toolbar] :is(button, span, select)')]
            .filter(one => one.checkVisibility() && one.textContent + one.ariaLabel && !one.closest('[popover]'));
          const boxes = seen.map(one => one.getBoundingClientRect());
          const named = i => seen[i].ariaLabel || seen[i].textContent.trim();
          const found = [];
          boxes.forEach((a, i) => {
            if (a.width && a.right > innerWidth + 0.5) found.push(`${named(i)} is cut`);
            boxes.forEach((b, j) => {
              const apart = seen[i].contains(seen[j]) || seen[j].contains(seen[i]);
              const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
              const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
              if (i < j && !apart && wide > 1 && high > 1) found.push(`${named(i)} and ${named(j)}`);
            });
          });
          return found;
        }"""
    )
    assert over == []


def test_photos_are_asked_for_in_words(editor: Editor) -> None:
    """From the assistant's panel, beside a photo that is worked on."""
    page, grid = editor.page, _open(editor)
    _cell(grid, "IMG_1.dng").click()
    page.keyboard.press("d")
    expect(page.get_by_label("IMG_1.dng, developed")).to_be_visible()
    page.keyboard.press("a")
    chat = page.get_by_test_id("chat")
    chat.get_by_role("combobox").fill("show me all owls")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("status")).to_contain_text("4 photos for “owl”")
    found = chat.get_by_role("list", name="Found")
    expect(found.get_by_role("listitem")).to_have_count(4)
    page.screenshot(path=str(editor.folder.parent / "asked-for.png"))
    assert [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")] == []
    chat.get_by_role("button", name="Show in the library").click()
    expect(page.get_by_test_id("library-grid").get_by_role("gridcell")).to_have_count(4)
    expect(page.get_by_role("textbox", name="Search")).to_have_value("owl")
    assert not list(editor.folder.glob("*.xmp"))
