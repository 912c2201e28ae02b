"""What the service reads from its environment, checked before anything starts."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.client_address import Network, read_networks
from app.database.address import read_address
from app.secret_rules import why_secret_is_refused

GENERATED = """use what `python3 -c "import secrets; print(secrets.token_urlsafe(48))"` prints"""
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")


class SettingsRefusedError(Exception):
    """The environment is not usable; `problems` says of each variable why and what to do.

    No problem holds a value.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("settings refused: " + "; ".join(problems))
        self.problems = problems


def _bind_address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        if not _HOST_NAME.fullmatch(value):
            raise ValueError("is no address to listen on") from None
    return value


def _usable_address(value: SecretStr) -> SecretStr:
    read_address(value.get_secret_value())
    return value


def _strong_secret(value: SecretStr | None) -> SecretStr | None:
    reason = why_secret_is_refused(value.get_secret_value()) if value else None
    if reason:
        raise ValueError(reason)
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// URL without query and fragment")
    return value


def _networks(value: object) -> object:
    return read_networks(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """One field for each environment variable of that name; an empty one counts as unset.

    A field's description is what to do where its value is refused.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    host: Annotated[str, AfterValidator(_bind_address)] = Field(
        default="0.0.0.0",  # noqa: S104  a container is reached from outside or not at all
        description="use 0.0.0.0, :: or leave it out",
    )
    port: int = Field(default=8000, ge=1, le=65535, description="use a number from 1 to 65535")
    database_url: Annotated[SecretStr, AfterValidator(_usable_address)] = Field(
        description="use postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %XX for what is "
        "special in the password"
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="use the key as it was given"
    )
    openai_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        default="https://api.openai.com/v1",
        description="use an address like https://HOST/v1, or leave it out",
    )
    openai_model: str = Field(default="gpt-4.1-mini", description="use the name of a model")
    better_auth_secret: Annotated[SecretStr | None, AfterValidator(_strong_secret)] = Field(
        default=None,
        description=GENERATED,
    )
    metrics_token: Annotated[SecretStr | None, AfterValidator(_strong_secret)] = Field(
        default=None, description=f"{GENERATED}, or leave it out"
    )
    # The proxies whose X-Forwarded-For is believed.
    forwarded_allow_ips: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = (
        Field(default=(), description="use addresses like 10.0.0.1, 192.168.7.0/24, or *")
    )


def load_settings() -> Settings:
    """Read the process environment.

    Raises SettingsRefusedError holding every problem at once, without values.
    """
    try:
        return Settings()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [_told(str(each["loc"][0]), each["type"], each["msg"]) for each in found]
        raise SettingsRefusedError(problems) from None


def _told(field: str, kind: str, message: str) -> str:
    wrong = "is not set" if kind == "missing" else message.removeprefix("Value error, ")
    return f"{field.upper()}: {wrong} -> {Settings.model_fields[field].description}"
