"""The argument list and the definition for one `docker buildx bake` of several images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.options import IMAGE_CONTEXT
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import (
    CONTENT_LABEL,
    PARTS_LABEL,
    SERVICE_LABEL,
    STACK_LABEL,
)

BAKE_ENVIRONMENT = {
    # The engine's own builder: one of the user's containers would not store the image.
    "BUILDX_BUILDER": "default",
    # An attestation would turn each image into an index with an ID of its own at every build.
    "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    # Newer releases ask for consent to read outside the working folder; the caller named the paths.
    "BUILDX_BAKE_ENTITLEMENTS_FS": "0",
    "BUILDX_METADATA_PROVENANCE": "disabled",
}


def bake_argv(metadata_file: str) -> list[str]:
    """Return the command that builds the definition given on standard input."""
    return [
        "docker", "buildx", "bake",
        "--file", "-", "--progress", "rawjson", "--metadata-file", metadata_file,
    ]  # fmt: skip


def bake_definition(
    decisions: Sequence[Decision],
    *,
    ca_bundle: str | None,
    proxies: Mapping[str, str],
    no_cache: bool = False,
) -> dict[str, Any]:
    """Return the bake file, as JSON's dict.

    No tags: an image gets its names only after its budgets held. Proxies are arguments that
    BuildKit knows and leaves out of the image's history.
    """
    targets = {d.spec.service: _target(d, ca_bundle=ca_bundle, proxies=proxies) for d in decisions}
    if no_cache:
        targets = {name: {**one, "no-cache": True} for name, one in targets.items()}
    escaped: dict[str, Any] = _escaped(targets)
    return {"group": {"default": {"targets": list(targets)}}, "target": escaped}


def _target(
    decision: Decision, *, ca_bundle: str | None, proxies: Mapping[str, str]
) -> dict[str, Any]:
    spec, content = decision.spec, decision.content
    target: dict[str, Any] = {
        "context": spec.context,
        "dockerfile": spec.dockerfile,
        "args": {**proxies, **spec.args},
        "labels": {
            **spec.options.labels,
            STACK_LABEL: spec.stack,
            SERVICE_LABEL: spec.service,
            CONTENT_LABEL: content.digest,
            PARTS_LABEL: content.parts_label(),
        },
        "output": ["type=docker"],
        **spec.options.bake_fields(spec.service),
    }
    if spec.target:
        target["target"] = spec.target
    if spec.stand_ins:
        own = {ref: f"{IMAGE_CONTEXT}{other}" for ref, other in spec.stand_ins.items()}
        target["contexts"] = {**own, **target.get("contexts", {})}
    if ca_bundle and all(secret.id != "ca" for secret in spec.options.secrets):
        target["secret"] = [f"id=ca,src={ca_bundle}", *target.get("secret", [])]
    if spec.pulls:
        target["pull"] = True
    return target


def _escaped(value: Any) -> Any:
    """Return a definition whose strings arrive as they are: bake reads them as HCL templates."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {name: _escaped(one) for name, one in value.items()}
    return [_escaped(one) for one in value] if isinstance(value, list) else value
