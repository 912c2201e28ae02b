"""Kinds of text, told by patterns: what the API's description says is exactly what is accepted."""

from typing import Annotated

from pydantic import StringConstraints

# Controls, line and paragraph separators, and what turns the direction of the text around it.
_UNFIT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_ONE_LINE = rf"^[^\t\n\r{_UNFIT}]*[^\s\t\n\r{_UNFIT}][^\t\n\r{_UNFIT}]*$"
_LINES = rf"^[^{_UNFIT}]*$"


def one_line(max_length: int) -> StringConstraints:
    """Return what makes a string one line with something to see, without blanks around it."""
    return StringConstraints(
        strip_whitespace=True, min_length=1, max_length=max_length, pattern=_ONE_LINE
    )


def lines(max_length: int) -> StringConstraints:
    """Return what makes a string text of any number of lines."""
    return StringConstraints(max_length=max_length, pattern=_LINES)


Search = Annotated[str, lines(200)]
