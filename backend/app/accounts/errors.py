"""What can be wrong with an account's request."""

from app.errors import NotSignedInError, RefusedError


class WrongCredentialsError(NotSignedInError):
    """No such account, or not its password: one answer for both."""

    detail = "e-mail or password is wrong"


class SessionOverError(NotSignedInError):
    """The session token is unknown, expired or revoked."""

    detail = "the session is over: sign in again"


class WrongPasswordError(RefusedError):
    """Not the password of the account that is signed in."""

    status = 403
    detail = "the password is wrong"


class ChangedMeanwhileError(RefusedError):
    """The password that was proved is not the account's any more."""

    status = 409
    detail = "the password was changed meanwhile: nothing was done"
    code = "password_changed"


class OtherAccountError(RefusedError):
    """The request is meant for another account than the one that is signed in."""

    status = 409
    detail = "another account is signed in: nothing was done"
    code = "other_account"


class EmailTakenError(RefusedError):
    """There is an account with this e-mail."""

    status = 409
    detail = "there is an account with this e-mail already"
