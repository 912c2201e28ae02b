"""Who sends a request: what routes ask for."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import sessions
from app.accounts.errors import OtherAccountError
from app.accounts.models import User
from app.accounts.tokens import AccessTokens, Claims, TokenRefusedError
from app.client_address import client_address
from app.database.sessions import Session
from app.errors import NotSignedInError

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token")


MeantFor = Annotated[
    str | None,
    Header(alias="X-Account", description="The id of the user whom the request is meant for"),
]


def _claims(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    meant_for: MeantFor = None,
) -> Claims:
    tokens: AccessTokens = request.app.state.tokens
    if credentials is None:
        raise NotSignedInError
    try:
        claims = tokens.read(credentials.credentials)
    except TokenRefusedError:
        raise NotSignedInError from None
    # A page outlives the session it was loaded in: its cookies may be somebody else's by now.
    if meant_for is not None and meant_for != str(claims.user_id):
        raise OtherAccountError
    return claims


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


AddressOfCaller = Annotated[str | None, Depends(_address)]
