"""How often a password may be tried, so that nobody guesses it and nobody locks its owner out.

Tries are counted for an account *and* an address: who fails is stopped where they are. From an
address where the account has signed in before, nothing that others do elsewhere counts.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.allowances import Allowance, exhausted, forget, use

SPAN = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
# For one account from one address, and for the owner of a session.
FOR_ACCOUNT = 10
# For one account from all addresses that it does not know.
FROM_STRANGERS = 100
# From one address, for all accounts that do not know it.
FROM_ADDRESS = 100
SIGN_UPS = 100


async def count(session: AsyncSession, email: str, address: str | None) -> int | None:
    """Count an attempt before it is judged; return the seconds to wait where it is too many.

    Whether the account exists plays no part.
    """
    waits = [await use(session, _of_account(email, address))]
    if not await _is_known(session, email, address):
        waits += [await use(session, allowance) for allowance in _of_strangers(email, address)]
    return max((wait for wait in waits if wait is not None), default=None)


async def succeeded(session: AsyncSession, email: str, address: str | None) -> None:
    """Take back what the right password had counted, and know the address from now on."""
    await forget(session, _of_account(email, address))
    if not await _is_known(session, email, address):
        for allowance in _of_strangers(email, address):
            await use(session, allowance, -1)
        await remember(session, email, address)


async def remember(session: AsyncSession, email: str, address: str | None) -> None:
    """Know an address as one of the account's."""
    if address is not None:
        await use(session, _known(email, address))


async def count_of_session(session: AsyncSession, session_id: UUID) -> int | None:
    """Count a try by who is signed in; what strangers try plays no part."""
    return await use(session, _of_session(session_id))


async def session_succeeded(session: AsyncSession, session_id: UUID) -> None:
    """Take back what the right password had counted."""
    await forget(session, _of_session(session_id))


async def count_sign_up(session: AsyncSession, address: str | None) -> int | None:
    """Count an account to be made; return the seconds to wait where it is one too many."""
    return await use(session, Allowance(f"sign-up from {address}", SIGN_UPS, SPAN))


async def _is_known(session: AsyncSession, email: str, address: str | None) -> bool:
    return address is not None and await exhausted(session, _known(email, address)) is not None


def _known(email: str, address: str) -> Allowance:
    return Allowance(f"{email} is known from {address}", 1, KNOWN_FOR)


def _of_account(email: str, address: str | None) -> Allowance:
    return Allowance(f"password of {email} from {address}", FOR_ACCOUNT, SPAN)


def _of_session(session_id: UUID) -> Allowance:
    return Allowance(f"password in session {session_id}", FOR_ACCOUNT, SPAN)


def _of_strangers(email: str, address: str | None) -> list[Allowance]:
    of_account = Allowance(f"password of {email}", FROM_STRANGERS, SPAN)
    if address is None:  # not known whose: it may be everybody's
        return [of_account]
    return [of_account, Allowance(f"password from {address}", FROM_ADDRESS, SPAN)]
