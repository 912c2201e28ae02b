"""The commands that make a base image, and the packages it needs."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import Mirror
from ansible_collections.todo.stack.plugins.module_utils.build.base_recipe import (
    Recipe,
    import_argv,
    mmdebstrap_argv,
    node_recipe,
    postgres_recipe,
    python_recipe,
    source_lines,
)
from ansible_collections.todo.stack.plugins.module_utils.build.shared_libraries import (
    linked_libraries,
    owners,
)

MIRROR = Mirror("http://m/debian", "http://m/security", "/keys/debian.gpg")
PYTHON = python_recipe("3.12", "3.12.1", "bookworm", "/opt/python", ["libssl3"])
NODE = node_recipe("20.20.2", "bookworm", "/usr", "/usr/lib/node_modules/npm", ["libstdc++6"])
POSTGRES = postgres_recipe("17")


def test_the_base_is_made_from_the_mirror_with_the_recipes_hooks() -> None:
    argv = mmdebstrap_argv(PYTHON, MIRROR, "/r", "/t/base.tar", ['Acquire::Check-Date "false"'])
    assert argv[0] == "mmdebstrap"
    assert "--include=ca-certificates,netbase,passwd,tzdata,libssl3" in argv
    assert '--aptopt=Acquire::Check-Date "false"' in argv
    hooks = [part for part in argv if "hook=" in part]
    assert hooks == ["--customize-hook=/r/python.sh", "--customize-hook=/r/common.sh"]
    assert argv[-5:-3] == ["bookworm", "/t/base.tar"]


def test_only_postgres_fixes_its_user_and_leaves_llvm_out() -> None:
    postgres = mmdebstrap_argv(POSTGRES, MIRROR, "/r", "/t", [])
    python = mmdebstrap_argv(PYTHON, MIRROR, "/r", "/t", [])
    assert "--essential-hook=/r/postgres-user.sh" in postgres
    assert any("libLLVM" in part for part in postgres)
    assert not any("libLLVM" in part or "essential" in part for part in python)


@pytest.mark.parametrize(
    ("mirror", "expected"),
    [
        (
            MIRROR,
            [
                "deb [signed-by=/keys/debian.gpg] http://m/debian trixie main",
                "deb [signed-by=/keys/debian.gpg] http://m/debian trixie-updates main",
                "deb [signed-by=/keys/debian.gpg] http://m/security trixie-security main",
            ],
        ),
        (
            Mirror("http://m/debian"),
            ["deb http://m/debian trixie main", "deb http://m/debian trixie-updates main"],
        ),
    ],
)
def test_the_base_takes_packages_from_where_the_host_does(
    mirror: Mirror, expected: list[str]
) -> None:
    assert source_lines(mirror, "trixie") == expected


@pytest.mark.parametrize("recipe", [PYTHON, NODE, POSTGRES])
def test_every_base_is_labelled_as_bootstrapped(recipe: Recipe) -> None:
    argv = import_argv(recipe, "/t", "localhost/x:1")
    assert argv[:2] == ["docker", "import"]
    assert "LABEL todo.stack.base=bootstrap" in argv
    assert f'LABEL todo.stack.base.made-from="{recipe.made_from}"' in argv
    assert argv[-2:] == ["/t", "localhost/x:1"]


@pytest.mark.parametrize("recipe", [PYTHON, NODE, POSTGRES])
def test_no_path_of_the_build_machine_is_written_into_an_image(recipe: Recipe) -> None:
    assert "/opt/python" not in " ".join(import_argv(recipe, "/t", "x"))


def test_postgres_runs_as_a_fixed_user_and_stops_at_once() -> None:
    argv = import_argv(POSTGRES, "/t", "x")
    assert {"USER 999:999", "STOPSIGNAL SIGINT", "VOLUME /var/lib/postgresql/data"} <= set(argv)


def test_a_postgres_no_debian_release_has_is_refused() -> None:
    with pytest.raises(KeyError):
        postgres_recipe("12")


LDD = """/opt/python/bin/python3.12:
\tlinux-vdso.so.1 (0x00007f)
\tlibpython3.12.so.1.0 => /opt/python/lib/libpython3.12.so.1.0 (0x00007f)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
/opt/python/lib/python3.12/lib-dynload/_ssl.so:
\tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f)
\tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f)
"""
SEARCH = """diversion by x from: /usr/lib/x86_64-linux-gnu/libssl.so.3
libssl3:amd64: /usr/lib/x86_64-linux-gnu/libssl.so.3
vendor: /usr/lib/vendor/private/libssl.so.3
libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6
"""


def test_libraries_of_the_prefix_itself_are_no_packages() -> None:
    assert linked_libraries(LDD, "/opt/python") == ["libc.so.6", "libssl.so.3"]


def test_libraries_have_the_packages_that_own_them() -> None:
    assert owners(SEARCH) == ["libssl3"]
