"""The files of one stack on its host: where each lies. They are written and read in `edge`."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

RELEASES_KEPT = 5


@dataclass(frozen=True)
class StateDir:
    """The folder of the stack ``name`` below ``root``, mode 0700; every file in it is 0600.

    A release writes all of it under one lock on the folder; looking reads it.
    """

    root: str
    name: str

    @property
    def folder(self) -> str:
        """The stack's own folder, and the file that its lock is on."""
        return posixpath.join(self.root, self.name)

    @property
    def definition(self) -> str:
        """The compose file that runs."""
        return self._file("compose.yaml")

    @property
    def environment(self) -> str:
        """The compose override that delivers every value, and names every image."""
        return self._file("environment.json")

    @property
    def secrets(self) -> str:
        """The secrets made on this host."""
        return self._file("secrets.json")

    @property
    def secrets_since(self) -> str:
        """Since when each secret has its value, without the value."""
        return self._file("secrets_since.json")

    @property
    def builds(self) -> str:
        """The records of the last builds."""
        return self._file("builds.json")

    @property
    def contents(self) -> str:
        """What was found in the files of images."""
        return self._file("contents.json")

    @property
    def fingerprint_key(self) -> str:
        """The key of fingerprints, which never leaves the host."""
        return self._file("fingerprint.key")

    @property
    def releases(self) -> str:
        """The folder of the releases: a record each, and the files of the last ones."""
        return self._file("releases")

    @property
    def backups(self) -> str:
        """The folder of the databases' backups, a file and a JSON beside it each."""
        return self._file("backups")

    @property
    def watch(self) -> str:
        """The folder of what verifies the stack on its host, and of its last verdicts."""
        return self._file("watch")

    @property
    def audit(self) -> str:
        """The log of who did what to the stack, which outlives it."""
        return self._file("audit.jsonl")

    def record(self, number: int) -> str:
        """Return the record of a release."""
        return posixpath.join(self.releases, f"{number}.json")

    def of_release(self, number: int) -> StateFiles:
        """Return the files of a release, kept so that it can be gone back to."""
        folder = posixpath.join(self.releases, str(number))
        return StateFiles(
            posixpath.join(folder, "compose.yaml"), posixpath.join(folder, "environment.json")
        )

    def spec_of_release(self, number: int) -> str:
        """Return the contracts and options of a release, which its other files do not tell."""
        return posixpath.join(self.releases, str(number), "stack.json")

    @property
    def current(self) -> StateFiles:
        """The files of the release that runs."""
        return StateFiles(self.definition, self.environment)

    def _file(self, name: str) -> str:
        return posixpath.join(self.folder, name)


@dataclass(frozen=True)
class StateFiles:
    """A compose file and the override with its values: what compose is handed."""

    definition: str
    environment: str
