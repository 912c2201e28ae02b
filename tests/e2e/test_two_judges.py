"""What the preflight refuses, the image's own check refuses too; thousands of values go to both."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.look.environment import make_secret
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import load_contracts

ROOT = Path(__file__).parents[2]
SERVICE, IMAGE = "backend", "todo-backend:latest"
Values = dict[str, str]

# `python -m app.check`, once for each line of its input.
JUDGE = """
import contextlib, io, json, os, sys
from app.check import main
kept = dict(os.environ)
for line in sys.stdin:
    os.environ.clear()
    os.environ.update({**kept, **json.loads(line)})
    with contextlib.redirect_stdout(io.StringIO()) as told:
        main()
    print(json.dumps([one.partition(":")[0] for one in told.getvalue().splitlines()]), flush=True)
"""
# What an application cannot know: that it is in a container, which port its container has, and
# that the contract wants a text where an empty one counts as none.
BEYOND_THE_IMAGE = ("points to localhost", "is loopback", "differs from the contract's", "is empty")

URL = "postgresql://todo:npg_Ab12@db:5432/todo"
SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
WORDS = (
    *("changeme", "your", "my", "secret", "key", "password", "here", "test", "todo", "xxx", "a",
    "none"),
    *("sk-", "sk-proj-", "<", ">", "[", "]", "{", "}", "${", "...", "\u2026", "*", "EMPTY",
    "ollama"),
)  # fmt: skip
ODD = "\"' \t\n\r#$%@:/?&=+,;\\`~^|!()*-_.0159aZ\u00e9\u4e16\U0001f600\u00a0\u2028\x07\x7f\udcff"
SOUND: dict[str, list[str]] = {
    "HOST": ["0.0.0.0",  # noqa: S104  judged, not bound
             "::", "::1", "localhost", "fe80::1%eth0", "my-host.local", "224.0.0.1", "0",
             "255.255.255.255", "::ffff:10.0.0.1", "172.18.0.3", "-x", "[::]", "nowhere", "127.1"],
    "PORT": ["8000", "08000", "+8000", "8_000", "8000.0", "0", "65535", "65536", "1e3", "0x50",
             "-1",
             "\u0668\u0660\u0660\u0660", " 8000"],
    "DATABASE_URL": [
        URL, URL.replace("postgresql", "postgres"),
        f"{URL}?sslmode=require&channel_binding=require",
        f"{URL}?pool_timeout=5&connection_limit=1&schema=app", f"{URL}?sslmode=no-verify",
        "postgresql://db/todo?user=a%40b&password=p", "postgresql://db/todo?user=a@b", f"{URL}#x",
        "postgresql://todo@db/x?application_name=a@b", "postgresql://u:p@[2001:db8::1]:5432/x",
        "postgresql://u:p@h1:1,h2:2/x", "postgresql://u:p@h1,h2/x", "postgresql://u:p@db:/x",
        "postgresql://u:p@db:05432/x", "postgresql://u:p[w]@db/x", "postgresql://u:p/w@db/x",
        "postgresql://u:p?w@db/x", "postgresql://u:1/w@db/x", "postgresql://u:p@w@db/x",
        "postgresql://u:p@%2Frun/x", "postgresql:///x?host=/run", f"{URL}?host=localhost",
        "postgresql://u:p@b\u00fccher/x", "postgresql://u:@db/x", "POSTGRESQL://u:p@db/x",
        *(f"postgresql://u:{word}@db/x" for word in ("password", "todo", "test", "secret",
        "postgres")),
    ],
    "OPENAI_API_KEY": ["sk-proj-" + SECRET, "ollama", "none", "x", "EMPTY", "sk-1234", "not-needed",
                       "sk-xxx", "changeme", "your-key", "abab", "-", "lm-studio", "sk-", "null",
                       "1"],
    "OPENAI_BASE_URL": ["https://api.example.com/v1", "http://ollama:11434/v1", "http://[::1]:1/v1",
                        "HTTP://X/", "http://u:p@x/", "http://x/a@b", "http://x:/v1",
                        "http://$(id)/",
                        "http://b\u00fccher.example/v1", "http://x/%zz", "http://x:99999",
                        "http://x?y"],
    "OPENAI_MODEL": ["gpt-4.1-mini", "my-secret-model", "llama3:8b", "test", "*", "org/model",
                     "[a]"],
    "FORWARDED_ALLOW_IPS": ["*", " *", "10.0.0.1, 192.168.7.0/24", "fd00::/8", "proxy",
                            "10.0.0.1/24",
                            "10.0.0.1,*", "::1", ","],
    "METRICS_TOKEN": [SECRET, f"sk-{SECRET}", f"your-{SECRET}", "secretkey" * 4,
                      "0123456789abcdef" * 2],
    "BETTER_AUTH_SECRET": [
        SECRET, *(f"{start}{SECRET}" for start in WORDS), *(f"{SECRET}{end}" for end in WORDS),
        f"my-secret-key-{SECRET}", f"<{SECRET}>", f"[{SECRET}]", f"{{{SECRET}}}", SECRET[:31],
        f"deadbeefdeadbeef{SECRET}", "correct horse battery staple and some more", f"{SECRET}=",
    ],
}  # fmt: skip


def bent(rng: random.Random, sound: list[str]) -> str:
    """Return a value of these, with something put in, taken out, doubled or replaced."""
    text = rng.choice(sound)
    for _ in range(rng.randint(0, 3)):
        at = rng.randint(0, len(text))
        piece = rng.choice(
            [rng.choice(ODD), rng.choice(WORDS), rng.choice(sound)[: rng.randint(1, 9)]]
        )
        text = rng.choice([
            text[:at] + piece + text[at:], text[:at] + text[at + rng.randint(1, 4):], text[:at],
            text[:at] + piece + text[at + 1:], f"{piece}{text}{piece}", text * 2, piece * 8,
        ])[:200]  # fmt: skip
    return text


def made_of_words(rng: random.Random) -> str:
    """Return what people write in place of a secret, or nearly so."""
    return rng.choice(["", "-", "_", " "]).join(rng.choices(WORDS, k=rng.randint(1, 9)))


def environments(rng: random.Random, count: int) -> Iterator[Values]:
    """Yield environments with one value in question each; a key of OpenAI also beside a server."""
    for name, sound in SOUND.items():
        makers: list[Callable[[], str]] = [lambda sound=sound: bent(rng, sound)]  # type: ignore[misc]
        makers += [lambda: made_of_words(rng)] if name.endswith(("KEY", "SECRET", "TOKEN")) else []
        for value in [*sound, *(rng.choice(makers)() for _ in range(count))]:
            if value:
                yield {"DATABASE_URL": URL, name: value}
                if name == "OPENAI_API_KEY":
                    yield {
                        "DATABASE_URL": URL,
                        name: value,
                        "OPENAI_BASE_URL": "http://ollama:1/v1",
                    }
    for _ in range(count):
        yield {"DATABASE_URL": URL, "BETTER_AUTH_SECRET": make_secret()}


def refused_before(values: Values) -> set[str]:
    """Return the names that the preflight refuses."""
    [contract] = load_contracts(ROOT, [SERVICE])
    secret = {name: value for name, value in values.items() if contract.env[name].secret}
    plain = {name: value for name, value in values.items() if name not in secret}
    found = validate_environment([contract], Given({SERVICE: plain}, {SERVICE: secret}))
    return {
        problem.where.rpartition(".")[2]
        for problem in found
        if not problem.what.startswith(BEYOND_THE_IMAGE)
    }


def judged_by_the_image(tried: list[Values]) -> list[set[str]]:
    """Return the names that `python -m app.check` of the image names, for each environment."""
    run = [
        "docker",
        "run",
        "--rm",
        "-i",
        "--network=none",
        "--entrypoint=python",
        IMAGE,
        "-c",
        JUDGE,
    ]
    told = subprocess.run(
        run, input="".join(f"{json.dumps(one)}\n" for one in tried), capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    return [set(json.loads(line)) for line in told.stdout.splitlines()]


@pytest.mark.usefixtures("stack")
def test_the_preflight_refuses_nothing_that_the_image_takes() -> None:
    tried = list(environments(random.Random(20260118), 700))  # noqa: S311  reproducible
    before, image = [refused_before(one) for one in tried], judged_by_the_image(tried)
    assert len(image) == len(tried) > 5_000
    assert [(one, early) for one, early, late in zip(tried, before, image) if early - late] == []
    # Both kinds are among them, of every variable: a judge that refuses nothing would pass above.
    for name in SOUND:
        answers = {name in early for one, early in zip(tried, before) if name in one}
        assert answers == {True, False}, name


@pytest.mark.usefixtures("stack")
def test_a_made_secret_passes_both() -> None:
    tried = [{"DATABASE_URL": URL, "BETTER_AUTH_SECRET": make_secret()} for _ in range(2_000)]
    assert [one for one in tried if refused_before(one)] == []
    assert [found for found in judged_by_the_image(tried) if found] == []
