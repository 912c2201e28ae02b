"""The assistant's panel: off without a key, and at work with a stand-in for the model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .browsing import SITE, Person, arrive
from .openai_stand_in import openai_stand_in
from .own_stack import host_address, own_stack
from .test_browser import browser, person, site

__all__ = ["browser", "person", "site"]


def test_without_a_key_the_panel_says_that_it_is_off(person: Person) -> None:
    page = person.page
    person.sign_up()
    if page.request.get(f"{SITE}/api/assistant").json()["available"]:
        pytest.skip("the stack under test has an OPENAI_API_KEY")
    page.get_by_role("button", name="Assistant").click()
    expect(page.get_by_text("The assistant is off")).to_be_visible()
    person.shoot("assistant-off")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Assistant")).to_be_focused()
    message = {"messages": [{"role": "user", "content": "Hello"}]}
    answer = page.request.post(f"{SITE}/api/assistant", data=message)
    assert answer.status == 503
    assert "OPENAI_API_KEY" in answer.json()["detail"]


@pytest.fixture
def helped(browser: Browser) -> Iterator[Person]:
    """Somebody whose installation has an assistant."""
    with openai_stand_in(host_address()) as model:
        key = {"OPENAI_API_KEY": "stand-in-0123456789abcdef", "OPENAI_BASE_URL": model}
        with own_stack(key) as address:
            context, person = arrive(browser, address)
            yield person
            context.close()
            assert person.wrongs == []


def test_the_assistant_does_as_it_is_told_and_the_list_shows_it(helped: Person) -> None:
    page = helped.page
    helped.sign_up()
    page.get_by_role("button", name="Assistant").click()
    message = page.get_by_label("Your message")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    message.fill("Buy stamps")
    message.press("Enter")
    log = page.get_by_role("log")
    expect(log.get_by_text("Added “Buy stamps”")).to_be_visible()
    expect(log.get_by_text("It is on your list.")).to_be_visible()
    helped.shoot("assistant")
    page.get_by_role("button", name="Close").click()
    helped.shows("Buy stamps")
    page.get_by_role("button", name="Assistant").click()
    expect(log.get_by_text("It is on your list.")).to_be_visible()


@pytest.mark.parametrize("leaves", ["Esc", "reload", "failure", "session"])
def test_what_was_written_to_the_assistant_is_there_again(helped: Person, leaves: str) -> None:
    page, context = helped.page, helped.page.context
    helped.sign_up()
    button = page.get_by_role("button", name="Assistant")
    button.click()
    message = page.get_by_label("Your message")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    message.fill("Buy stamps")
    if leaves == "Esc":
        page.keyboard.press("Escape")
        button.click()
    elif leaves == "reload":
        page.reload()
        button.click()
    elif leaves == "failure":
        page.route("**/api/assistant", lambda route: route.fulfill(status=502, body="{}"))
        message.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        page.unroute("**/api/assistant")
    else:
        context.clear_cookies()
        context.add_cookies([{"name": "todo_session", "value": "forged", "url": helped.site}])
        message.press("Enter")
        expect(page.get_by_text("Sign in again to go on where you were.")).to_be_visible()
        helped.sign_in()
        button.click()
    expect(message).to_have_value("Buy stamps")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    message.press("Enter")
    expect(page.get_by_role("log").get_by_text("Added “Buy stamps”")).to_be_visible()
    expect(message).to_have_value("")
    helped.wrongs = [each for each in helped.wrongs if "status of 5" not in each]
