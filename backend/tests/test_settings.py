"""The environment, checked before anything starts."""

import secrets
import string
import time

import pytest

from app.secret_rules import why_secret_is_refused
from app.settings import Settings, SettingsRefusedError, load_settings

URL = "postgresql://todo:s3cr@db:5432/todo"
NAMES = (
    *("HOST", "PORT", "DATABASE_URL", "BETTER_AUTH_SECRET"),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "FORWARDED_ALLOW_IPS"),
    "METRICS_TOKEN",
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", URL)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_only_the_address_is_required() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)  # noqa: S104
    assert settings.database_url.get_secret_value() == URL
    assert settings.openai_api_key is None
    assert settings.openai_base_url == "https://api.openai.com/v1"
    assert settings.better_auth_secret is None
    assert settings.forwarded_allow_ips == ()


def test_an_empty_variable_counts_as_unset(environment: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        environment.setenv(name, "")
    with pytest.raises(SettingsRefusedError) as caught:
        load_settings()
    (problem,) = caught.value.problems
    assert problem.startswith("DATABASE_URL: is not set -> use postgresql://")


def test_every_problem_is_told_at_once_and_no_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "80x")
    environment.setenv("DATABASE_URL", "mysql://todo:s3cr@db/todo")
    environment.setenv("BETTER_AUTH_SECRET", "too-short")
    with pytest.raises(SettingsRefusedError) as caught:
        load_settings()
    named = [problem.split(":")[0] for problem in caught.value.problems]
    assert sorted(named) == ["BETTER_AUTH_SECRET", "DATABASE_URL", "PORT"]
    for value in ("80x", "s3cr", "too-short"):
        assert value not in str(caught.value)


@pytest.mark.parametrize("port", ["0", "-1", "65536", "8000.5", "8000:80", "true"])
def test_a_port_that_is_none_is_refused(environment: pytest.MonkeyPatch, port: str) -> None:
    environment.setenv("PORT", port)
    with pytest.raises(SettingsRefusedError, match="PORT"):
        load_settings()


@pytest.mark.parametrize(
    "url", ["api.example.org/v1", "ftp://x/v1", "http://", "http://x/v1?key=1", "http://x/v1#a"]
)
def test_a_base_url_that_is_none_is_refused(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(SettingsRefusedError, match=r"OPENAI_BASE_URL: (must be|has)"):
        load_settings()


def test_trusted_proxies_are_addresses_and_networks(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1, 192.168.7.0/24,fd00::/8")
    shown = [str(network) for network in load_settings().forwarded_allow_ips]
    assert shown == ["10.0.0.1/32", "192.168.7.0/24", "fd00::/8"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FORWARDED_ALLOW_IPS", value) for value in ("*", " *", "10.0.0.1,*", "::1")),
        *(("HOST", value) for value in ("::", "::1", "127.0.0.1", "localhost", "my-host.local")),
        *(("OPENAI_API_KEY", value) for value in ("ollama", "sk-proj-abc", "lm-studio")),
        *(("OPENAI_BASE_URL", value) for value in ("http://ollama:11434/v1", "https://[::1]/v1")),
        *(
            ("BETTER_AUTH_SECRET", f"{start}{'k8Jx2mQ9vLr4Tz7Wn1Yb5Hc3Gd6Fs0A'}")
            for start in ("sk-", "mya", "xxx", "your-key", "test", "change-me", "a-", "<", "{")
        ),
    ],
)
def test_what_is_legitimate_is_taken(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert load_settings()


@pytest.mark.parametrize(
    "key",
    [
        *("none", "x", "EMPTY", "NULL", "-", "sk-xxx", "changeme", "test", "dummy", "your-api-key"),
        *("not-needed", "sk-no-key-required", "sk-1111", "token-abc123", "<key>x", "1", "abab"),
    ],
)
def test_another_server_takes_any_key(environment: pytest.MonkeyPatch, key: str) -> None:
    environment.setenv("OPENAI_API_KEY", key)
    environment.setenv("OPENAI_BASE_URL", "http://ollama:11434/v1")
    assert load_settings().openai_api_key


@pytest.mark.parametrize("key", ["changeme", "your-api-key", "sk-...", "sk-xxxx", "[key]", "none"])
def test_openai_itself_takes_no_placeholder(environment: pytest.MonkeyPatch, key: str) -> None:
    environment.setenv("OPENAI_API_KEY", key)
    with pytest.raises(SettingsRefusedError, match="OPENAI_API_KEY: is a placeholder -> use the"):
        load_settings()


MISUNDERSTOOD = {
    "value ": "ends with a blank", "value\n": "ends with a blank", "value\r": "ends with a blank",
    '"value"': "is wrapped in quotes", "'value'": "is wrapped in quotes", "<value>": "placeholder",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if name != "DATABASE_URL"])
@pytest.mark.parametrize("value", MISUNDERSTOOD)
def test_what_a_file_or_a_shell_has_added_is_told(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsRefusedError, match=f"{name}: .*{MISUNDERSTOOD[value]}"):
        load_settings()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://u:p@w@db/x", "holds a raw @"), ("postgresql://u:p/w@db/x", "holds a raw /"),
        ("postgresql://u:p#w@db/x", "holds a raw #"),
        ("postgresql://u:[w]@db/x", r"holds a raw \["),
        ("postgresql://u:p%zz@db/x", "holds a bad percent"),
        ("postgresql://u:%ff@db/x", "holds a bad percent"),
        ("postgresql://u:s3@h1,h2/x", "has a host that is none"),
        ("postgresql://u:s3@%2Frun/x", "has a host that is none"),
        ("postgresql://u:s3@db/x?host=/run", "gives host after the"),
        ("postgresql://u:s3@db/x?port=1&dbname=y", "gives dbname and port after the"),
        ("postgresql://u:<password>@db/x", "holds a placeholder"),
        ("postgresql://u:your-password@db/x", "holds a placeholder"),
    ],
)  # fmt: skip
def test_an_address_that_others_would_misread_is_refused(
    environment: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    environment.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsRefusedError, match=f"DATABASE_URL: {reason}"):
        load_settings()


@pytest.mark.parametrize(
    "password", ["todo", "test", "postgres", "dev", "secret1", "root", "12345"]
)
def test_a_plain_password_of_a_database_is_its_owners_choice(
    environment: pytest.MonkeyPatch, password: str
) -> None:
    environment.setenv("DATABASE_URL", f"postgresql://todo:{password}@db/todo")
    assert load_settings()


@pytest.mark.parametrize("host", ["a b", "http://0.0.0.0", "0.0.0.0:8000", "[::]", "-x"])
def test_a_host_that_is_none_is_refused(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("HOST", host)
    with pytest.raises(SettingsRefusedError, match="HOST: is no address to listen on -> use"):
        load_settings()


@pytest.mark.parametrize("proxies", ["proxy", "10.0.0.1/24", "10.0.0.1 10.0.0.2"])
def test_a_trusted_proxy_that_is_no_address_is_refused(
    environment: pytest.MonkeyPatch, proxies: str
) -> None:
    environment.setenv("FORWARDED_ALLOW_IPS", proxies)
    with pytest.raises(SettingsRefusedError, match="FORWARDED_ALLOW_IPS: must be IP addresses"):
        load_settings()


def test_secrets_are_not_in_the_representation(environment: pytest.MonkeyPatch) -> None:
    secret = secrets.token_urlsafe(48)
    environment.setenv("BETTER_AUTH_SECRET", secret)
    environment.setenv("OPENAI_API_KEY", "sk-abc123")
    shown = repr(Settings())
    for value in (secret, "s3cr", "sk-abc123"):
        assert value not in shown


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("k8Jx2mQ9vLr4Tz7Wn1Yb5Hc3Gd6Fs0A", "shorter than 32"),
        ("changeme", "placeholder"),
        ("change-me-change-me-change-me-change-me", "placeholder"),
        ("your-secret-key-at-least-32-characters", "placeholder"),
        ("<put a secret of 32 characters in here>", "placeholder"),
        ("${BETTER_AUTH_SECRET_OF_THE_ENVIRONMENT}", "placeholder"),
        ("replace_me_with_a_long_random_string_please", "placeholder"),
        ("SuperSecretKeyForJwtSigning-ChangeInProduction", "placeholder"),
        ("todotodotodotodotodotodotodotodotodotodotodo!", "placeholder"),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "placeholder"),
        ("a" * 40, "different characters"),
        ("secret" * 8, "placeholder"),
        ("k8Jx2mQ9" * 5, "repeats itself"),
        ("k8Jx2mQ9vLr4Tz7W" * 2 + "k8J", "repeats itself"),
        ("01" * 20, "different characters"),
        (" " * 40, "blank"),
        ("k8Jx2mQ9vLr4Tz7Wn1Yb5Hc3Gd6Fs0Ab\n", "blank or a line break"),
        ('"k8Jx2mQ9vLr4Tz7Wn1Yb5Hc3Gd6Fs0Ab"', "quotes"),
    ],
)
def test_a_weak_secret_is_refused_without_being_quoted(secret: str, reason: str) -> None:
    refusal = why_secret_is_refused(secret)
    assert refusal is not None
    assert reason in refusal
    assert secret not in refusal


@pytest.mark.parametrize(
    "alphabet",
    [
        *(string.hexdigits[:16], string.digits, string.ascii_lowercase, string.ascii_uppercase),
        string.ascii_letters + string.digits + "-_+/=",
    ],
)
def test_random_secrets_are_never_refused(alphabet: str) -> None:
    for length in (32, 48, 64):
        for _ in range(5_000):
            secret = "".join(secrets.choice(alphabet) for _ in range(length))
            assert why_secret_is_refused(secret) is None


@pytest.mark.parametrize("start", ["", "sk-", "mya", "xxx", "set-key", "your-", "usemy", "todo-"])
def test_a_generated_secret_is_never_refused_however_it_begins(start: str) -> None:
    for _ in range(20_000):
        generated = start + secrets.token_urlsafe(48)[len(start) :]
        assert why_secret_is_refused(generated) is None


def test_a_long_value_is_judged_at_once() -> None:
    started = time.process_time()
    assert why_secret_is_refused("todosecrets" * 3000 + "~q") is None
    assert time.process_time() - started < 1
