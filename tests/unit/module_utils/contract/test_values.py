"""One variable's value: every rule by name, and never the value in a message."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import is_bind_address
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.urls import split_url
from ansible_collections.todo.stack.plugins.module_utils.contract.values import (
    advice,
    check_value,
)

TEXT = Variable(purpose="")
SECRET = Variable(purpose="", secret=True, required=True, min_length=32, generate=True)
PORT = Variable(purpose="", type="port")
DATABASE = Variable(purpose="", type="postgres_url", secret=True, required=True)
WEB = Variable(purpose="", type="url")
BASE = Variable(purpose="", type="base_url")
ADDRESS = Variable(purpose="", type="bind_address")
NETWORKS = Variable(purpose="", type="networks")
SWITCH = Variable(purpose="", type="boolean")
COUNT = Variable(purpose="", type="integer")
CACHE = Variable(purpose="", type="url", schemes=("redis", "rediss"))
ANY = Variable(purpose="", type="url", schemes=("*",))
ASYNC = Variable(purpose="", type="postgres_url", secret=True, schemes=("postgresql+asyncpg",))
GOOD_SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
ALL = "0.0.0.0"  # noqa: S104  judged, not bound
LOCAL = "points to localhost, which inside a container is the container itself"

BAD = [
    (TEXT, None, "is null where a text is meant"),
    (TEXT, True, "is a YAML boolean where a text is meant"),
    (TEXT, 83, "is a YAML number where a text is meant"),
    (TEXT, 1e3, "is a YAML number where a text is meant"),
    (TEXT, datetime.date(2026, 1, 18), "is a YAML date or time where a text is meant"),
    (TEXT, datetime.datetime(2026, 1, 18), "is a YAML date or time where a text is meant"),
    (TEXT, ["a"], "is a list where a text is meant"),
    (TEXT, {"a": 1}, "is a mapping where a text is meant"),
    (TEXT, b"a", "is binary where a text is meant"),
    (TEXT, "", "is empty"),
    (TEXT, " \t", "is blank"),
    (TEXT, "a\n", "ends with a blank or newline"),
    (TEXT, "a ", "ends with a blank or newline"),
    (TEXT, "a\u00a0", "ends with a blank or newline"),
    (TEXT, "a\0b", "holds a NUL character, which no environment can carry"),
    (TEXT, "a\udcffb", "is not valid UTF-8"),
    (TEXT, '"a"', "is wrapped in quotes, which would become part of it"),
    (TEXT, "'a'", "is wrapped in quotes, which would become part of it"),
    (TEXT, "<your-value>", "is a placeholder"),
    (SECRET, "changeme", "is a placeholder"),
    (SECRET, GOOD_SECRET[:31], "is shorter than 32 characters"),
    (SECRET, "a" * 40, "is one character or a short piece, repeated"),
    *((PORT, v, "is no port") for v in ("80x", "0", "-1", "65536", "8000.5", "8000:80", "+80")),
    *((PORT, v, "is no port") for v in ("0x50", "0080", "\u0668\u0660", 0, -1, 65536, "true")),
    (PORT, 8000.5, "is a YAML number, no port"),
    (PORT, True, "is a YAML boolean, no port"),
    *((SWITCH, v, "is no boolean") for v in ("maybe", "2", "truee")),
    (SWITCH, 1, "is a YAML number, no boolean"),
    *((COUNT, v, "is no whole number") for v in ("1.5", "07", "1e3", "+1", "--1", "\u0668")),
    (COUNT, False, "is a YAML boolean, no integer"),
    (COUNT, 1.5, "is a YAML number, no integer"),
    (CACHE, "redis:6379", "has no scheme"),
    (CACHE, "http://redis:6379", "has another scheme than redis:// or rediss://"),
    (CACHE, "redis://localhost:6379", LOCAL),
    (CACHE, "redis://redis:0", "has a bad port"),
    (ANY, "amqp://", "has no host"),
    (ANY, "mq:5672", "has no scheme"),
    (ASYNC, "postgresql://u:p9@db/x", "has another scheme than postgresql+asyncpg://"),
    (ASYNC, "postgresql+asyncpg://u:p#w@db/x", "holds a raw # in the user or password"),
    (DATABASE, "db.neon.tech/todo", "has no scheme"),
    (DATABASE, "postgresql:///todo", "has no host"),
    (DATABASE, "postgresql://u:p@/todo", "has no host"),
    *(
        (DATABASE, f"{s}://u:p9@db/x", "has another scheme than postgresql:// or postgres://")
        for s in ("mysql", "http", "postgresql+asyncpg")
    ),
    *((DATABASE, f"postgresql://u:p9@d:{p}/", "has a bad port") for p in ("80x", "0", "65536")),
    (DATABASE, "postgresql://u:p@w@db/x", "holds a raw @ in the user or password"),
    (DATABASE, "postgresql://u:p/w@db/x", "holds a raw / in the user or password"),
    (DATABASE, "postgresql://u:p#w@db/x", "holds a raw # in the user or password"),
    (DATABASE, "postgresql://u:p?w@db/x", "holds a raw ? in the user or password"),
    (DATABASE, "postgresql://u:p[w]@db/x", "holds a raw [ in the user or password"),
    (DATABASE, "postgresql://u:p w@db/x", "holds a blank or control character"),
    (DATABASE, "postgresql://u:p\nw@db/x", "holds a blank or control character"),
    *((DATABASE, f"postgresql://u:p{e}w@db/x", "holds a bad percent escape") for e in ("%", "%z1")),
    *((DATABASE, f"postgresql://u:p{e}@db/", "holds a bad percent escape") for e in ("%ff", "%00")),
    (DATABASE, "postgresql://u:password@db/x", "holds a placeholder for its password"),
    (DATABASE, "postgresql://u:<password>@db/x", "holds a placeholder for its password"),
    *(
        (DATABASE, f"postgresql://u:p9@{host}/x", LOCAL)
        for host in ("localhost", "LOCALHOST:5432", "127.0.0.1", "[::1]:5432", ALL, "a.localhost",
                     "localhost.localdomain", "ip6-localhost:5432", "IP6-Loopback")
    ),
    (DATABASE, "postgresql://u:p9@db/x?host=localhost", LOCAL),
    (DATABASE, "postgresql://u:p9@999.1.1.1/x", "has a host that is none"),
    (DATABASE, "postgresql://u:p9@-rf/x", "has a host that is none"),
    (DATABASE, "postgresql://u:p9@$(id)/x", "has a host that is none"),
    (WEB, "backend:8000", "has no scheme"),
    (WEB, "ftp://backend", "has another scheme than http:// or https://"),
    (WEB, "http://", "has no host"),
    (WEB, "http://localhost:8000", LOCAL),
    (WEB, "http://backend:99999", "has a bad port"),
    (BASE, "http://backend:8000/?x=1", "holds a query"),
    (BASE, "http://backend:8000?", "holds a query"),
    (BASE, "http://backend:8000/v1#top", "holds a fragment"),
    (BASE, "http://backend:8000/#a?b", "holds a fragment"),
    (BASE, "http://u:p9@backend:8000", "holds a user"),
    (BASE, "http://@backend:8000/?a#b", "holds a user and a query and a fragment"),
    (BASE, "ftp://backend", "has another scheme than http:// or https://"),
    (BASE, "http://localhost:8000", LOCAL),
    (DATABASE, "postgresql://u:1?w@db/x", "holds a raw ? in the user or password"),
    *((ADDRESS, v, "is no address to listen on") for v in ("a b", "[::]", "0.0.0.0:80",
    "224.0.0.1")),
    *((ADDRESS, v, "is no address to listen on") for v in ("http://x", "-x", "255.255.255.255",
    "*")),
    *(
        (ADDRESS, v, "is loopback, which nothing outside the container reaches")
        for v in ("127.0.0.1", "localhost", "::1", "127.9.9.9", "::ffff:127.0.0.1", "LOCALHOST")
    ),
    *(
        (NETWORKS, v, "is no list of addresses or networks")
        for v in ("proxy", "10.0.0.1 10.0.0.2", "10.0.0.1;10.0.0.2", "10.*", "10.0.0.0/33",
                  "10.0.0.1, localhost", "[::1]", "unix:", "10.0.0.1:80", "::/129")
    ),
]  # fmt: skip

GOOD = [
    (TEXT, "line one\nline two"),
    (TEXT, "a$b `c` \\d #e =f %g {{ h }} \"i\" 'j'\tk \u00e9\u4e16\U0001f600"),
    (TEXT, "'tis, it 'twas"),
    *((NETWORKS, v) for v in ("*", "127.0.0.1", "10.0.0.1, 192.168.7.0/24", "fd00::/8,::1",
                              "10.0.0.1/24", "proxy, *", "10.0.0.0/8,", "::ffff:10.0.0.1")),
    (TEXT, '"'),
    (TEXT, "yes"),
    (TEXT, " leading"),
    (SECRET, GOOD_SECRET),
    (SECRET, "\u00fc" * 10 + GOOD_SECRET),
    *((SWITCH, v) for v in (True, False, "true", "Yes", "off", "0")),
    *((COUNT, v) for v in (12, -3, 0, "12", "-3", "0")),
    (CACHE, "rediss://:p9@redis:6379/0"),
    (ANY, "amqp://mq:5672"),
    (ANY, "http://web"),
    (ASYNC, "postgresql+asyncpg://u:p9@db:5432/x"),
    (PORT, 8000),
    (PORT, "65535"),
    (DATABASE, "postgres://user:npg_Ab12@ep-cool-1.eu-central-1.aws.neon.tech/db?sslmode=require"),
    (
        DATABASE,
        "postgresql://u:p%40%2F%23%25w@db:5432/todo?sslmode=require&channel_binding=require",
    ),
    (DATABASE, "postgresql://u:a:b!$&'()*+,;=~@db/todo"),
    (DATABASE, "postgresql://u:p9@[2001:db8::1]:5432/todo"),
    (DATABASE, "postgresql://u:p9@10.0.0.7/todo"),
    (DATABASE, "postgresql://todo@db/todo"),
    (DATABASE, "postgresql://u:p9@db:/todo"),
    (DATABASE, "postgresql://u:p9@b\u00fccher/todo"),
    *((DATABASE, f"postgresql://u:{p}@db/todo") for p in ("todo", "test", "secret", "postgres",
    "x")),
    *(
        (DATABASE, f"postgresql://u:p9@db/todo?{query}")
        for query in (
            "pool_timeout=5", "connection_limit=1", "schema=app", "sslmode=no-verify",
            "pgbouncer=true",
            "options=endpoint%3Dep-calm", "application_name=a@b", "sslaccept=strict", "x=",
        )
    ),
    (DATABASE, "postgresql://db/todo?user=todo@corp&password=p%40w"),
    (DATABASE, "postgresql://todo@db:5432/todo?application_name=a@b"),
    *((TEXT, v) for v in ("test", "*", "none", "[]", "[a]", "{}", "your-model", "my-secret-model")),
    *((SECRET, f"{start}{GOOD_SECRET}") for start in ("sk-", "mya", "xxx", "your-", "secretkey",
    "<")),
    (WEB, "http://backend:8000"),
    (BASE, "http://backend:8000"),
    (BASE, "https://api.example.com/v1/"),
    (WEB, "https://api.example.com/v1?x=a@b#top"),
    (ADDRESS, ALL),
    *((ADDRESS, v) for v in ("::", "172.18.0.3", "fe80::1%eth0", "backend", "my-host.local", "0")),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "value", "what"), BAD)
def test_a_bad_value_is_refused_by_its_rule(variable: Variable, value: object, what: str) -> None:
    assert what in [found for found, _ in check_value(variable, value)]


@pytest.mark.parametrize(("variable", "value"), GOOD)
def test_a_good_value_is_taken(variable: Variable, value: object) -> None:
    assert check_value(variable, value) == []


@pytest.mark.parametrize(("variable", "value"), [(v, s) for v, s, _ in BAD if len(str(s)) >= 8])
def test_no_message_shows_a_value(variable: Variable, value: object) -> None:
    value = str(value)
    told = " ".join(part for finding in check_value(variable, value) for part in finding)
    parts = split_url(value)
    for secret in (value, parts.password if parts.password and len(parts.password) > 3 else None):
        # The form a remedy proposes has the word "password" in it.
        assert secret is None or secret == "password" or secret not in told


def test_the_advice_makes_a_secret_that_passes() -> None:
    command = advice(SECRET).partition(": ")[2]
    code = command.removeprefix("python3 -c '").removesuffix("'")
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert check_value(SECRET, made.stdout.strip()) == []


@pytest.mark.parametrize(
    "value", ["", "localhost", "127.0.0.256", "127.1", "[::1]", "fe80::1%eth0", "0.0.0.0/0",
              None, 1, "224.0.0.1", "255.255.255.255", "127.0.0.1\n", " 127.0.0.1", "$(id)", "-rf"],
)  # fmt: skip
def test_a_bind_address_that_is_none_is_refused(value: object) -> None:
    assert not is_bind_address(value)


@pytest.mark.parametrize("value", ["127.0.0.1", ALL, "::", "::1", "10.0.0.5"])
def test_a_bind_address_is_taken(value: str) -> None:
    assert is_bind_address(value)
