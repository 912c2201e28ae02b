"""Who sends a request: what routes ask for."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import sessions
from app.accounts.models import User
from app.accounts.tokens import AccessTokens, Claims, TokenRefusedError
from app.client_address import client_address
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


def _address(request: Request) -> str | None:
    peer = request.client.host if request.client else None
    forwarded_for = request.headers.getlist("x-forwarded-for")
    return client_address(peer, forwarded_for, request.app.state.trusted_proxies)


# None: not known. The peer may be a proxy, and then it is everybody.
AddressOfCaller = Annotated[str | None, Depends(_address)]
