"""Finds interpreters on the managed host that a base image can be given."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.build.shared_libraries import (
    linked_libraries,
    owners,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run

_NUMBER = re.compile(r"\d+(?:\.\d+)+")


def find_python(given: str, version: str, environ: Mapping[str, str]) -> Path:
    """Return a prefix with CPython ``version`` (major.minor); StackError when there is none."""
    looked = [Path(given)] if given else _python_prefixes(version, environ)
    for prefix in looked:
        if (prefix / "bin" / f"python{version}").is_file() and _has_library(prefix, version):
            return prefix.resolve()
    raise StackError(
        f"no CPython {version} prefix on this host (looked in {', '.join(map(str, looked))})",
        where="base_images_python_prefix",
        remedy=f"install one (`pyenv install {version}`, `uv python install {version}`) "
        "or supply the base images by registry or archive (base_images_source)",
    )


def python_libraries(run: Run, prefix: Path, version: str) -> list[str]:
    """Return the packages with the libraries this CPython is linked with, tkinter's left out."""
    modules = (prefix / "lib" / f"python{version}" / "lib-dynload").glob("*.so")
    files = [path for path in modules if not path.name.startswith(("_tkinter", "_test"))]
    return _packages(run, [prefix / "bin" / f"python{version}", *files], prefix)


def find_node(given: str, version: str, run: Run, environ: Mapping[str, str]) -> Path | None:
    """Return the prefix of a Node.js of this major version that runs by itself, or None."""
    program = f"{given}/bin/node" if given else shutil.which("node", path=environ.get("PATH"))
    if not program or not Path(program).is_file():
        return None
    if release_of(run, program).split(".", 1)[0] != version.split(".", 1)[0]:
        return None
    _code, out, _err = run(["ldd", program])
    # A distribution's node is a launcher for its own libnode, which cannot be copied alone.
    return None if "libnode" in out else Path(program).resolve().parent.parent


def node_libraries(run: Run, prefix: Path) -> list[str]:
    """Return the packages with the libraries this Node.js is linked with."""
    return _packages(run, [prefix / "bin" / "node"], prefix)


def release_of(run: Run, program: str) -> str:
    """Return the version a program names itself, such as ``3.12.1``."""
    _code, out, err = run([program, "--version"])
    match = _NUMBER.search(out or err)
    return match[0] if match else ""


def _packages(run: Run, files: Sequence[Path], prefix: Path) -> list[str]:
    _code, out, _err = run(["ldd", *map(str, files)])
    names = linked_libraries(out, str(prefix))
    _code, found, _err = run(["dpkg-query", "--search", *(f"*/{name}" for name in names)])
    return owners(found)


def _has_library(prefix: Path, version: str) -> bool:
    return (prefix / "lib" / f"python{version}" / "os.py").is_file()


def _python_prefixes(version: str, environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME") or Path.home())
    roots = [Path(environ["PYENV_ROOT"])] if environ.get("PYENV_ROOT") else []
    roots += [home / ".pyenv", Path("/opt/pyenv")]
    found = [path for root in roots for path in _newest(root / "versions", f"{version}*")]
    found += _newest(home / ".local/share/uv/python", f"cpython-{version}*")
    found += [Path("/usr/local"), *_newest(Path("/opt"), f"python*{version}*")]
    return list(dict.fromkeys([*found, *(root / "versions" for root in roots if not found)]))


def _newest(folder: Path, pattern: str) -> list[Path]:
    def patch(path: Path) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", path.name)]

    return sorted(folder.glob(pattern), key=patch, reverse=True)
