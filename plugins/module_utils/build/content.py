"""The content of an image-to-be: one digest over all that a build can see, and its parts.

The parts travel on the image as a label, so that a later run can say which file, argument or base
changed, without the old files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

_PART_DIGITS = 12  # of each part's SHA-256: enough to tell two versions of one file apart
_MAX_PARTS_BYTES = 32_768  # a label larger than this would weigh on every inspect
_DEPTHS = (0, 4, 3, 2, 1)
_DEPTH = ""  # the key of the label's own depth, which no part has


@dataclass(frozen=True)
class Content:
    """Everything a build reads: ``kind name -> fingerprint``, such as ``file app/main.py``."""

    parts: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The SHA-256 over all parts, as ``sha256:<hex>``."""
        canonical = json.dumps(dict(sorted(self.parts.items())), separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    def parts_label(self) -> str:
        """Return the parts packed for a label; too many files to carry go by their folders."""
        for depth in _DEPTHS:
            packed = json.dumps({_DEPTH: str(depth), **self._short(depth)}, separators=(",", ":"))
            label = base64.b64encode(zlib.compress(packed.encode(), 9)).decode()
            if len(label) <= _MAX_PARTS_BYTES:
                return label
        return ""

    def changes_since(self, label: str) -> list[str] | None:
        """Return what differs from a packed label, sorted; None when the label says nothing."""
        old = unpack_parts(label)
        if old is None:
            return None
        new = self._short(int(old.pop(_DEPTH, "0")))
        return [
            _describe(name, old, new)
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]

    def _short(self, depth: int) -> dict[str, str]:
        """Return name -> short fingerprint, files by their folder at this depth; 0 is by file."""
        folded: dict[str, list[str]] = {}
        for name, value in sorted(self.parts.items()):
            folded.setdefault(_folder(name, depth), []).append(f"{name} {value}")
        return {
            name: fingerprint(self.parts[name] if name in self.parts else "\n".join(ones))
            for name, ones in folded.items()
        }


def make_content(
    files: Mapping[str, str],
    args: Mapping[str, str],
    bases: Mapping[str, str],
    settings: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
) -> Content:
    """Return the content of a build.

    ``files``: path -> mode and digest. ``args``: build arguments. ``bases``: image reference -> its
    ID, "" when the host has none. ``settings``: target, platforms, labels, Dockerfile's name.
    ``secrets``: id -> keyed fingerprint.
    """
    groups = {
        "file": files, "argument": args, "base image": bases, "setting": settings,
        "secret": secrets or {},
    }  # fmt: skip
    return Content(
        {f"{kind} {name}": value for kind, group in groups.items() for name, value in group.items()}
    )


def fingerprint(value: str) -> str:
    """Return the first digits of a value's SHA-256."""
    # A link's target may hold bytes that are no UTF-8.
    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:_PART_DIGITS]


def unpack_parts(label: str) -> dict[str, str] | None:
    """Return the parts of a packed label, None for one that is empty or no such label."""
    try:
        parts = json.loads(zlib.decompress(base64.b64decode(label)))
    except (ValueError, zlib.error):
        return None
    return parts if isinstance(parts, dict) else None


def _folder(name: str, depth: int) -> str:
    if not depth or not name.startswith("file "):
        return name
    folders = name.split("/")[:-1][:depth]
    return "/".join(folders) + "/" if folders else name


def _describe(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    # A file's name may be no UTF-8, and what is told must be.
    shown = name.removeprefix("file ").encode("utf-8", "backslashreplace").decode()
    if name not in old:
        return f"{shown} added"
    if name not in new:
        return f"{shown} removed"
    return f"{shown} {'moved' if name.startswith('base image ') else 'changed'}"
