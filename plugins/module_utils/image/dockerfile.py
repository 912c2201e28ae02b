"""What a Dockerfile says before it is built: its base images."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::-(?P<default>[^}]*))?\}|(?P<plain>\w+))")
_INSTRUCTION = re.compile(r"^\s*(?P<word>[A-Za-z]+)\s+(?P<rest>.*)$")


def base_images(text: str, args: Mapping[str, str], target: str | None = None) -> list[str]:
    """Return the images a Dockerfile starts from, in order, each once.

    ``args`` override the ``ARG`` defaults above the first ``FROM``. Stages of the file itself and
    ``scratch`` are no images; stages after ``target`` are not built.
    """
    known: dict[str, str] = {}
    stages: set[str] = set()
    images: list[str] = []
    for word, rest in _instructions(text):
        if word == "ARG" and not stages:
            name, _, default = rest.strip().partition("=")
            known[name] = args.get(name, _expand(default.strip("\"'"), known))
        if word == "FROM":
            source, stage = _from(rest, known)
            if source not in stages and source != "scratch" and source not in images:
                images.append(source)
            stages.add(stage or f"stage {len(stages)}")
            if target is not None and stage == target:
                break
    return images


def first_instruction(text: str) -> str | None:
    """Return the first instruction's word, or None for a file that has none."""
    return next((word for word, _rest in _instructions(text)), None)


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\s*\n", " ", "\n".join(lines))
    found = (_INSTRUCTION.match(line) for line in joined.splitlines())
    return [(match["word"].upper(), match["rest"]) for match in found if match]


def _from(rest: str, known: Mapping[str, str]) -> tuple[str, str | None]:
    words = [word for word in rest.split() if not word.startswith("--")]
    source = _expand(words[0], known) if words else ""
    named = len(words) > 2 and words[1].lower() == "as"  # noqa: PLR2004 - FROM image AS stage
    return source, words[2] if named else None


def _expand(value: str, known: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match["braced"] or match["plain"]
        return known.get(name) or match["default"] or ""

    return _VARIABLE.sub(replace, value)
