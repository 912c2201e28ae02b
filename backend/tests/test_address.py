"""Addresses as Neon and libpq print them, and what is refused."""

import ssl

import pytest

from app.database.address import UnusableCertificateError, read_address

NEON = "postgresql://owner:npg_s3cr@ep-calm-sea-a1b2c3.eu-central-1.aws.neon.tech/neondb"
POOLED = NEON.replace("a1b2c3", "a1b2c3-pooler")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_plain_address_is_given_to_asyncpg(scheme: str) -> None:
    address = read_address(f"{scheme}://todo:p%40ss%2Fw@db:6432/todo")
    assert address.url.drivername == "postgresql+asyncpg"
    assert (address.url.username, address.url.password) == ("todo", "p@ss/w")
    assert (address.url.host, address.url.port, address.url.database) == ("db", 6432, "todo")
    assert not address.pooled
    assert address.connect_args() == {}
    assert address.schema is None


def test_neons_query_parameters_do_not_reach_the_driver_as_they_are() -> None:
    address = read_address(f"{NEON}?sslmode=require&channel_binding=require")
    assert address.url.query == {}
    assert address.connect_args() == {"ssl": "require"}


@pytest.mark.parametrize(
    "query",
    [
        *("pool_timeout=30", "connection_limit=5", "connect_timeout=10", "schema=public"),
        *("socket_timeout=5", "statement_cache_size=0", "prepareThreshold=0", "max_conns=3"),
        *("keepalives=1&keepalives_idle=30", "target_session_attrs=read-write", "pool_size=9"),
        *("client_encoding=utf8", "pool_timeout=1&pool_timeout=2", "gssencmode=disable", "x="),
        *("uselibpqcompat=true", "sslcompression=0", "sslsni=1", "pgbouncer=false", "schema="),
        *("currentSchema=public", "statement_timeout=1000", "reWriteBatchedInserts=true"),
    ],
)
def test_what_other_tools_put_into_the_same_address_is_left_out(query: str) -> None:
    plain = read_address(f"{NEON}?sslmode=require")
    address = read_address(f"{NEON}?{query}&sslmode=require")
    assert address.url == plain.url
    assert address.connect_args() == plain.connect_args() == {"ssl": "require"}


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        *(("ssl=true", "require"), ("ssl=1", "require"), ("ssl=false", "disable")),
        *(("sslaccept=accept_invalid_certs", "require"), ("sslmode=no-verify", "require")),
        *(("ssl=true&sslmode=disable", "disable"), ("sslmode=prefer", "prefer")),
    ],
)
def test_other_names_for_an_sslmode_are_understood(query: str, mode: str) -> None:
    assert read_address(f"{NEON}?{query}").connect_args()["ssl"] == mode


@pytest.mark.parametrize("query", ["sslmode=verify-full", "sslaccept=strict"])
def test_strict_is_verified(query: str) -> None:
    context = read_address(f"{NEON}?{query}").connect_args()["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname


@pytest.mark.parametrize("name", ["schema", "currentSchema"])
def test_a_schema_becomes_the_only_one_to_look_into(name: str) -> None:
    address = read_address(f"{NEON}?{name}=my%22shop")
    assert address.schema == 'my"shop'
    assert address.connect_args()["server_settings"] == {"search_path": '"my""shop"'}


def test_user_and_password_may_stand_among_the_parameters() -> None:
    url = read_address("postgresql://db/todo?user=todo&password=p%40ss").url
    assert (url.username, url.password) == ("todo", "p@ss")
    url = read_address("postgresql://a:b@db/todo?user=todo&password=p").url
    assert (url.username, url.password) == ("a", "b")


def test_a_certificate_is_read_when_it_is_used_and_not_before() -> None:
    address = read_address(f"{NEON}?sslmode=verify-full&sslrootcert=/s3cr")
    with pytest.raises(UnusableCertificateError, match="names an sslrootcert that") as caught:
        address.connect_args()
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize("raw", [POOLED, f"{NEON}?pgbouncer=true"])
def test_a_pooled_address_keeps_no_prepared_statement(raw: str) -> None:
    address = read_address(raw)
    assert address.pooled
    arguments = address.connect_args()
    assert arguments["statement_cache_size"] == 0
    assert arguments["prepared_statement_cache_size"] == 0
    name = arguments["prepared_statement_name_func"]
    assert name() != name()


@pytest.mark.parametrize(("mode", "checked"), [("verify-ca", False), ("verify-full", True)])
def test_verifying_modes_check_the_certificate(mode: str, checked: bool) -> None:
    context = read_address(f"{NEON}?sslmode={mode}").connect_args()["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is checked


def test_server_settings_are_passed_on() -> None:
    address = read_address(f"{NEON}?application_name=todo&options=endpoint%3Dep-calm")
    assert address.connect_args()["server_settings"] == {
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
        ("postgresql://todo:s3cr@db/todo?sslmod=require", "has an unknown ssl parameter"),
        ("postgresql://todo:s3cr@db/todo?sslcert=/s3cr", "has an unknown ssl parameter"),
        *(
            (f"postgresql://todo:s3cr@db/todo?{name}=s3cr", "has an unknown ssl parameter")
            for name in ("SSLMODE", "requiressl", "useSSL", "tls", "tlsMinVersion")
        ),
        ("postgresql://todo:s3cr@db/todo?sslmode=a&sslmode=b", "gives sslmode more than once"),
    ],
)
def test_a_wrong_address_is_refused_without_being_quoted(raw: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_address(raw)
    assert "s3cr" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_password_is_not_in_the_representation() -> None:
    assert "s3cr" not in repr(read_address(f"{NEON}?sslmode=require"))
