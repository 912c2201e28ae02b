"""Accounts as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from app.accounts.models import EMAIL_LENGTH, NAME_LENGTH
from app.text import one_line

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# As browsers check it, and with a dot in the domain.
_EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=EMAIL_LENGTH, pattern=_EMAIL
    ),
]
# The upper limit bounds the work of one hash; nothing else is asked of a password than length.
Password = Annotated[str, StringConstraints(min_length=8, max_length=128)]
GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignUp(_Request):
    """An account to be made."""

    email: Email
    password: Password
    name: Annotated[str, one_line(NAME_LENGTH)]


class SignIn(_Request):
    """Who says they are who."""

    email: Email
    password: GivenPassword


class HeldToken(_Request):
    """The session token a device holds."""

    # Of any length: what is none of ours belongs to no session, and is answered like that.
    session_token: str


class PasswordChange(_Request):
    """A new password, and proof of the present one."""

    current_password: GivenPassword
    new_password: Password


class Farewell(_Request):
    """Proof that the account's owner wants it gone."""

    password: GivenPassword


class UserView(BaseModel):
    """A user as shown to themselves."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, BeforeValidator(str)]
    email: str
    name: str
    created_at: datetime


class SessionView(BaseModel):
    """What a device needs to stay signed in; the `expires_in` are seconds."""

    user: UserView
    access_token: str
    expires_in: int
    session_token: str
    session_expires_in: int
