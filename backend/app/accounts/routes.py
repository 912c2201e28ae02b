"""Accounts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from app.accounts import sessions, tokens
from app.accounts.caller import AddressOfCaller, Caller, ClaimsOfCaller
from app.accounts.models import User
from app.accounts.schemas import (
    Farewell,
    HeldToken,
    PasswordChange,
    SessionView,
    SignIn,
    SignUp,
    UserView,
)
from app.accounts.service import Accounts
from app.accounts.sessions import SignedIn
from app.accounts.tokens import AccessTokens, Claims
from app.errors import problems

router = APIRouter(prefix="/api/auth", tags=["accounts"], responses=problems(503))
WITH_BODY = (400, 408, 413, 422)


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


AccountsOfApp = Annotated[Accounts, Depends(_accounts)]


@router.post(
    "/sign-up", status_code=status.HTTP_201_CREATED, responses=problems(409, 429, *WITH_BODY)
)
async def sign_up(
    request: Request, accounts: AccountsOfApp, new: SignUp, address: AddressOfCaller
) -> SessionView:
    """Make an account and sign it in."""
    return _view(request, await accounts.sign_up(new, address))


@router.post("/sign-in", responses=problems(401, 429, *WITH_BODY))
async def sign_in(
    request: Request, accounts: AccountsOfApp, given: SignIn, address: AddressOfCaller
) -> SessionView:
    """Sign in with e-mail and password."""
    return _view(request, await accounts.sign_in(given, address))


@router.post("/renew", responses=problems(401, *WITH_BODY))
async def renew(request: Request, accounts: AccountsOfApp, held: HeldToken) -> SessionView:
    """Get a new access token and a new session token for the one at hand, which dies."""
    return _view(request, await accounts.renew(held.session_token))


@router.post("/sign-out", status_code=status.HTTP_204_NO_CONTENT, responses=problems(*WITH_BODY))
async def sign_out(accounts: AccountsOfApp, held: HeldToken) -> None:
    """End the session of a token; whether there was one is not told."""
    await accounts.sign_out(held.session_token)


@router.get("/me", response_model=UserView, responses=problems(401, 409))
async def me(caller: Caller) -> User:
    """Show who is signed in."""
    return caller


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 409, 429, *WITH_BODY),
)
async def change_password(
    accounts: AccountsOfApp, claims: ClaimsOfCaller, change: PasswordChange
) -> None:
    """Change the password and sign out every other device."""
    await accounts.change_password(claims, change)


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 409, 429, *WITH_BODY),
)
async def close_account(
    accounts: AccountsOfApp, claims: ClaimsOfCaller, farewell: Farewell
) -> None:
    """Delete the account with all its tasks, for good."""
    await accounts.close_account(claims, farewell.password)


def _view(request: Request, signed_in: SignedIn) -> SessionView:
    access_tokens: AccessTokens = request.app.state.tokens
    claims = Claims(signed_in.user.id, signed_in.session_id)
    return SessionView(
        user=UserView.model_validate(signed_in.user),
        access_token=access_tokens.issue(claims),
        expires_in=int(tokens.LIFE.total_seconds()),
        session_token=signed_in.session_token,
        session_expires_in=int(sessions.LIFE.total_seconds()),
    )
