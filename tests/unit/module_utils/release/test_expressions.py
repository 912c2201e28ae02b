"""The controller's JMESPath works on a host that has none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import packed_library

ROOT = Path(__file__).parents[4]
SCRIPT = """
import json, sys
from ansible_collections.todo.stack.plugins.module_utils.release.expressions import load
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation
before = list(sys.path)
library = load(sys.stdin.read())
meets = expectation(library)
asked = ["status == 'ok'", "length(rows[?done]) == `1`", "status"]
body = {"status": "ok", "rows": [{"done": True}, {"done": False}]}
print(json.dumps([library.__file__, sys.path == before, [meets(one, body) for one in asked]]))
"""


def test_the_packed_library_works_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "ansible_collections").symlink_to(ROOT / ".dev" / "ansible_collections")
    done = subprocess.run(
        # -S: without the packages of this environment.
        [sys.executable, "-S", "-c", SCRIPT],
        input=packed_library(), cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    file, path_is_clean, verdicts = json.loads(done.stdout)
    assert ".zip/jmespath" in file
    assert path_is_clean
    assert verdicts == [True, True, False]
