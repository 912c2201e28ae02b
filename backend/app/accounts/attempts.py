"""How often a password may be tried: for one account, and from one address."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.allowances import Allowance, forget, use

SPAN = timedelta(minutes=15)
FOR_ACCOUNT = 10
FROM_ADDRESS = 100


async def count(session: AsyncSession, email: str, address: str | None) -> int | None:
    """Count an attempt before it is judged; return the seconds to wait where it is too many.

    Whether the account exists plays no part. An address that is not known has no count: the one
    of a proxy in between would lock everybody out at once.
    """
    waits = [await use(session, of_account(email))]
    if address is not None:
        waits.append(await use(session, _from_address(address)))
    return max((wait for wait in waits if wait is not None), default=None)


async def succeeded(session: AsyncSession, email: str, address: str | None) -> None:
    """Take back what the right password had counted."""
    await forget(session, of_account(email))
    if address is not None:
        await use(session, _from_address(address), -1)


def of_account(email: str) -> Allowance:
    """Return what may be tried for one e-mail."""
    return Allowance(f"password of {email}", FOR_ACCOUNT, SPAN)


def _from_address(address: str) -> Allowance:
    return Allowance(f"password from {address}", FROM_ADDRESS, SPAN)
