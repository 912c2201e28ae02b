"""What a Dockerfile says before it is built: its base images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?P<sign>:?[-+])?(?P<word>[^}]*)\}|(?P<plain>\w+))")
_INSTRUCTION = re.compile(r"^\s*(?P<word>[A-Za-z]+)\s+(?P<rest>.*)$")
_ARGUMENT = re.compile(r"""(?P<name>\w+)(?:=(?P<default>"[^"]*"|'[^']*'|\S*))?""")
_COPIED = {
    "COPY": re.compile(r"(?:^|\s)--from=(\S+)"),
    "RUN": re.compile(r"(?:^|\s)--mount=(?:\S*,)?from=([^\s,]+)"),
}
_HEREDOC = re.compile(r"""<<-?(["']?)(?P<end>\w+)\1""")


def base_images(text: str, args: Mapping[str, str], target: str | None = None) -> list[str]:
    """Return the images a Dockerfile starts or copies from, each once; last the result's own base.

    ``args`` override the ``ARG`` defaults above the first ``FROM``. Stages of the file itself and
    ``scratch`` are no images; stages after ``target`` are not built.
    """
    known: dict[str, str] = {}
    copied: list[str] = []
    roots: dict[str, str] = {}  # stage -> the image it grew from; scratch is ""
    root = ""
    for word, rest in _instructions(text):
        if word == "ARG" and not roots:
            for match in _ARGUMENT.finditer(rest):
                default = (match["default"] or "").strip("\"'")
                known[match["name"]] = args.get(match["name"], _expand(default, known))
        if word == "FROM":
            source, stage = _from(rest, known)
            root = roots.get(source.lower(), "" if source == "scratch" else source)
            number = str(len(roots))
            roots[stage or number] = root
            if target and target.lower() in {stage, number}:
                break
        copied += _COPIED[word].findall(rest) if word in _COPIED else []
    others = [image for image in copied if image.lower() not in roots and not image.isdigit()]
    images = dict.fromkeys(
        image for image in [*roots.values(), *others] if image not in {"", "scratch", root}
    )
    return [*images, root] if root else list(images)


def first_instruction(text: str) -> str | None:
    """Return the first instruction's word, or None for a file that has none."""
    return next((word for word, _rest in _instructions(text)), None)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = text.removeprefix("\ufeff").splitlines()
    kept = [line for line in lines if not line.lstrip().startswith("#")]
    ends: list[str] = []
    for line in re.sub(r"\\\s*\n", "", "\n".join(kept)).splitlines():
        if ends:  # inside a heredoc, where `from x import y` is no instruction
            ends = ends[1:] if line.lstrip("\t") == ends[0] else ends
            continue
        match = _INSTRUCTION.match(line)
        if match:
            yield match["word"].upper(), match["rest"]
            if match["word"].upper() in {"RUN", "COPY", "ADD"}:
                ends = [found["end"] for found in _HEREDOC.finditer(match["rest"])]


def _from(rest: str, known: Mapping[str, str]) -> tuple[str, str | None]:
    words = [word for word in rest.split() if not word.startswith("--")]
    source = _expand(words[0], known) if words else ""
    named = len(words) > 2 and words[1].lower() == "as"  # noqa: PLR2004 - FROM image AS stage
    return source, words[2].lower() if named else None


def _expand(value: str, known: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name, sign = match["braced"] or match["plain"], match["sign"] or ""
        given = known.get(name, "")
        counts = bool(given) if sign.startswith(":") else name in known
        if sign.endswith("+"):
            return match["word"] if counts else ""
        return given if counts or not sign else match["word"]

    return _VARIABLE.sub(replace, value)
