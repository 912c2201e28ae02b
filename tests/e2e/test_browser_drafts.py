"""Whose draft, which tab, once or twice: what tabs, reloads and lost answers must not mix up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from .browsing import NOTHING_AHEAD, PASSWORD, SITE, Person
from .test_browser import browser, other, person, site
from .test_browser_kept import forgive, saved, write_notes

__all__ = ["browser", "other", "person", "site"]
WRITES = ("POST", "PATCH", "DELETE")
WAKE = "window.dispatchEvent(new Event('online'))"


def out_of_reach(status: int) -> Callable[[Route], None]:
    """Have every write about tasks fail; reads go through."""

    def answer(route: Route) -> None:
        if route.request.method not in WRITES:
            route.continue_()
        elif status == 0:
            route.abort()
        else:
            route.fulfill(status=status, body="{}")

    return answer


def sign_in_at(page: Page, person: Person) -> None:
    """Sign somebody in with the form of a page."""
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def expect_line(page: Page, words: str) -> None:
    """Expect these words in the line for a new task; for none, give drafts time to come."""
    expect(page.get_by_role("region", name="Tasks")).to_have_attribute("aria-busy", "false")
    if not words:
        page.wait_for_timeout(1500)
    expect(page.get_by_label("What is to be done?")).to_have_value(words)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_what_was_done_and_its_answer_lost_is_done_once(person: Person, method: str) -> None:
    page = person.page
    person.sign_up()
    person.add("Alpha")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == method and len(lost) < 2:
            lost.append(method)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/tasks**", lose)
    if method == "POST":
        person.task_field.fill("Beta")
        person.task_field.press("Enter")
    elif method == "PATCH":
        person.task("Alpha").click()
    else:
        person.task("Alpha").focus()
        page.keyboard.press("Delete")
    if method != "DELETE":
        expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.wait_for_timeout(500)
    page.evaluate(WAKE)
    page.wait_for_timeout(500)
    with page.expect_response(lambda r: r.request.method == method and r.status < 500):
        page.evaluate(WAKE)
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    expected = {"POST": ["Alpha", "Beta"], "PATCH": ["Alpha"], "DELETE": []}[method]
    assert sorted(each["title"] for each in saved(person)) == expected
    page.reload()
    page.get_by_text("All", exact=True).click()
    person.shows(*expected)
    assert len(lost) == 2
    forgive(person)


@pytest.mark.parametrize("status", [0, 502])
def test_all_that_waits_is_kept_over_a_reload_and_sent_in_its_order(
    person: Person, status: int
) -> None:
    page = person.page
    person.sign_up()
    for title in ("Alpha", "Beta", "Gamma"):
        person.add(title)
    away = out_of_reach(status)
    page.route("**/api/tasks**", away)
    person.task_field.fill("Delta")
    person.task_field.press("Enter")
    for title, notes in (("Alpha", "one"), ("Alpha", "two"), ("Delta", "of a new one")):
        write_notes(page, title, notes)
        page.get_by_role("button", name="Save").click()
    write_notes(page, "Delta", "half a sentence")
    page.keyboard.press("Escape")
    for title in ("Beta", "Gamma"):
        person.task(title).focus()
        page.keyboard.press("Delete")
    page.get_by_role("button", name="Undo").click()
    expect(person.task("Beta")).to_have_count(0)
    expect(page.get_by_text("Not saved yet")).to_have_count(3)
    page.reload()
    # The list came from the server, which knows nothing yet.
    expect(page.get_by_text("Not saved yet")).to_have_count(3)
    person.shows("Alpha", "Gamma", "Delta")
    expect(page.get_by_text("two")).to_be_visible()
    page.unroute("**/api/tasks**", away)
    page.evaluate(WAKE)
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    expected = {"Alpha": "two", "Gamma": "", "Delta": "of a new one"}
    # What is sent next, and at once, is not marked in between.
    for _ in range(50):
        found = {each["title"]: each["notes"] for each in saved(person)}
        if found == expected:
            break
        page.wait_for_timeout(100)
    assert found == expected
    page.get_by_role("button", name="Unsaved changes").click()
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")
    forgive(person)


def test_two_tabs_disturb_each_other_in_nothing(person: Person) -> None:
    first, context = person.page, person.page.context
    person.sign_up()
    person.add("Alpha")
    person.task_field.fill("Written in the first")
    write_notes(first, "Alpha", "first")
    second = tab(context)
    expect_line(second, "")
    expect(second.get_by_role("button", name="Unsaved changes")).to_have_count(0)
    second.get_by_label("What is to be done?").fill("Written in the second")
    write_notes(second, "Alpha", "second")
    for page, word in ((first, "first"), (second, "second"), (first, "first")):
        page.reload()
        expect_line(page, f"Written in the {word}")
        page.get_by_role("button", name="Unsaved changes").click()
        expect(page.get_by_label("Notes")).to_have_value(word)
    # By way of another page, while the other tab goes on.
    first.goto(f"{SITE}/settings")
    second.evaluate(WAKE)
    expect_line(second, "Written in the second")
    first.goto(f"{SITE}/tasks")
    expect_line(first, "Written in the first")
    # A tab that is closed leaves its line to the page that comes next, not to one that is there.
    second.close()
    first.evaluate(WAKE)
    expect_line(first, "Written in the first")
    expect_line(tab(context), "Written in the second")


def test_what_a_closed_tab_had_to_send_is_sent_by_another(person: Person) -> None:
    first, context = person.page, person.page.context
    person.sign_up()
    second = tab(context)
    second.route("**/api/tasks**", out_of_reach(503))
    second.get_by_label("What is to be done?").fill("From a tab that closes")
    second.get_by_label("What is to be done?").press("Enter")
    expect(second.get_by_text("Not saved yet")).to_be_visible()
    first.evaluate(WAKE)
    second.close()
    expect(person.task("From a tab that closes")).to_be_visible()
    expect(first.get_by_text("Not saved yet")).to_have_count(0)
    assert [each["title"] for each in saved(person)] == ["From a tab that closes"]
    forgive(person)


def tab(context: BrowserContext) -> Page:
    """Open the list in one more tab."""
    page = context.new_page()
    page.goto(f"{SITE}/tasks")
    expect(page.get_by_role("region", name="Tasks")).to_have_attribute("aria-busy", "false")
    return page


def test_what_was_refused_stays_told_while_the_list_is_fetched_anew(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Alpha")
    page.route("**/api/tasks/*", lambda route: route.fulfill(status=422, body="{}"))
    person.task("Alpha").click()
    alert = page.get_by_role("alert").get_by_text("“Alpha” was not changed.")
    expect(alert).to_be_visible()
    with page.expect_response("**/api/tasks?*"):
        page.evaluate(WAKE)
    page.wait_for_timeout(300)
    expect(alert).to_be_visible()
    page.get_by_role("button", name="Close this message").click()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("known", [True, False])
def test_no_request_goes_out_unmarked(person: Person, known: bool) -> None:
    page = person.page
    person.sign_up()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    asked: list[tuple[str, str | None]] = []
    if not known:
        page.evaluate("localStorage.clear()")
        page.route("**/api/auth/me", hold)
    page.on(
        "request",
        lambda r: (
            asked.append((r.url.removeprefix(SITE), r.headers.get("x-account")))
            if "/api/" in r.url
            else None
        ),
    )
    page.reload()
    expect(page.get_by_label("What is to be done?")).to_be_visible()
    if not known:
        page.wait_for_timeout(1000)
        assert [path for path, _ in asked] == ["/api/auth/me"]
        held[0].continue_()
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    person.add("Mine")
    unmarked = [path for path, account in asked if account is None]
    assert unmarked == ([] if known else ["/api/auth/me"])
    assert [each["title"] for each in saved(person)] == ["Mine"]


def test_a_page_shows_whoever_signs_in_elsewhere_and_keeps_the_first_ones_drafts(
    person: Person, other: Person
) -> None:
    first, context = person.page, person.page.context
    other.sign_up("Grace Hopper")
    other.add("Grace's own")
    second = context.new_page()
    second.goto(f"{SITE}/sign-in")
    person.sign_up()
    person.add("Ada's own")
    person.task_field.fill("Not entered yet")
    write_notes(first, "Ada's own", "half a sentence")
    sign_in_at(second, other)
    for page in (second, first):
        expect(page.get_by_role("checkbox", name="Grace's own")).to_be_visible()
        expect(page.get_by_text("Ada's own")).to_have_count(0)
        expect_line(page, "")
    person.add("Also Grace's")
    assert [each["title"] for each in saved(other)] == ["Also Grace's", "Grace's own"]
    second.goto(f"{SITE}/settings")
    second.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Sign in to see your tasks.")).to_be_visible()
    person.sign_in()
    person.shows("Ada's own")
    expect_line(first, "Not entered yet")
    first.get_by_role("button", name="Unsaved changes").click()
    expect(first.get_by_label("Notes")).to_have_value("half a sentence")


def test_a_page_older_than_its_server_comes_anew_when_nothing_is_lost_by_it(person: Person) -> None:
    page = person.page
    person.sign_up()
    person.add("Alpha")
    person.task_field.fill("Not entered yet")
    write_notes(page, "Alpha", "half a sentence")

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-build": "another"})

    page.route("**/api/tags", newer)
    page.evaluate("window.old = true")
    with page.expect_response("**/api/tags"):
        page.evaluate(WAKE)
    page.unroute("**/api/tags", newer)
    page.wait_for_timeout(2500)
    assert page.evaluate("window.old")
    with page.expect_navigation():
        page.keyboard.press("Escape")
    expect_line(page, "Not entered yet")
    assert not page.evaluate("Boolean(window.old)")
    page.get_by_role("button", name="Unsaved changes").click()
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")


def test_an_editor_that_comes_late_neither_takes_the_focus_nor_keeps_a_page_old(
    person: Person,
) -> None:
    page = person.page
    person.sign_up()
    person.add("Stay")
    page.add_init_script(NOTHING_AHEAD)
    page.reload()
    expect(person.task("Stay")).to_be_visible()
    page.evaluate("window.old = true")

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-build": "another"})

    # As after a release: the chunks are others, and the answers say so.
    chunks = "**/_next/static/chunks/**"
    page.route(chunks, lambda route: route.fulfill(status=404))
    page.route("**/api/**", newer)
    person.task_field.fill("Not entered yet")
    page.get_by_role("button", name="Stay", exact=True).click()
    search = page.get_by_label("Search your tasks")
    search.fill("st")
    page.unroute(chunks)
    expect(page.get_by_label("Notes")).to_be_visible()
    page.keyboard.type("ay")
    expect(search).to_have_value("stay")
    page.wait_for_timeout(2500)
    assert page.evaluate("window.old")
    page.get_by_role("button", name="Cancel").focus()
    with page.expect_event("load", timeout=20_000):
        page.keyboard.press("Enter")
    page.unroute("**/api/**")
    assert not page.evaluate("Boolean(window.old)")
    expect_line(page, "Not entered yet")
    expect(search).to_have_value("stay")
    person.shows("Stay")
    forgive(person, "chunk", "404")
