"""Nothing typed is lost: offline, by a failed save, by a reload, by a session that ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from .browsing import NOTHING_AHEAD, PASSWORD, SITE, Person
from .test_browser import browser, other, person, site

__all__ = ["browser", "other", "person", "site"]
OFFLINE = ("ERR_INTERNET", "ERR_FAILED", "status of 5", "ChunkLoad", "Failed to load")


def forgive(person: Person, *words: str) -> None:
    """Take what a test did on purpose out of what went wrong."""
    person.wrongs = [w for w in person.wrongs if not any(each in w for each in (*OFFLINE, *words))]


def write_notes(page: Page, title: str, notes: str) -> None:
    """Open a task's editor and write into it, without saving."""
    page.get_by_role("button", name=title, exact=True).click()
    page.get_by_label("Notes").fill(notes)


def saved(person: Person) -> list[dict[str, str]]:
    """Return the account's tasks as the server has them."""
    found: list[dict[str, str]] = person.page.request.get(f"{SITE}/api/tasks").json()["items"]
    return found


@pytest.mark.parametrize("opens", ["Assistant", "editor"])
def test_what_comes_later_comes_also_after_a_time_offline(person: Person, opens: str) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Stay")
    page.add_init_script(NOTHING_AHEAD)
    page.reload()
    expect(person.task("Stay")).to_be_visible()
    page.route("**/_next/static/**", lambda route: route.abort())
    button = page.get_by_role(
        "button", name="Assistant" if opens == "Assistant" else "Stay", exact=True
    )
    button.click()
    page.wait_for_timeout(3000)
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    person.shows("Stay")
    page.unroute("**/_next/static/**")
    wanted = page.get_by_role("dialog") if opens == "Assistant" else page.get_by_label("Notes")
    expect(wanted).to_be_visible(timeout=10_000)
    context.set_offline(False)
    forgive(person)


def test_code_that_comes_later_is_there_offline(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Stay")
    page.wait_for_timeout(3000)
    context.set_offline(True)
    page.get_by_role("button", name="Stay", exact=True).click()
    expect(page.get_by_label("Notes")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Assistant").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    context.set_offline(False)
    forgive(person)


def test_back_online_the_list_is_fresh_as_long_and_its_editor_open(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    for number in range(60):
        page.request.post(
            f"{SITE}/api/tasks", data={"title": f"Task {number}"}, headers={"Origin": SITE}
        )
    page.reload()
    page.get_by_role("button", name="Show more tasks").click()
    expect(page.locator("ul [type=checkbox]")).to_have_count(60)
    write_notes(page, "Task 40", "half a sentence")
    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    task = next(each for each in saved(person) if each["title"] == "Task 59")
    page.request.patch(
        f"{SITE}/api/tasks/{task['id']}", data={"title": "Changed"}, headers={"Origin": SITE}
    )
    context.set_offline(False)
    expect(person.task("Changed")).to_be_visible()
    expect(page.locator("ul [type=checkbox]")).to_have_count(59)
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")
    expect(page.get_by_label("Notes")).to_be_focused()
    forgive(person)


@pytest.mark.parametrize("leaves", ["Esc", "another row", "reload", "sort"])
def test_an_editor_left_in_any_way_keeps_what_was_written(person: Person, leaves: str) -> None:
    page = person.page
    person.sign_up()
    person.add("Alpha")
    person.add("Beta")
    write_notes(page, "Alpha", "half a sentence")
    if leaves == "Esc":
        page.keyboard.press("Escape")
    elif leaves == "another row":
        page.get_by_role("button", name="Beta", exact=True).click()
    elif leaves == "reload":
        page.reload()
    else:
        page.get_by_label("Sort").select_option("title")
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="Unsaved changes").click()
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Unsaved changes")).to_have_count(0)
    page.reload()
    expect(person.task("Alpha")).to_be_visible()
    expect(page.get_by_role("button", name="Unsaved changes")).to_have_count(0)
    assert all(each["notes"] == "" for each in saved(person))


@pytest.mark.parametrize("status", [0, 503, 422])
def test_a_save_that_fails_loses_nothing(person: Person, status: int) -> None:
    page = person.page
    person.sign_up()
    person.add("Alpha")

    def fail(route: Route) -> None:
        if route.request.method in ("PATCH", "POST"):
            route.abort() if status == 0 else route.fulfill(status=status, body="{}")
        else:
            route.continue_()

    page.route("**/api/tasks**", fail)
    write_notes(page, "Alpha", "a whole page")
    page.get_by_role("button", name="Save").click()
    if status == 422:
        expect(page.get_by_role("alert").get_by_text("was not changed")).to_be_in_viewport()
        page.get_by_role("button", name="Unsaved changes").click()
        expect(page.get_by_label("Notes")).to_have_value("a whole page")
        page.unroute("**/api/tasks**")
        page.get_by_role("button", name="Save").click()
    else:
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        expect(page.get_by_text("a whole page")).to_be_visible()
        person.task_field.fill("Beta")
        person.task_field.press("Enter")
        expect(page.get_by_text("Not saved yet")).to_have_count(2)
        page.unroute("**/api/tasks**")
        page.reload()
        expect(person.task("Beta")).to_be_visible()
    expect(page.get_by_text("a whole page")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Not saved yet")).to_have_count(0, timeout=10_000)
    expect(page.get_by_role("button", name="Unsaved changes")).to_have_count(0)
    titles = [each["title"] for each in saved(person)]
    assert sorted(titles) == (["Alpha"] if status == 422 else ["Alpha", "Beta"])
    assert "a whole page" in [each["notes"] for each in saved(person)]
    forgive(person)


def test_after_a_session_that_ended_one_goes_on_where_one_was(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Alpha #home")
    page.get_by_label("Tag", exact=True).select_option("home")
    expect(page).to_have_url(f"{SITE}/tasks?tag=home")
    write_notes(page, "Alpha", "half a sentence")
    person.task_field.fill("Not entered yet")
    context.clear_cookies()
    context.add_cookies([{"name": "todo_session", "value": "forged", "url": SITE}])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Sign in again to go on where you were.")).to_be_visible()
    person.sign_in()
    expect(page).to_have_url(f"{SITE}/tasks?tag=home")
    expect(person.task_field).to_have_value("Not entered yet")
    expect(page.get_by_text("half a sentence")).to_be_visible()
    assert saved(person)[0]["notes"] == "half a sentence"


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere"])
def test_signing_in_leads_nowhere_else(person: Person, to: str) -> None:
    person.sign_up()
    person.page.context.clear_cookies()
    person.page.goto(f"{SITE}/sign-in?why=over&to={to}")
    person.sign_in()
    expect(person.page).to_have_url(f"{SITE}/tasks")


def test_a_page_of_another_account_notices_in_all_tabs(person: Person, other: Person) -> None:
    first, context = person.page, person.page.context
    person.sign_up()
    person.add("Ada's own")
    write_notes(first, "Ada's own", "half a sentence")
    other.sign_up("Grace Hopper")
    second = context.new_page()
    second.goto(f"{SITE}/settings")
    second.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Sign in to see your tasks.")).to_be_visible()
    second.get_by_label("E-mail").fill(other.email)
    second.get_by_label("Password").fill(PASSWORD)
    second.get_by_role("button", name="Sign in").click()
    expect(second.get_by_text("Nothing to do")).to_be_visible()
    first.goto(f"{SITE}/tasks")
    expect(first.get_by_text("Nothing to do")).to_be_visible()
    expect(first.get_by_text("Ada's own")).to_have_count(0)


def test_a_write_for_another_account_is_not_done(person: Person, other: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Ada's own")
    other.sign_up("Grace Hopper")
    # No word of it reaches the page: as if another browser window had been restored.
    context.clear_cookies()
    page.request.post(f"{SITE}/api/auth/sign-in", data={"email": other.email, "password": PASSWORD})
    person.task_field.fill("Meant for Ada")
    person.task_field.press("Enter")
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    assert saved(other) == []


@pytest.mark.parametrize("enters", [False, True])
def test_what_was_typed_before_the_page_listens_is_kept(person: Person, enters: bool) -> None:
    page = person.page
    person.sign_up()
    for line in ("Alpha !high", "Beta", "Beta too !high"):
        person.add(line)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    scripts = "**/_next/static/**/*.js"
    page.route(scripts, hold)
    page.reload(wait_until="commit")
    person.task_field.fill("Buy stamps #home")
    if enters:
        person.task_field.press("Enter")
    page.get_by_label("Search your tasks").fill("beta")
    page.get_by_text("All", exact=True).click()
    page.get_by_label("Priority").select_option("high")
    for route in held:
        route.continue_()
    page.unroute(scripts)
    person.shows("Beta too")
    expect(page).to_have_url(f"{SITE}/tasks?q=beta&show=all&priority=high")
    expect(person.task_field).to_have_value("Buy stamps #home")
    expect(page.get_by_text("#home", exact=True)).to_be_visible()
    page.reload()
    expect(person.task_field).to_have_value("Buy stamps #home")
    person.shows("Beta too")


def test_a_deleted_account_leaves_nothing_on_the_device(person: Person) -> None:
    page, context = person.page, person.page.context
    person.sign_up()
    person.add("Alpha")
    write_notes(page, "Alpha", "a secret of mine")
    other_tab = context.new_page()
    other_tab.goto(f"{SITE}/tasks")
    other_tab.get_by_label("What is to be done?").fill("another secret")
    kept = "JSON.stringify(Object.entries(localStorage))"
    assert all(words in page.evaluate(kept) for words in ("a secret", "another secret"))
    page.goto(f"{SITE}/settings")
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("Your account and all its tasks are deleted.")).to_be_visible()
    expect(other_tab.get_by_text("Sign in to see your tasks.")).to_be_visible()
    assert page.evaluate(kept) == "[]"
