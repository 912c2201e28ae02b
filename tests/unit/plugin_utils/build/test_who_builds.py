"""Who builds for a host: one for all that can share, none for those that cannot."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.build.who_builds import (
    Choice,
    Looked,
    choose,
)

BARE = Looked("bare", engine=False, architecture="")
BARE_TOO = Looked("bare too", engine=False, architecture="")
ONE = Looked("one", engine=True, architecture="amd64")
TWO = Looked("two", engine=True, architecture="amd64")
ARM = Looked("arm", engine=True, architecture="arm64")
OTHER = Looked("other", engine=True, architecture="amd64", project="other")
SELF = Looked("self", engine=True, architecture="amd64", wish="each")
NAMED = [Looked(n, engine=True, architecture="amd64", wish="box") for n in ("x", "y", "z")]
TO_TWO = Looked("x", engine=True, architecture="amd64", wish="two")
ARM_TO_TWO = Looked("x", engine=True, architecture="arm64", wish="two")
KNOWN = ["bare", "one", "two", "arm", "other", "self", "box", "x", "y", "z"]


@pytest.mark.parametrize(
    ("me", "alive", "now", "builder", "lead"),
    [
        (TWO, [BARE, ONE, TWO], [], "one", "one"),
        (ONE, [BARE, ONE, TWO], [], "one", "one"),
        (BARE, [BARE, ONE, TWO], [], "one", "one"),
        (BARE, [BARE], [], "bare", "bare"),
        (BARE, [BARE, BARE_TOO], [], "bare", "bare"),
        (BARE_TOO, [BARE, BARE_TOO], [], "bare", "bare"),
        (ARM, [ONE, TWO, ARM], [], "arm", "arm"),
        (OTHER, [ONE, OTHER], [], "other", "other"),
        (TWO, [SELF, TWO], [], "two", "two"),
        (SELF, [ONE, SELF], [], "self", "self"),
        (TO_TWO, [ONE, TWO, TO_TWO], [], "two", "two"),
        (ARM_TO_TWO, [ONE, TWO, ARM_TO_TWO], [], "x", "x"),
        (NAMED[0], NAMED, ["x", "y", "z"], "box", "x"),
        (NAMED[1], NAMED, ["x", "y", "z"], "box", "x"),
        (NAMED[2], NAMED, ["y", "z"], "box", "y"),
    ],
)
def test_the_builder_of_a_host(
    me: Looked, alive: Sequence[Looked], now: Sequence[str], builder: str, lead: str
) -> None:
    found = choose(me, alive, now, KNOWN)
    assert (found.builder, found.lead) == (builder, lead)


@pytest.mark.parametrize("alive", [[BARE, ONE, TWO, ARM, OTHER, SELF], NAMED, [TWO, TO_TWO]])
def test_who_builds_for_another_builds_for_itself(alive: Sequence[Looked]) -> None:
    now = [one.name for one in alive]
    by_name = {one.name: one for one in alive}
    leads = {choose(one, alive, now, KNOWN).lead for one in alive}
    assert {choose(by_name[name], alive, now, KNOWN).lead for name in leads} == leads


def test_a_builder_that_is_nowhere_is_refused_by_name() -> None:
    me = Looked("x", engine=True, architecture="", wish="tow")
    with pytest.raises(StackError, match="images_builder: there is no host 'tow' in the inventory"):
        choose(me, [me], ["x"], KNOWN)
    controller = Looked("x", engine=True, architecture="", wish="localhost")
    why = "images_builder names it"
    assert choose(controller, [controller], ["x"], KNOWN) == Choice("localhost", "x", why)
