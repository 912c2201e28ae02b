"""Says which Python package the controller lacks, where an import would only show its traceback."""

from __future__ import annotations

import sys

from ansible.errors import AnsibleError


def lacking(package: str) -> AnsibleError:
    """Return the error for a package that Ansible's own Python cannot import."""
    return AnsibleError(
        f"todo.stack needs the Python package {package} on the controller, beside ansible-core -> "
        f"{sys.executable} -m pip install {package}, or `make up`, which installs what is pinned"
    )
