"""What can be done with an account. No database session is held while a password is hashed."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import attempts, sessions
from app.accounts.errors import (
    ChangedMeanwhileError,
    EmailTakenError,
    SessionOverError,
    WrongCredentialsError,
    WrongPasswordError,
)
from app.accounts.models import User
from app.accounts.passwords import Passwords
from app.accounts.schemas import PasswordChange, SignIn, SignUp
from app.accounts.sessions import SignedIn
from app.accounts.tokens import Claims
from app.allowances import purge_uses
from app.database.sessions import Database
from app.errors import NotSignedInError, TooManyError
from app.tasks.store import adopt_tasks, purge_tasks


@dataclass(frozen=True)
class Accounts:
    """The accounts in one database."""

    database: Database
    passwords: Passwords
    key: bytes

    async def sign_up(self, new: SignUp, address: str | None) -> SignedIn:
        """Make an account and sign it in. Raises EmailTakenError, TooManyError or BusyError."""
        # Before anything else: a flood must not take the database's connections either.
        async with self.passwords.newcomers.turn():
            async with self.database.session() as session:
                wait_seconds = await attempts.count_sign_up(session, address)
            if wait_seconds is not None:
                raise TooManyError(wait_seconds)
            password_hash = await self.passwords.hashed(new.password)
        async with self.database.session() as session:
            user = await session.scalar(
                insert(User)
                .values(email=new.email, name=new.name, password_hash=password_hash)
                .on_conflict_do_nothing(index_elements=[User.email])
                .returning(User)
            )
            if user is None:
                raise EmailTakenError
            await adopt_tasks(session, user.id)
            await attempts.remember(session, user.email, address)
            return await sessions.start(session, user)

    async def sign_in(self, given: SignIn, address: str | None) -> SignedIn:
        """Begin a session. Raises WrongCredentialsError, TooManyError or BusyError."""
        async with self.database.session() as session:
            wait_seconds = await attempts.count(session, given.email, address)
            found = await session.scalar(select(User).where(User.email == given.email))
        if wait_seconds is not None:
            raise TooManyError(wait_seconds)
        proved = found.password_hash if found else None
        if not await self.passwords.match(given.password, proved) or found is None:
            raise WrongCredentialsError
        async with self.database.session() as session:
            # Locked, and looked at again: the password may have been changed while it was hashed.
            user = await session.get(User, found.id, with_for_update={"read": True})
            if user is None or user.password_hash != proved:
                raise WrongCredentialsError
            await attempts.succeeded(session, given.email, address)
            await _purge(session)
            return await sessions.start(session, user)

    async def renew(self, token: str) -> SignedIn:
        """Replace a session token. Raises SessionOverError."""
        async with self.database.session() as session:
            signed_in = await sessions.renew(session, token, self.key)
            await _purge(session)
        # Raised outside: a reused token must have ended its session by now.
        if signed_in is None:
            raise SessionOverError
        return signed_in

    async def sign_out(self, token: str) -> None:
        """End the session of a token, if there is one."""
        async with self.database.session() as session:
            await sessions.end(session, token)

    async def change_password(self, claims: Claims, change: PasswordChange) -> None:
        """Change the password and end the user's other sessions.

        Raises WrongPasswordError, ChangedMeanwhileError, TooManyError or BusyError.
        """
        proved = await self._prove(claims, change.current_password)
        password_hash = await self.passwords.hashed(change.new_password)
        async with self.database.session() as session:
            user = await _locked(session, claims, proved)
            user.password_hash = password_hash
            await sessions.end_others(session, claims)

    async def close_account(self, claims: Claims, password: str) -> None:
        """Delete the user with sessions and tasks. Raises what change_password raises."""
        proved = await self._prove(claims, password)
        async with self.database.session() as session:
            user = await _locked(session, claims, proved)
            await session.execute(delete(User).where(User.id == user.id))

    async def _prove(self, claims: Claims, password: str) -> str:
        async with self.database.session() as session:
            user = await sessions.user_of(session, claims)
            if user is None:
                raise NotSignedInError
            wait_seconds = await attempts.count_of_session(session, claims.session_id)
        if wait_seconds is not None:
            raise TooManyError(wait_seconds)
        if not await self.passwords.match(password, user.password_hash):
            raise WrongPasswordError
        async with self.database.session() as session:
            await attempts.session_succeeded(session, claims.session_id)
        return user.password_hash


async def _locked(session: AsyncSession, claims: Claims, proved: str) -> User:
    """Hold the caller's row; what was proved without holding it must still be true."""
    await session.get(User, claims.user_id, with_for_update=True)
    user = await sessions.user_of(session, claims)
    if user is None:
        raise NotSignedInError
    if user.password_hash != proved:
        raise ChangedMeanwhileError
    return user


async def _purge(session: AsyncSession) -> None:
    # Here and not by the clock: a database like Neon's could never fall asleep.
    await sessions.purge_sessions(session)
    await purge_uses(session)
    await purge_tasks(session)
