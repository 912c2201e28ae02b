"""Values arrive byte for byte, and only those services restart whose values changed."""

from __future__ import annotations

from typing import Any

AWKWARD = "sk7'q\"é $HOME ${X:-y} `id` \\n \\\\ #a = %s %% \t| \n2nd: {{ '{{ x }}' }} €💡"
ARRIVES = AWKWARD.replace("{{ '{{ x }}' }}", "{{ x }}")


def test_an_awkward_value_arrives_byte_for_byte(eyes: Any, run_play: Any) -> None:
    frontend = eyes.container("frontend").inspect["Id"]
    given = {"stack_secrets": {"backend": {"OPENAI_API_KEY": AWKWARD}}}
    run = run_play("site.yml", "--diff", "-v", variables=given)
    assert run.code == 0, run.output
    environ = eyes.container("backend").environ()
    assert environ.get("OPENAI_API_KEY") == ARRIVES
    assert eyes.container("frontend").inspect["Id"] == frontend
    assert run_play("site.yml", variables=given).recap("todo-environment")["changed"] == 0
    assert "${X:-y}" not in run.output


def test_a_value_that_is_taken_back_is_gone(eyes: Any, run_play: Any) -> None:
    run = run_play("site.yml", "--diff")
    assert run.code == 0, run.output
    assert "OPENAI_API_KEY" not in eyes.container("backend").environ()
