"""Which mirror apt's sources name."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import (
    Mirror,
    find_mirror,
    listed_in,
    mirror_list,
    mirrors_of,
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


DOCKER = "https://download.docker.com/linux/debian"
LINE = f"{DOCKER} bookworm stable"
STANZA = f"Types: deb\nURIs: {DOCKER}\nSuites: bookworm\nComponents: stable\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docker.list", f"deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.gpg] {LINE}"),
        ("docker.list", f"deb [arch=amd64] {DOCKER}/ bookworm stable"),
        ("docker.list", f"deb-src {DOCKER} bookworm stable\ndeb {DOCKER} bookworm stable test"),
        ("docker.list", "deb http://download.docker.com/linux/debian bookworm stable"),
        ("archive_uri-https_download_docker_com_linux_debian.list", f"deb {LINE}"),
        ("docker.list", f"deb\t[ signed-by=/x ]\t{DOCKER}\tbookworm\tstable"),
        ("docker.list", f'  deb [signed-by="/x] "{DOCKER}" bookworm stable # theirs'),
        ("docker.list", f"deb {DOCKER.replace('//', '//u:p@')} bookworm stable"),
        ("docker.list", f"deb tor+{DOCKER} bookworm test"),
        ("docker.sources", STANZA + "Signed-By: /x.gpg\n"),
        ("docker.sources", STANZA.lower().replace(" ", "\n ") + "Enabled: nonsense\n"),
        ("docker.sources", STANZA.replace("bookworm", "trixie bookworm") + "Signed-By:\n ---\n x"),
    ],
)  # fmt: skip
def test_a_repository_that_is_listed_already_is_found(name: str, text: str) -> None:
    files = {"debian.sources": DEB822, name: text}
    assert listed_in(files, DOCKER, "bookworm") == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docker.list", f"# deb {DOCKER} bookworm stable"),
        ("docker.list", f"deb-src {DOCKER} bookworm stable"),
        ("docker.list", f"deb {DOCKER} bullseye stable"),
        ("docker.list", "deb https://download.docker.com/linux/ubuntu bookworm stable"),
        ("docker.list", "deb https://mirror.example/docker/linux/debian bookworm stable"),
        ("docker.list", "deb"), ("docker.list", "debug https://download.docker.com"),
        *(("docker.sources", f"Enabled: {off}\n{STANZA}")
          for off in ("no", "No", "false", "0", "off", "disable", "without")),
    ],
)  # fmt: skip
def test_a_source_that_is_off_or_of_something_else_is_none(name: str, text: str) -> None:
    assert listed_in({"debian.sources": DEB822, name: text}, DOCKER, "bookworm") == []


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("mirror+file:///etc/apt/mirrors/debian.list", "/etc/apt/mirrors/debian.list"),
        ("mirror+file:/etc/apt/mirrors/debian.list", "/etc/apt/mirrors/debian.list"),
        ("mirror+http://mirror.example/list", ""), ("mirror://mirror.example/list", ""),
        ("file:///srv/debian", ""), ("http://mirror.example/debian", ""), ("mirror+file:", ""),
    ],
)  # fmt: skip
def test_a_list_of_mirrors_in_a_file_has_a_path(uri: str, path: str) -> None:
    assert mirror_list(uri) == path


@pytest.mark.parametrize(
    ("text", "uris"),
    [
        ("https://mirror.example.org/debian\n", ("https://mirror.example.org/debian",)),
        ("# cloud\n\nhttp://a/debian\tpriority:2\nhttp://b/debian\tpriority:1 # near\n",
         ("http://b/debian", "http://a/debian")),
        ("http://a/debian type:deb-src\nhttp://b/debian type:index type:deb\n", ("http://b/debian",)),
        *((f"http://a/debian priority:{odd}\n", ("http://a/debian",))
          for odd in ("x", "\u00b2", "\u0663", "", "-1", "9" * 5000)),
        ("", ()),
    ],
)  # fmt: skip
def test_a_list_of_mirrors_names_them_the_preferred_first(text: str, uris: tuple[str, ...]) -> None:
    assert mirrors_of(text) == uris


@pytest.mark.parametrize("local", ["file:///srv/debian", "cdrom:[Debian]/", "copy:/srv/debian"])
def test_an_address_on_the_network_goes_before_a_disc_or_a_folder(local: str) -> None:
    files = {"a.list": f"deb {local} bookworm main", "debian.sources": DEB822}
    assert find_mirror(parse_sources(files), "bookworm").uri == EXPECTED.uri
    alone = {"a.list": "deb file:///srv/debian bookworm main"}
    assert find_mirror(parse_sources(alone), "bookworm").uri == "file:///srv/debian"
