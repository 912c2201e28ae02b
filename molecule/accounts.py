"""People of the application: seen through the page's own origin, as a browser would."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

from ansible_collections.todo.stack.molecule.eyes import Eyes

POST = """
import json, sys, urllib.error, urllib.request
url, body = sys.argv[1:]
request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
try:
    answer = urllib.request.urlopen(request, timeout=20)
except urllib.error.HTTPError as refusal:
    answer = refusal
print(answer.status, answer.read(1000).decode())
"""


@dataclass(frozen=True)
class Account:
    """Somebody who has signed up at the stack whose page is at ``port``."""

    eyes: Eyes
    port: int = 3000
    email: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:12]}@example.org")
    password: str = field(default_factory=lambda: uuid.uuid4().hex)

    def sign_up(self) -> Account:
        """Make the account."""
        given = {"email": self.email, "password": self.password, "name": "A Tester"}
        status, told = self._post("sign-up", given)
        assert status == 201, told
        return self

    def signs_in(self) -> bool:
        """Tell whether the stack knows the account, with its database behind it."""
        status, told = self._post("sign-in", {"email": self.email, "password": self.password})
        assert status in {200, 401}, f"{status} {told}"
        return status == 200

    def _post(self, path: str, given: dict[str, str]) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.port}/api/auth/{path}"
        out = self.eyes.run("python3", "-c", POST, url, json.dumps(given))
        status, _, told = out.partition(" ")
        return int(status), told
