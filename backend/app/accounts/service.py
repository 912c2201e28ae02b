"""What can be done with an account. No database session is held while a password is hashed."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import attempts, sessions
from app.accounts.errors import (
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

    async def sign_up(self, new: SignUp) -> SignedIn:
        """Make an account and sign it in. Raises EmailTakenError."""
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
            return await sessions.start(session, user)

    async def sign_in(self, given: SignIn, address: str | None) -> SignedIn:
        """Begin a session. Raises WrongCredentialsError or TooManyError."""
        user = await self._attempt(given.email, given.password, address)
        if user is None:
            raise WrongCredentialsError
        async with self.database.session() as session:
            # Locked, so that the account is not deleted before its session is there.
            user = await session.get(User, user.id, with_for_update={"read": True})
            if user is None:
                raise WrongCredentialsError
            await _purge(session)
            return await sessions.start(session, user)

    async def renew(self, token: str) -> SignedIn:
        """Replace a session token. Raises SessionOverError."""
        async with self.database.session() as session:
            signed_in = await sessions.renew(session, token)
            await _purge(session)
        # Raised outside: a reused token must have ended its session by now.
        if signed_in is None:
            raise SessionOverError
        return signed_in

    async def sign_out(self, token: str) -> None:
        """End the session of a token, if there is one."""
        async with self.database.session() as session:
            await sessions.end(session, token)

    async def change_password(
        self, claims: Claims, change: PasswordChange, address: str | None
    ) -> None:
        """Change the password and end the user's other sessions. Raises WrongPasswordError."""
        await self._prove(claims, change.current_password, address)
        password_hash = await self.passwords.hashed(change.new_password)
        async with self.database.session() as session:
            changed = update(User).where(User.id == claims.user_id)
            await session.execute(changed.values(password_hash=password_hash))
            await sessions.end_others(session, claims)

    async def close_account(self, claims: Claims, password: str, address: str | None) -> None:
        """Delete the user with sessions and tasks. Raises WrongPasswordError."""
        await self._prove(claims, password, address)
        async with self.database.session() as session:
            await session.execute(delete(User).where(User.id == claims.user_id))

    async def _prove(self, claims: Claims, password: str, address: str | None) -> None:
        async with self.database.session() as session:
            user = await sessions.user_of(session, claims)
        if user is None:
            raise NotSignedInError
        if await self._attempt(user.email, password, address) is None:
            raise WrongPasswordError

    async def _attempt(self, email: str, password: str, address: str | None) -> User | None:
        async with self.database.session() as session:
            wait_seconds = await attempts.count(session, email, address)
            user = await session.scalar(select(User).where(User.email == email))
        if wait_seconds is not None:
            raise TooManyError(wait_seconds)
        if not await self.passwords.match(password, user.password_hash if user else None):
            return None
        async with self.database.session() as session:
            await attempts.succeeded(session, email, address)
        return user


async def _purge(session: AsyncSession) -> None:
    # Here and not by the clock: a database like Neon's could never fall asleep.
    await sessions.purge_sessions(session)
    await purge_uses(session)
    await purge_tasks(session)
