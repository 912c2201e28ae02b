"""An engine of the tests' own: apart from the machine's in processes, mounts and network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.todo.stack.tests.integration.conftest import BASE, DOCKER

_BEGIN = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift 2 && exec dockerd "$@"'


@dataclass(frozen=True)
class PrivateEngine:
    """A dockerd whose data lie on a small disk of their own; all of it ends with its process."""

    host: str
    process: subprocess.Popen[bytes]

    def docker(self, *args: str) -> str:
        """Return the output of a docker command on this engine."""
        argv = [DOCKER, "--host", self.host, *args]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def take_base(self) -> None:
        """Have the base image of this machine."""
        with subprocess.Popen([DOCKER, "image", "save", BASE], stdout=subprocess.PIPE) as saving:
            load = [DOCKER, "--host", self.host, "image", "load", "--quiet"]
            subprocess.run(load, stdin=saving.stdout, capture_output=True, check=True)

    def kill(self) -> None:
        """End it and everything in it at once, as a loss of power would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def start_engine(folder: Path, *, megabytes: int, containerd_store: bool) -> PrivateEngine:
    """Return a running engine that keeps everything in ``folder``."""
    data, socket = folder / "data", folder / "docker.sock"
    data.mkdir(parents=True)
    features = {"features": {"containerd-snapshotter": containerd_store}}
    (folder / "daemon.json").write_text(json.dumps(features))
    # Its own network first of all: a dockerd removes or remakes the bridge it finds.
    argv = [
        shutil.which("unshare") or "unshare", "--net", "--pid", "--fork", "--kill-child",
        "--mount-proc", "sh", "-c", _BEGIN, "sh", f"{megabytes}m", str(data),
        "--host", f"unix://{socket}", "--data-root", str(data),
        "--exec-root", str(folder / "exec"), "--pidfile", str(folder / "pid"),
        "--config-file", str(folder / "daemon.json"),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            argv, stdout=log, stderr=log, start_new_session=True, env={**os.environ, "LC_ALL": "C"}
        )
    engine = PrivateEngine(f"unix://{socket}", process)
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        try:
            engine.docker("version")
        except subprocess.CalledProcessError:
            time.sleep(0.1)
        else:
            return engine
    engine.kill()
    raise RuntimeError((folder / "log").read_text()[-2000:])
