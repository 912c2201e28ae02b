"""People's ways through the deployed stack, in Chromium. `STACK_URL` names another one to try."""

from __future__ import annotations

import json
import os
import urllib.request
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .browsing import CHROMIUM, PASSWORD, QUIET, SITE, Person, arrive, axe_source
from .own_stack import await_still_network


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> str:
    """The address of a running stack: this machine's, unless another is named."""
    if "STACK_URL" not in os.environ:
        request.getfixturevalue("first_run")
    # The first account of all takes over tasks from before there were accounts: not a tester's.
    account = {"name": "First", "email": f"first-{uuid.uuid4().hex}@example.com"}
    sign_up = urllib.request.Request(  # noqa: S310 - the stack under test
        f"{SITE}/api/auth/sign-up",
        json.dumps({**account, "password": PASSWORD}).encode(),
        {"Content-Type": "application/json", "Origin": SITE},
    )
    urllib.request.urlopen(sign_up, timeout=10).close()  # noqa: S310 - the stack under test
    return SITE


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """Debian's Chromium, once the stack runs."""
    await_still_network()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker."""
    return axe_source()


@pytest.fixture
def person(browser: Browser) -> Iterator[Person]:
    """Somebody new; any error in their pages fails the test."""
    context, person = arrive(browser)
    yield person
    context.close()
    assert person.wrongs == []


@pytest.fixture
def other(browser: Browser) -> Iterator[Person]:
    """Somebody else."""
    context, person = arrive(browser)
    yield person
    context.close()
    assert person.wrongs == []


def test_a_day_with_tasks(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Read twenty pages #home !low")
    person.add("Send the offer to Amara tomorrow #work !high")
    person.add("Water the plants #home")
    person.add("Book the train to Bern today #travel")
    person.shows("Read twenty pages", "Send the offer", "Water the plants", "Book the train")

    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        person.task("Water the plants").click()
    page.get_by_role("button", name="Book the train to Bern", exact=True).click()
    page.get_by_label("Title").fill("Book the night train to Bern")
    page.get_by_label("Notes").fill("Ask for a lower berth")
    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        page.get_by_role("button", name="Save").click()
    page.reload()
    expect(person.task("Water the plants")).to_have_count(0)
    page.get_by_text("All", exact=True).click()
    expect(person.task("Water the plants")).to_be_checked()
    expect(person.task("Book the night train to Bern")).not_to_be_checked()
    expect(page.get_by_text("Ask for a lower berth")).to_be_visible()
    person.shoot("tasks")

    person.task("Read twenty pages").hover()
    page.get_by_role("button", name="Delete “Read twenty pages”").click()
    expect(person.task("Read twenty pages")).to_have_count(0)
    person.shoot("undo")
    with page.expect_response(lambda r: r.url.endswith("/restore") and r.ok):
        page.get_by_role("button", name="Undo").click()
    expect(person.task("Read twenty pages")).to_be_focused()
    page.reload()
    person.shows("Read twenty pages", "Send the offer", "Water the plants", "Book the night train")


def test_filters_and_search_narrow_the_list_and_survive_a_reload(person: Person) -> None:
    page = person.page
    person.sign_up()
    for line in (
        "Plan the garden #home",
        "Plan the party tomorrow !high",
        "Pay the rent today #home",
    ):
        person.add(line)
    person.task("Pay the rent").click()
    page.get_by_text("Done", exact=True).click()
    person.shows("Pay the rent")
    page.get_by_text("Open", exact=True).click()
    person.shows("Plan the garden", "Plan the party")
    page.get_by_label("Search your tasks").fill("garden")
    person.shows("Plan the garden")
    page.reload()
    person.shows("Plan the garden")
    page.get_by_label("Search your tasks").fill("nothing like it")
    page.get_by_role("button", name="Show all tasks").click()
    person.shows("Plan the garden", "Plan the party", "Pay the rent")
    page.get_by_label("Tag", exact=True).select_option("home")
    person.shows("Plan the garden", "Pay the rent")
    page.get_by_label("Tag", exact=True).select_option("")
    page.get_by_label("Priority").select_option("high")
    person.shows("Plan the party")
    page.get_by_label("Priority").select_option("")
    page.get_by_label("Sort").select_option("title")
    expect(page.locator("li [title=Edit]").first).to_have_text("Pay the rent")
    page.get_by_label("Sort").select_option("priority")
    expect(page.locator("li [title=Edit]").first).to_have_text("Plan the party")


def test_everything_works_from_the_keyboard(person: Person) -> None:
    page = person.page
    person.sign_up()
    expect(person.task_field).to_be_visible()
    page.keyboard.press("n")
    for title in ("One", "Two", "Three"):
        with page.expect_response(lambda r: r.request.method == "POST" and r.ok):
            page.keyboard.type(f"{title}\n")
    person.task("Three").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(person.task("Two")).to_be_checked()
    page.keyboard.press("e")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Second\n")
    expect(person.task("Second")).to_be_checked()
    expect(page.get_by_role("button", name="Second", exact=True)).to_be_focused()
    page.keyboard.press("Delete")
    expect(person.task("Second")).to_have_count(0)
    expect(person.task("One")).to_be_focused()
    page.keyboard.press("u")
    expect(person.task("Second")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("Thr")
    person.shows("Three")


LATE_TIMERS = """() => {
  const soon = window.setTimeout;
  window.late = [];
  window.setTimeout = (work, ms, ...rest) => ms ? soon(work, ms, ...rest) : window.late.push(work);
}"""


def test_a_dialog_that_closes_late_takes_no_focus_from_where_a_key_put_it(person: Person) -> None:
    page = person.page
    person.sign_up()
    expect(person.task_field).to_be_visible()
    search = page.get_by_label("Search your tasks")
    page.evaluate(LATE_TIMERS)
    for key, then in (("/", search), ("n", person.task_field)):
        page.get_by_role("radio", name="All").focus()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press(key)
        page.evaluate("window.late.splice(0).forEach((work) => work())")
        expect(then).to_be_focused()


def test_a_second_user_sees_nothing_of_the_first(person: Person, other: Person) -> None:
    person.sign_up()
    person.add("A secret plan #mine")
    task = person.page.request.get(f"{SITE}/api/tasks").json()["items"][0]
    other.sign_up("Grace Hopper")
    other.page.reload()
    expect(other.page.get_by_text("Nothing to do")).to_be_visible()
    assert other.page.request.get(f"{SITE}/api/tags").json() == {"items": []}
    for method in ("get", "delete", "patch"):
        options = {"data": {"done": True}} if method == "patch" else {}
        answer = getattr(other.page.request, method)(f"{SITE}/api/tasks/{task['id']}", **options)
        assert answer.status == 404
    person.page.reload()
    person.shows("A secret plan")


def test_accounts_from_sign_up_to_deletion(person: Person) -> None:
    page = person.page
    person.sign_up()
    tokens = {c["name"]: c for c in page.context.cookies()}
    assert set(tokens) == {"todo_access", "todo_session"}
    assert all(c["httpOnly"] and c["sameSite"] == "Lax" for c in tokens.values())
    assert page.evaluate("document.cookie") == ""
    page.get_by_label("Settings").click()
    expect(page.get_by_text(person.email)).to_be_visible()
    person.shoot("settings")
    page.get_by_label("Current password").fill("something else")
    page.get_by_label("New password").fill("another horse")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The current password is not right.")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert page.context.cookies() == []

    person.sign_in()
    expect(page.get_by_text("The e-mail or the password is not right.")).to_be_visible()
    person.sign_in("another horse")
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    page.goto(f"{SITE}/settings")
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_label("Your password").fill("another horse")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("Your account and all its tasks are deleted.")).to_be_visible()
    person.sign_in("another horse")
    expect(page.get_by_text("The e-mail or the password is not right.")).to_be_visible()


def test_a_session_is_renewed_silently_and_a_dead_one_leads_to_sign_in(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Still here")
    before = {c["name"]: c["value"] for c in context.cookies()}
    context.clear_cookies(name="todo_access")
    page.reload()
    person.shows("Still here")
    after = {c["name"]: c["value"] for c in context.cookies()}
    assert set(after) == set(before)
    assert after["todo_session"] != before["todo_session"]
    context.clear_cookies()
    context.add_cookies([{"name": "todo_session", "value": "forged", "url": SITE}])
    page.reload()
    expect(page.get_by_text("You were signed out. Sign in again")).to_be_visible()
    assert context.cookies() == []


def test_failures_are_told_in_words(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Stay as you are")
    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    person.task("Stay as you are").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(person.task("Stay as you are")).to_be_checked()
    person.shoot("offline")
    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        context.set_offline(False)
    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        page.get_by_role("button", name="Undo").click()
    expect(person.task("Stay as you are")).not_to_be_checked()
    expect(page.get_by_text("You are offline.")).to_have_count(0)
    page.route("**/api/tasks?*", lambda route: route.fulfill(status=502, body="{}"))
    page.reload()
    expect(page.get_by_text("Your tasks could not be loaded")).to_be_visible()
    again = page.get_by_role("button", name="Try again")
    with page.expect_request("**/api/tasks?*"):
        again.click()
    expect(again).to_be_visible()
    page.unroute("**/api/tasks?*")
    again.click()
    person.shows("Stay as you are")
    person.wrongs = [w for w in person.wrongs if "ERR_INTERNET" not in w and "502" not in w]
