"""What version 0.1.0 left on a host, its files in the root of the state: taken over as it is."""

from __future__ import annotations

from typing import Any

from ansible_collections.todo.stack.molecule.accounts import Account
from ansible_collections.todo.stack.molecule.eyes import STATE_ROOT, Eyes

# One stack's files in the root, no record of a release, every service by the name `latest`.
FLATTEN = """
cd "$0"; mv todo/*.json todo/compose.yaml .; rm -rf todo
sed -i -E 's/(todo-(backend|frontend)):[0-9a-f]{12}/\\1:latest/' environment.json
echo '{"turns": []}' > turns.json
docker compose -p todo -f compose.yaml -f environment.json up -d --wait 2>&1
"""


def test_a_flat_folder_is_taken_over_with_secrets_and_data(eyes: Eyes, run_play: Any) -> None:
    account = Account(eyes).sign_up()
    secrets = eyes.state("secrets.json")
    eyes.sh(FLATTEN, STATE_ROOT)
    run = run_play("site.yml")
    assert run.code == 0, run.output
    assert eyes.state("secrets.json") == secrets
    assert account.signs_in()
    assert eyes.sh('ls "$0"', STATE_ROOT).split() == ["todo"]
    assert run_play("site.yml").recap("todo-stacks")["changed"] == 0
