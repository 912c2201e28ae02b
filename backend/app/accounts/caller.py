"""Who sends a request: what routes ask for."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import sessions
from app.accounts.models import User
from app.accounts.tokens import AccessTokens, Claims, TokenRefusedError
from app.database.sessions import Session
from app.errors import NotSignedInError

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token")


def _claims(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Claims:
    tokens: AccessTokens = request.app.state.tokens
    if credentials is None:
        raise NotSignedInError
    try:
        return tokens.read(credentials.credentials)
    except TokenRefusedError:
        raise NotSignedInError from None


# What the token says; that its session is still alive is not looked up.
ClaimsOfCaller = Annotated[Claims, Depends(_claims)]


async def _caller(claims: ClaimsOfCaller, session: Session) -> User:
    user = await sessions.user_of(session, claims)
    if user is None:
        raise NotSignedInError
    return user


# Looked up for each request, so that signing out and deleting an account work at once.
Caller = Annotated[User, Depends(_caller)]


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


AddressOfCaller = Annotated[str, Depends(_address)]
