"""How the deployed pages look, load and can be used: axe, layout, sizes, pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .browsing import NOTHING_AHEAD, SITE, Person, arrive
from .test_browser import axe, browser, person, site

__all__ = ["axe", "browser", "person", "site"]
LARGEST_SCRIPTS_BYTES = 150_000
LARGEST_PAINT_MS = 2500
SCRIPTS_BYTES = """performance.getEntriesByType("resource")
  .filter((each) => each.name.endsWith(".js"))
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


@pytest.fixture
def on_phone(browser: Browser) -> Iterator[Person]:
    """Somebody with a phone that is set to dark."""
    context, person = arrive(browser, is_mobile=True, has_touch=True, color_scheme="dark")
    person.page.set_viewport_size({"width": 390, "height": 844})
    yield person
    context.close()
    assert person.wrongs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(person: Person, axe: str, scheme: str) -> None:
    page = person.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path, name in (("/", "landing"), ("/sign-in", "sign-in"), ("/nothing", "missing")):
        page.goto(SITE + path)
        person.axe(axe)
        person.shoot(f"{name}-{scheme}")
    person.sign_up()
    person.axe(axe)
    person.shoot(f"empty-{scheme}")
    person.add("Send the offer tomorrow #work !high")
    person.add("Book the train today #travel !low")
    person.task("Book the train").click()
    page.get_by_role("button", name="Send the offer", exact=True).click()
    expect(page.get_by_label("Notes")).to_be_visible()
    person.axe(axe)
    person.shoot(f"edit-{scheme}")
    page.get_by_label("Notes").fill("See https://example.com/offer\nby noon")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Unsaved changes")).to_be_visible()
    person.task_field.fill("Call Grace on friday #work !high")
    expect(page.get_by_role("button", name="Friday")).to_be_visible()
    person.axe(axe)
    person.task_field.fill("")
    page.get_by_role("button", name="Delete “Book the train”").click()
    person.axe(axe)
    page.get_by_role("button", name="Assistant").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    person.axe(axe)
    page.goto(f"{SITE}/settings")
    expect(page.get_by_text(person.email)).to_be_visible()
    person.axe(axe)


def test_the_task_page_loads_light_and_stands_still(person: Person) -> None:
    page = person.page
    person.sign_up()
    for number in range(12):
        person.add(f"Task {number} tomorrow #tag{number % 3}")
    page.add_init_script(NOTHING_AHEAD)
    page.goto(f"{SITE}/tasks")
    expect(person.task("Task 11")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 100_000 < page.evaluate(SCRIPTS_BYTES) < LARGEST_SCRIPTS_BYTES
    assert page.evaluate("window.shifts.reduce((sum, each) => sum + each, 0)") == 0
    assert page.evaluate("window.largest") < LARGEST_PAINT_MS


def test_a_phone_in_the_dark(on_phone: Person, axe: str) -> None:
    page = on_phone.page
    page.goto(SITE)
    on_phone.shoot("phone-landing")
    on_phone.sign_up()
    on_phone.add("Send the offer to Amara tomorrow #work !high")
    on_phone.add("Water the plants #home")
    on_phone.add("A word-without-any-place-to-break-it-" + "x" * 120)
    on_phone.task("Water the plants").tap()
    expect(on_phone.task("Water the plants")).to_be_checked()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth")
    on_phone.axe(axe)
    first = page.locator("li").first.bounding_box()
    assert first
    assert first["y"] < 844 / 4
    page.locator("li [title=Edit]").first.tap()
    page.get_by_role("button", name="Delete", exact=True).tap()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    on_phone.shoot("phone-dark")
    page.get_by_role("button", name="Assistant").tap()
    send = page.get_by_role("button", name="Send", exact=True, disabled=False)
    expect(page.get_by_text("The assistant is off").or_(send)).to_be_visible()
    on_phone.shoot("phone-assistant")


def test_the_chosen_theme_is_there_from_the_first_paint(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Send the offer to Amara tomorrow #work !high")
    person.add("Water the plants #home")
    person.add("Book the train to Bern today #travel")
    person.task("Water the plants").click()
    page.goto(f"{SITE}/settings")
    page.get_by_label("Dark").check()
    page.goto(f"{SITE}/tasks", wait_until="commit")
    page.wait_for_selector("body")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(17, 18, 22)"
    expect(person.task("Book the train")).to_be_visible()
    person.shoot("dark")
