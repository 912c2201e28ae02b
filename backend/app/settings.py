"""What the service reads from its environment, checked before anything starts."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.client_address import Network, read_networks
from app.database.address import read_address
from app.secret_rules import why_secret_is_refused


class SettingsRefusedError(Exception):
    """The environment is not usable; `problems` names each variable and why, never a value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("settings refused: " + "; ".join(problems))
        self.problems = problems


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
    """One field for each environment variable of that name; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    host: str = "0.0.0.0"  # noqa: S104  a container is reached from outside or not at all
    port: int = Field(default=8000, ge=1, le=65535)
    database_url: Annotated[SecretStr, AfterValidator(_usable_address)]
    openai_api_key: SecretStr | None = None
    openai_base_url: Annotated[str, AfterValidator(_http_url)] = "https://api.openai.com/v1"
    openai_model: str = "gpt-4.1-mini"
    better_auth_secret: Annotated[SecretStr | None, AfterValidator(_strong_secret)] = None
    # The proxies whose X-Forwarded-For is believed.
    forwarded_allow_ips: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = ()


def load_settings() -> Settings:
    """Read the process environment.

    Raises SettingsRefusedError holding every problem at once, without values.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsRefusedError(problems) from None
