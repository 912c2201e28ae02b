"""Addresses as Neon and libpq print them, and what is refused."""

import ssl

import pytest

from app.database.address import read_address

NEON = "postgresql://owner:npg_s3cr@ep-calm-sea-a1b2c3.eu-central-1.aws.neon.tech/neondb"
POOLED = NEON.replace("a1b2c3", "a1b2c3-pooler")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_plain_address_is_given_to_asyncpg(scheme: str) -> None:
    address = read_address(f"{scheme}://todo:p%40ss%2Fw@db:6432/todo")
    assert address.url.drivername == "postgresql+asyncpg"
    assert (address.url.username, address.url.password) == ("todo", "p@ss/w")
    assert (address.url.host, address.url.port, address.url.database) == ("db", 6432, "todo")
    assert not address.pooled
    assert address.connect_args == {}


def test_neons_query_parameters_do_not_reach_the_driver_as_they_are() -> None:
    address = read_address(f"{NEON}?sslmode=require&channel_binding=require")
    assert address.url.query == {}
    assert address.connect_args == {"ssl": "require"}


@pytest.mark.parametrize("raw", [POOLED, f"{NEON}?pgbouncer=true"])
def test_a_pooled_address_keeps_no_prepared_statement(raw: str) -> None:
    address = read_address(raw)
    assert address.pooled
    assert address.connect_args["statement_cache_size"] == 0
    assert address.connect_args["prepared_statement_cache_size"] == 0
    name = address.connect_args["prepared_statement_name_func"]
    assert name() != name()


@pytest.mark.parametrize(("mode", "checked"), [("verify-ca", False), ("verify-full", True)])
def test_verifying_modes_check_the_certificate(mode: str, checked: bool) -> None:
    context = read_address(f"{NEON}?sslmode={mode}").connect_args["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is checked


def test_server_settings_are_passed_on() -> None:
    address = read_address(f"{NEON}?application_name=todo&options=endpoint%3Dep-calm")
    assert address.connect_args["server_settings"] == {
        "application_name": "todo",
        "options": "endpoint=ep-calm",
    }


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("db:5432/todo", "cannot be read as a URL"),
        ("mysql://todo:s3cr@db/todo", "must begin with"),
        ("postgresql+psycopg://todo:s3cr@db/todo", "must begin with"),
        ("postgresql:///todo", "names no host"),
        ("postgresql://todo:s3cr@db", "names no database"),
        ("postgresql://todo:s3cr@db/", "names no database"),
        ("postgresql://todo:s3cr@db:54x2/todo", "cannot be read as a URL"),
        ("postgresql://todo:s3cr@db:70000/todo", "has a port outside"),
        ("postgresql://todo:s3cr@db:0/todo", "has a port outside"),
        ("postgresql://todo:s3cr@db/todo\n", "contains a blank"),
        ("postgresql://todo:s3 cr@db/todo", "contains a blank"),
        ("postgresql://todo:s3cr@db/todo?sslmode=on", "has an unknown sslmode"),
        ("postgresql://todo:s3cr@db/todo?s3cr=1", "has 1 unknown query parameter"),
        ("postgresql://todo:s3cr@db/todo?sslmode=a&sslmode=b", "gives sslmode more than once"),
        (
            "postgresql://todo:s3cr@db/todo?sslmode=verify-full&sslrootcert=/s3cr",
            "names an sslrootcert that cannot be read",
        ),
    ],
)
def test_a_wrong_address_is_refused_without_being_quoted(raw: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_address(raw)
    assert "s3cr" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_password_is_not_in_the_representation() -> None:
    assert "s3cr" not in repr(read_address(f"{NEON}?sslmode=require"))
