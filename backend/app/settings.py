"""What the service reads from its environment, checked before anything starts."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.client_address import Network, read_networks
from app.database.address import read_address
from app.placeholders import is_placeholder, is_repetition, is_unfilled
from app.secret_rules import why_secret_is_refused
from app.urls import POSTGRES_SCHEMES, WEB_SCHEMES, decoded, is_port, split_url, url_problems

GENERATED = """use what `python3 -c "import secrets; print(secrets.token_urlsafe(48))"` prints"""
OPENAI = "https://api.openai.com/v1"
_QUOTES = "\"'"
_UNFILLED = re.compile(r"<[\w .:/-]*>")
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")


class SettingsRefusedError(Exception):
    """The environment is not usable; `problems` says of each variable why and what to do.

    No problem holds a value.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("settings refused: " + "; ".join(problems))
        self.problems = problems


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # what the environment held is no text
        return False
    return True


def _bind_address(value: str) -> str:
    try:
        address = ip_address(value)
    except ValueError:
        listens = bool(_HOST_NAME.fullmatch(value))
    else:
        listens = not address.is_multicast and value != "255.255.255.255"
    if not listens:
        raise ValueError("is no address to listen on")
    return value


def _port(value: object) -> object:
    if isinstance(value, str) and not is_port(value):
        raise ValueError("is no port")
    return value


def _check_url(value: str, schemes: tuple[str, ...]) -> None:
    for problem, _ in url_problems(value, schemes):
        raise ValueError(problem)
    password = split_url(value).password
    if password is not None and is_unfilled(decoded(password)):
        raise ValueError("holds a placeholder for its password")


def _usable_address(value: SecretStr) -> SecretStr:
    _check_url(value.get_secret_value(), POSTGRES_SCHEMES)
    read_address(value.get_secret_value())
    return value


def _strong_secret(value: SecretStr | None) -> SecretStr | None:
    reason = why_secret_is_refused(value.get_secret_value()) if value else None
    if reason:
        raise ValueError(reason)
    return value


def _http_url(value: str) -> str:
    _check_url(value, WEB_SCHEMES)
    parts = urlsplit(value)
    if parts.query or parts.fragment:
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
    port: Annotated[int, BeforeValidator(_port)] = Field(
        default=8000, ge=1, le=65535, description="use a number from 1 to 65535"
    )
    database_url: Annotated[SecretStr, AfterValidator(_usable_address)] = Field(
        description="use postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %XX for what is "
        "special in the password"
    )
    openai_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        default=OPENAI, description="use an address like https://HOST/v1, or leave it out"
    )
    # After the address: other servers take any key.
    openai_api_key: SecretStr | None = Field(
        default=None, description="use the key as it was given"
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

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_meant(cls, value: object) -> object:
        if isinstance(value, str) and value:
            if not _is_utf8(value):
                raise ValueError("is not valid UTF-8")
            if value != value.rstrip():
                raise ValueError("ends with a blank or a line break")
            if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
                raise ValueError("is wrapped in quotes, which would be part of the value")
            if _UNFILLED.fullmatch(value.strip()):
                raise ValueError("is a placeholder")
        return value

    @field_validator("openai_api_key")
    @classmethod
    def _key_of_openai(cls, value: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        key = value.get_secret_value() if value else ""
        at_openai = others.data.get("openai_base_url") == OPENAI
        if key and at_openai and (is_placeholder(key) or is_repetition(key)):
            raise ValueError("is a placeholder")
        return value


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
