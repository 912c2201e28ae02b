"""What was changed by hand is seen by a preview, and repaired by a plain run."""

from __future__ import annotations

from typing import Any

import pytest

HOST = "todo-faults"
BY_HAND = {
    "a network removed": "for each in $(docker ps -aq); do"
    " docker network disconnect -f todo_default $each; done; docker network rm todo_default",
    "a network added": "docker network connect bridge todo-backend-1",
    "the environment edited": 'sed -i \'s/"NODE_ENV": "production"/"NODE_ENV": "test"/\''
    " /var/lib/todo-stack/todo/environment.json",
    "a container frozen": "docker pause todo-backend-1",
    "a container renamed": "docker rename todo-backend-1 todo-other",
}


@pytest.mark.usefixtures("healed")
@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_changed_by_hand_is_repaired(change: str, eyes: Any, run_play: Any) -> None:
    eyes.run("sh", "-c", BY_HAND[change])
    assert run_play("site.yml", "--check").recap(HOST)["changed"] > 0
