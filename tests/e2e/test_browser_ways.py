"""What people rely on without a thought: their own today, keys, tags, an editor in view."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .browsing import SITE, Person, arrive
from .test_browser import browser, person, site

__all__ = ["browser", "person", "site"]
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/148.0 Safari/537.36"
)
# Whatever the time, it is another day than at Greenwich in one of the first two at least.
FAR = ["Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Auckland", "America/Los_Angeles"]
MANY_TAGS = " ".join(f"#t{number:02d}" for number in range(40))


@contextmanager
def arrived(browser: Browser, **options: Any) -> Iterator[Person]:
    """Bring a person with a browser like this, at an empty list; nothing goes wrong there."""
    context, person = arrive(browser, **options)
    person.sign_up()
    yield person
    context.close()
    assert person.wrongs == []


def row(person: Person, title: str) -> Locator:
    """The task's row."""
    return person.page.get_by_role("listitem").filter(has=person.task(title))


@pytest.mark.parametrize("zone", FAR)
def test_today_is_the_day_where_the_user_is(browser: Browser, zone: str) -> None:
    with arrived(browser, timezone_id=zone) as person:
        page = person.page
        for line in ("Pay today", "Call yesterday", "Rest tomorrow"):
            person.add(line)
        for title, day in (("Pay", "Today"), ("Call", "Yesterday"), ("Rest", "Tomorrow")):
            expect(row(person, title).locator("time")).to_contain_text(day)
        for due, titles in (
            ("Due today", ["Pay"]),
            ("Overdue", ["Call"]),
            ("Next 7 days", ["Pay", "Rest"]),
        ):
            page.get_by_label("Due", exact=True).select_option(label=due)
            person.shows(*titles)
        page.get_by_role("group", name="Show").get_by_text("Today").click()
        person.shows("Pay", "Call")


@pytest.mark.parametrize(
    ("zone", "now", "tomorrow", "after"),
    [
        # The evening before, and the day on which, the clock is put forward or back.
        ("America/Los_Angeles", "2027-03-14T06:30Z", "2027-03-14", "2027-03-15"),
        ("America/Los_Angeles", "2027-11-08T07:30Z", "2027-11-08", "2027-11-09"),
        ("Pacific/Auckland", "2027-04-03T11:30Z", "2027-04-05", "2027-04-06"),
        ("Europe/Berlin", "2027-03-27T22:45Z", "2027-03-28", "2027-03-29"),
        ("Europe/Berlin", "2027-10-30T22:15Z", "2027-11-01", "2027-11-02"),
    ],
)
def test_days_are_counted_over_a_change_of_summer_time(
    browser: Browser, zone: str, now: str, tomorrow: str, after: str
) -> None:
    with arrived(browser, timezone_id=zone) as person:
        page = person.page
        page.clock.set_fixed_time(datetime.fromisoformat(now).astimezone(UTC))
        page.reload()
        expect(page.get_by_text("Nothing to do")).to_be_visible()
        person.add("Next tomorrow")
        person.add("Then in 2 days")
        for title, day, words in (("Next", tomorrow, "Tomorrow"), ("Then", after, None)):
            time = row(person, title).locator("time")
            expect(time).to_have_attribute("datetime", day)
            if words:
                expect(time).to_contain_text(words)


def test_today_shows_what_is_due_and_a_task_added_there_is_due_today(person: Person) -> None:
    page = person.page
    person.sign_up()
    for line in ("Pay today", "Call yesterday", "Rest tomorrow", "Some day"):
        person.add(line)
    page.get_by_role("group", name="Show").get_by_text("Today").click()
    person.shows("Pay", "Call")
    expect(page).to_have_url(f"{SITE}/tasks?show=today")
    person.add("Now")
    expect(row(person, "Now").locator("time")).to_contain_text("Today")
    page.reload()
    person.shows("Pay", "Call", "Now")
    for title in ("Pay", "Call", "Now"):
        with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
            person.task(title).click()
    page.reload()
    expect(page.get_by_text("Nothing is due today")).to_be_visible()


def test_a_tag_filters_and_a_link_opens(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Pay #home")
    person.add("Write #work")
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_label("Notes").fill(f"See {SITE}/healthz.\nby noon")
    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        page.get_by_role("button", name="Save").click()
    row(person, "Pay").get_by_role("button", name="#home").click()
    person.shows("Pay")
    expect(page).to_have_url(f"{SITE}/tasks?tag=home")
    page.get_by_label("Tag", exact=True).select_option("")
    person.shows("Pay", "Write")
    with page.context.expect_page() as opened:
        row(person, "Write").get_by_role("link").click()
    expect(opened.value).to_have_url(f"{SITE}/healthz")
    assert opened.value.evaluate("opener") is None


def look_of(label: Locator) -> tuple[str, str]:
    """What tells a chosen label from another where the system gives the colours."""
    style = "(each) => { const s = getComputedStyle(each); return [s.backgroundColor, s.color]; }"
    background, text = label.evaluate(style)
    return background, text


def test_forced_colours_show_which_filter_is_chosen(person: Person) -> None:
    page = person.page
    person.sign_up()
    page.emulate_media(forced_colors="active")
    shows = page.get_by_role("group", name="Show")
    labels = {name: shows.get_by_text(name, exact=True) for name in ("Open", "Done", "All")}
    for chosen, choice in labels.items():
        choice.click()
        looks = {name: look_of(label) for name, label in labels.items()}
        others = {look for name, look in looks.items() if name != chosen}
        assert len(others) == 1
        assert looks[chosen] not in others
        assert looks[chosen][0] != looks[chosen][1]


def test_forty_tags_are_told_and_none_is_dropped(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.task_field.fill(f"Pack {MANY_TAGS}")
    person.task_field.press("Enter")
    told = "A task has 10 tags at most; these are 40."
    expect(page.get_by_role("alert").get_by_text(told)).to_be_in_viewport()
    expect(person.task_field).to_have_value(f"Pack {MANY_TAGS}")
    person.task_field.fill("Pack #bag")
    person.task_field.press("Enter")
    page.get_by_role("button", name="Pack", exact=True).click()
    tags = page.get_by_label("Tags")
    tags.fill(MANY_TAGS)
    page.get_by_role("button", name="Save").click()
    assert tags.evaluate("(field) => field.validationMessage") == told
    expect(tags).to_have_value(MANY_TAGS)
    expect(tags).to_be_focused()


def press_all(page: Page) -> None:
    """Press every single key that does something."""
    for key in ("x", "e", "Delete", "u", "n", "/", "?"):
        page.keyboard.press(key)


def test_single_keys_turned_off_are_all_off(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Stay")
    page.goto(f"{SITE}/settings")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.goto(f"{SITE}/tasks")
    person.task("Stay").focus()
    press_all(page)
    page.wait_for_timeout(500)
    expect(person.task("Stay")).to_be_focused()
    expect(person.task("Stay")).not_to_be_checked()
    expect(page.get_by_role("dialog")).to_have_count(0)
    # What controls do by themselves stays.
    page.keyboard.press("Space")
    expect(person.task("Stay")).to_be_checked()
    page.goto(f"{SITE}/settings")
    page.get_by_label("Single-key shortcuts").check()
    page.goto(f"{SITE}/tasks?show=all")
    person.task("Stay").focus()
    page.keyboard.press("x")
    expect(person.task("Stay")).not_to_be_checked()


@pytest.mark.parametrize("on_mac", [True, False])
def test_backspace_deletes_on_a_mac_alone(browser: Browser, on_mac: bool) -> None:
    with arrived(browser, **({"user_agent": MAC} if on_mac else {})) as person:
        person.add("Old")
        person.add("New")
        person.task("New").focus()
        person.page.keyboard.press("Backspace")
        person.shows(*(["Old"] if on_mac else ["Old", "New"]))


@pytest.mark.parametrize("size", [(320, 568), (1280, 720)])
def test_save_is_in_view_wherever_an_editor_opens(person: Person, size: tuple[int, int]) -> None:
    page = person.page
    person.sign_up()
    for number in range(25):
        headers = {"Origin": SITE}
        task = {"title": f"Task {number}", "notes": "line\n" * 60 if number % 2 else ""}
        page.request.post(f"{SITE}/api/tasks", data=task, headers=headers)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
    for title in ("Task 24", "Task 13", "Task 0"):
        page.get_by_role("button", name=title, exact=True).click()
        expect(page.get_by_label("Title")).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Escape")
