"""Labels and names that say whose an image, container, network or volume is."""

from __future__ import annotations

SERVICE_LABEL = "todo.stack.service"
CONTENT_LABEL = "todo.stack.content"
PARTS_LABEL = "todo.stack.content.parts"
STACK_LABEL = "todo.stack.name"
OUR_LABELS = "todo.stack."

COMPOSE_PROJECT = "com.docker.compose.project"
COMPOSE_SERVICE = "com.docker.compose.service"
COMPOSE_NUMBER = "com.docker.compose.container-number"
COMPOSE_HASH = "com.docker.compose.config-hash"
COMPOSE_ONE_OFF = "com.docker.compose.oneoff"

CANDIDATE = "candidate"


def content_reference(image: str, digest: str) -> str:
    """Return the reference that keeps naming the content of this digest (``sha256:…``)."""
    return f"{image}:{digest.removeprefix('sha256:')[:12]}"


def candidate_name(stack: str, service: str) -> str:
    """Return the name of the container in which a service's new version proves itself."""
    return f"{stack}-{service}-{CANDIDATE}"
