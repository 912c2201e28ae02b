"""Words of a Dockerfile's line: quotes, escapes and variables, read as BuildKit's lexer does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_DIGITS_OR_SIGN = re.compile(r"[0-9]+|[@*#?\-$!]|\w+")
# A piece of a word, and whether blanks in it end the word.
_Piece = tuple[str, bool]


def expand(word: str, known: Mapping[str, str], escape: str = "\\") -> str:
    """Return a word without its quotes, its variables replaced; ValueError where that fails."""
    return _joined(_Lexer(word, known, escape).pieces())


def words(line: str, *, raw: bool = False) -> list[str]:
    """Return the words of a line, ``raw`` with their quotes; none where a quote is not closed."""
    try:
        return _split(_Lexer(line, {}, "\\", raw=raw, keep_unset=True).pieces())
    except ValueError:
        return []


class _Lexer:
    """Reads one text from left to right. ``raw`` keeps quotes and escapes."""

    def __init__(
        self,
        text: str,
        known: Mapping[str, str],
        escape: str,
        *,
        raw: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self._text, self._at = text, 0
        self._known, self._escape, self._keep_unset = known, escape, keep_unset
        self._raw_quotes = self._raw_escapes = raw

    def pieces(self, stop: str = "") -> list[_Piece]:
        """Return the pieces up to ``stop``, which must come, or to the end."""
        found: list[_Piece] = []
        while sign := self._take():
            if sign == stop:
                return found
            if sign == "$":
                found.append((self._variable(), True))
            elif sign in "'\"":
                found.append((self._quoted(sign), False))
            elif sign == self._escape:
                found.append(((sign if self._raw_escapes else "") + self._take(), False))
            else:
                found.append((sign, True))
        if stop:
            raise ValueError(f"{stop} is missing")
        return found

    def _take(self) -> str:
        sign = self._text[self._at : self._at + 1]
        self._at += 1
        return sign

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _quoted(self, quote: str) -> str:
        found = quote if self._raw_quotes else ""
        while (sign := self._take()) != quote:
            if not sign:
                raise ValueError(f"{quote} is missing")
            if quote == '"' and sign == "$":
                sign = self._variable()
            elif quote == '"' and sign == self._escape:
                kept = sign if self._raw_escapes else ""
                escaped = self._peek() in {'"', "$", self._escape}
                sign = kept + (self._take() if escaped else sign)
            found += sign
        return found + (quote if self._raw_quotes else "")

    def _variable(self) -> str:
        if self._peek() != "{":
            name = self._name()
            unset = name not in self._known
            return f"${name}" if not name or (unset and self._keep_unset) else self._value(name)
        begun = self._at - 1
        self._take()
        name, sign = self._name(), self._take()
        found = self._substituted(name, sign)
        unset = name not in self._known
        return self._text[begun : self._at] if unset and self._keep_unset else found

    def _substituted(self, name: str, sign: str) -> str:
        if not name:
            raise ValueError("a substitution names no variable")
        if sign == "}":
            return self._value(name)
        if sign == "/":
            return self._replaced(name)
        given = name in self._known
        if sign == ":":
            given, sign = bool(self._value(name)), self._take()
        if not sign or sign not in "+-?#%":
            raise ValueError(f"{sign or 'nothing'} is no modifier")
        word = self._pattern("}") if sign in "#%" else _joined(self.pieces("}"))
        if sign in "#%":
            return _trimmed(self._value(name), word, sign)
        if sign == "?" and not given and not self._keep_unset:
            raise ValueError(f"{name}: {word or 'must be given'}")
        if sign == "+":
            return word if given else ""
        return self._value(name) if given else (word if sign == "-" else "")

    def _replaced(self, name: str) -> str:
        count = 1
        if self._peek() == "/":
            self._take()
            count = 0
        pattern, replacement = self._pattern("/"), self._pattern("}")
        return re.sub(_expression(pattern), lambda _: replacement, self._value(name), count=count)

    def _pattern(self, stop: str) -> str:
        before, self._raw_escapes = self._raw_escapes, True
        try:
            return _joined(self.pieces(stop))
        finally:
            self._raw_escapes = before

    def _name(self) -> str:
        match = _DIGITS_OR_SIGN.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match[0] if match else ""

    def _value(self, name: str) -> str:
        return self._known.get(name, "")


def _joined(pieces: Iterable[_Piece]) -> str:
    return "".join(text for text, _ in pieces)


def _split(pieces: Iterable[_Piece]) -> list[str]:
    found = [""]
    for text, splits in pieces:
        first, *rest = re.split(r"\s+", text) if splits else [text]
        found[-1] += first
        found += rest
    return [word for word in found if word]


def _trimmed(value: str, pattern: str, sign: str) -> str:
    """Return a value without what matches at its begin (#) or end (%), doubled for the longest."""
    longest = pattern.startswith(sign)
    whole = re.compile(_expression(pattern[1:] if longest else pattern), re.DOTALL)
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if longest else lengths:
        at = length if sign == "#" else len(value) - length
        if whole.fullmatch(value[:at] if sign == "#" else value[at:]):
            return value[at:] if sign == "#" else value[:at]
    return value


def _expression(pattern: str) -> str:
    """Translate ``*`` and ``?``; a backslash takes their meaning away."""
    pieces: Iterable[str] = re.findall(r"\\.|.", pattern, re.DOTALL)
    special = {"*": ".*", "?": "."}
    return "".join(special.get(piece) or re.escape(piece[-1]) for piece in pieces)
