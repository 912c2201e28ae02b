"""Which mirror apt's sources name."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import (
    Mirror,
    find_mirror,
    parse_sources,
)

KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEB822 = f"""# written by the installer
Types: deb
# a comment inside
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEY}

Types: deb deb-src
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
Signed-By: {KEY}
"""
ONE_LINE = f"""
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by={KEY}] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main
deb http://mirror.example/security bookworm-security main
"""
EXPECTED = Mirror("http://mirror.example/debian", "http://mirror.example/security", KEY)


@pytest.mark.parametrize(
    ("name", "text"),
    [("/etc/apt/sources.list", ONE_LINE), ("/etc/apt/sources.list.d/debian.sources", DEB822)],
)
def test_both_formats_name_the_mirror(name: str, text: str) -> None:
    assert find_mirror(parse_sources({name: text}), "bookworm") == EXPECTED


def test_a_third_party_with_a_suite_of_the_same_name_is_passed_over() -> None:
    files = {
        "/etc/apt/sources.list.d/a-vendor.list": "deb https://vendor.example/apt bookworm main",
        "/etc/apt/sources.list.d/debian.sources": DEB822,
    }
    assert find_mirror(parse_sources(files), "bookworm") == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "deb http://x.example/debian trixie main",
        "deb http://download.example/linux bookworm stable",
        "deb-src http://x.example/debian bookworm main",
        "deb [signed-by=/x",
        "deb",
    ],
)
def test_a_release_that_no_source_supplies_has_no_mirror(text: str) -> None:
    assert find_mirror(parse_sources({"sources.list": text}), "bookworm").uri == ""


def test_a_disabled_stanza_does_not_count() -> None:
    files = {"debian.sources": "Enabled: no\n" + DEB822.split("\n", 1)[1]}
    assert find_mirror(parse_sources(files), "bookworm").uri == ""


def test_a_key_inside_the_stanza_is_not_passed_on_as_a_path() -> None:
    inline = DEB822.replace(f"Signed-By: {KEY}", "Signed-By:\n -----BEGIN PGP-----\n .\n abc")
    assert find_mirror(parse_sources({"debian.sources": inline}), "bookworm").signed_by == ""


def test_another_suite_of_the_host_has_the_same_security_mirror() -> None:
    newer = "deb http://mirror.example/debian trixie main"
    files = {"debian.sources": DEB822, "newer.list": newer}
    assert find_mirror(parse_sources(files), "trixie").security_uri == EXPECTED.security_uri
