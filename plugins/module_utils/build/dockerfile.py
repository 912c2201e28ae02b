"""What a Dockerfile says before it is built: bases, USER, HEALTHCHECK, as BuildKit reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.todo.stack.plugins.module_utils.build.shell_words import (
    expand,
    words,
)

_SCRATCH = "scratch"
_DIRECTIVE = re.compile(r"#\s*(?P<name>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?P<value>.+?)\s*")
_DIRECTIVES = frozenset(["escape", "syntax", "check"])
_HEREDOC = re.compile(r"\d*<<(?P<tabs>-?)(?P<end>[^<]+)")
_FLAG = re.compile(r"""\s*(--(?:\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"'\\])*)""")
_QUOTE_OR_ESCAPE = re.compile(r"\\(.)|[\"']")
_WORD = re.compile(r"""(?:\\.|`.|"(?:[\\`].|[^"])*"|'[^']*'|\S)+""")


@dataclass(frozen=True)
class Declared:
    """What the image of a build will say of itself; None for what only its ``base`` knows."""

    base: str
    user: str | None = None
    healthcheck: str | None = None


@dataclass(frozen=True)
class _Instruction:
    """``word`` in upper case, its ``flags`` without quotes, and what follows them."""

    word: str
    flags: tuple[str, ...]
    rest: str


@dataclass
class _Stage:
    """A stage: ``base`` as FROM names it, and ``parent``, its number where it is a stage itself.

    ``sources``: what COPY and RUN read from, each a name and whether a number means a stage.
    ``said``: the last USER and HEALTHCHECK.
    """

    base: str
    parent: int | None
    sources: list[tuple[str, bool]] = field(default_factory=list)
    triggers: list[_Instruction] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    def read(self, one: _Instruction) -> None:
        """Note what an instruction of this stage reads from elsewhere."""
        if one.word in {"USER", "HEALTHCHECK"}:
            self.said[one.word] = one.rest.strip()
        if one.word == "ONBUILD":
            self.triggers.append(_instruction(one.rest))
        for flag in one.flags:
            name, _, value = flag.partition("=")
            if one.word == "COPY" and name == "--from":
                self.sources.append((value, True))
            if one.word == "RUN" and name == "--mount":
                self.sources.append((_mount_source(value), False))


class _Stages:
    """The stages of a file, by number; their names are in lower case."""

    def __init__(self) -> None:
        self.all: list[_Stage] = []
        self._numbers: dict[str, int] = {}

    def add(self, base: str, name: str) -> None:
        """Begin a stage; of two with one name, the later one counts from here on."""
        stage = _Stage(base, self._numbers.get(base))
        for trigger in () if stage.parent is None else self.all[stage.parent].triggers:
            stage.read(trigger)
        self.all.append(stage)
        if name:
            self._numbers[name.lower()] = len(self.all) - 1

    def root(self, number: int) -> str:
        """Return the image a stage grew from."""
        stage = self.all[number]
        return stage.base if stage.parent is None else self.root(stage.parent)

    def said(self, number: int, word: str) -> str | None:
        """Return what a stage, or one that it grew from, says last of USER or HEALTHCHECK."""
        stage = self.all[number]
        if word in stage.said or stage.parent is None:
            return stage.said.get(word)
        return self.said(stage.parent, word)

    def result(self, target: str | None) -> int:
        """Return the number of the stage that is asked for."""
        return self._numbers.get((target or "").lower(), len(self.all) - 1)

    def built(self, result: int) -> list[_Stage]:
        """Return the stages that are built for a result, in the order of the file."""
        numbers, due = {result}, [result]
        while due:
            stage = self.all[due.pop()]
            needed = {stage.parent, *(self._number(*source) for source in stage.sources)}
            fresh = {one for one in needed if one is not None and one < len(self.all)} - numbers
            numbers |= fresh
            due += fresh
        return [self.all[number] for number in sorted(numbers)]

    def images(self, stages: Iterable[_Stage]) -> list[str]:
        """Return the images that stages start from, then those they read from."""
        roots = [stage.base for stage in stages if stage.parent is None]
        sources = [source for stage in stages for source in stage.sources]
        return [*roots, *(name for name, counts in sources if self._number(name, counts) is None)]

    def _number(self, name: str, counts: bool) -> int | None:
        # Not isdigit() alone, which takes digits that are no number, such as a raised 2.
        digits = name.isascii() and name.isdigit()
        return int(name) if counts and digits else self._numbers.get(name.lower())


def base_images(
    text: str,
    args: Mapping[str, str],
    target: str | None = None,
    platform: str = "linux/amd64",
    builder: str | None = None,
) -> list[str]:
    """Return the images a build starts or copies from, each once; last the result's own base.

    ``args`` override the ``ARG`` defaults above the first ``FROM``. Stages of the file itself and
    ``scratch`` are no images; stages that ``target`` does not need are not built. What images
    themselves do ``ONBUILD`` is not known. ``platform`` is what is built for, also by the builder
    itself unless ``builder`` is another.
    """
    stages = _read(text, args, _platform_args(builder or platform, platform))
    if not stages.all:
        return []
    result = stages.result(target)
    root = stages.root(result)
    images = dict.fromkeys(stages.images(stages.built(result)))
    others = [image for image in images if image not in {"", _SCRATCH, root}]
    return others if root in {"", _SCRATCH} else [*others, root]


def declared(text: str, args: Mapping[str, str], target: str | None = None) -> Declared:
    """Return what the result of a build will say of its user and its health."""
    platform = "linux/amd64"
    stages = _read(text, args, _platform_args(platform, platform))
    if not stages.all:
        return Declared("")
    result = stages.result(target)
    said = stages.said
    return Declared(stages.root(result), said(result, "USER"), said(result, "HEALTHCHECK"))


def first_instruction(text: str) -> str | None:
    """Return the first instruction's word, or None for a file that has none."""
    return next((one.word for one in _instructions(text, _escape(text))), None)


def _read(text: str, args: Mapping[str, str], predefined: Mapping[str, str]) -> _Stages:
    stages, escape = _Stages(), _escape(text)
    known = {name: args.get(name, value) for name, value in predefined.items()}
    for one in _instructions(text, escape):
        if one.word == "FROM":
            # A word more is refused by the builder; it says so better than we could.
            source, word, name = [*one.rest.split(), "", "", ""][:3]
            stages.add(_expanded(source, known, escape), name if word.lower() == "as" else "")
        elif stages.all:
            stages.all[-1].read(one)
        elif one.word == "ARG":
            for word in _WORD.findall(one.rest):
                name, equals, default = word.partition("=")
                if name in args or equals:
                    known[name] = args.get(name, _expanded(default, known, escape))
    return stages


def _platform_args(builder: str, platform: str) -> dict[str, str]:
    """Return the arguments that are there without an ARG of their own."""
    found = {}
    for side, whole in (("BUILD", builder), ("TARGET", platform)):
        system, arch, variant = [*whole.split("/"), "", ""][:3]
        parts = {"PLATFORM": whole, "OS": system, "ARCH": arch, "VARIANT": variant}
        found.update({f"{side}{name}": value for name, value in parts.items()})
    return found


def _expanded(word: str, known: Mapping[str, str], escape: str) -> str:
    try:
        return expand(word, known, escape)
    except ValueError:
        return ""  # the builder refuses it, and says why


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]


def _escape(text: str) -> str:
    """Return the sign that escapes: a directive among the first lines may change it."""
    seen = set()
    for line in _lines(text):
        match = _DIRECTIVE.fullmatch(line.lstrip())
        name = match["name"].lower() if match else ""
        if match is None or name not in _DIRECTIVES or name in seen:
            break
        seen.add(name)
        if name == "escape":
            return match["value"]
    return "\\"


def _instructions(text: str, escape: str) -> Iterator[_Instruction]:
    lines = iter(_lines(text))
    # A doubled sign continues nothing.
    sign = re.escape(escape)
    continued = re.compile(rf"(?:^|(?<=[^{sign}])){sign}[ \t]*$")
    for first in lines:
        line = "" if first.lstrip().startswith("#") else first.lstrip()
        while continued.search(line):
            line = continued.sub("", line) + _continuation(lines)
        if not line.strip():
            continue
        one = _instruction(line)
        yield one
        for end, tabs in _heredocs(one, line):
            for body in lines:
                if (body.lstrip("\t") if tabs else body) == end:
                    break


def _continuation(lines: Iterator[str]) -> str:
    """Return the next line that is neither blank nor a comment."""
    return next((one for one in lines if one.strip() and not one.lstrip().startswith("#")), "")


def _instruction(line: str) -> _Instruction:
    word, _, rest = re.sub(r"\s+", " ", line.strip(), count=1).partition(" ")
    flags = []
    while match := _FLAG.match(rest):
        flags.append(_QUOTE_OR_ESCAPE.sub(lambda one: one[1] or "", match[1]))
        rest = rest[match.end() :]
        if match[1] == "--":
            break
    return _Instruction(word.upper(), tuple(flags), rest.strip())


def _mount_source(mount: str) -> str:
    fields = (one.partition("=") for one in mount.split(","))
    return {key.strip().lower(): value for key, _, value in fields}.get("from", "")


def _heredocs(one: _Instruction, line: str) -> Iterator[tuple[str, bool]]:
    """Yield the lines that end an instruction's heredocs, and whether tabs may precede them."""
    inner = _instruction(one.rest) if one.word == "ONBUILD" else one
    # The form of a JSON list takes none.
    if inner.word not in {"RUN", "COPY", "ADD"} or inner.rest.startswith("["):
        return
    for word in words(line, raw=True):
        match = _HEREDOC.fullmatch(word)
        ends = words(match["end"]) if match else []
        if match and len(ends) == 1:
            yield ends[0], bool(match["tabs"])
