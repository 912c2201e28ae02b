"""What is known of a built image: its row in results and reports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.layers import Weights
from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.build.spec import Decision
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Budget

_LAYERS_SHOWN = 5
_WORK = re.compile(r"^\[[^]]*\] (?:RUN|COPY|ADD|WORKDIR)\b")


def image_row(
    decision: Decision, image_id: str, weights: Weights, progress: BuildProgress
) -> dict[str, Any]:
    """Return one image's row: sizes in bytes of uncompressed layers, times in seconds."""
    spec = decision.spec
    steps = progress.target_steps(spec.service)
    # Only steps that do work: whether a FROM counts as cached depends on the image store.
    cached = sum(step.cached for step in steps if _WORK.search(step.name))
    return {
        "service": spec.service,
        "image": spec.reference,
        "content_image": spec.content_reference(decision.content),
        "image_id": image_id,
        "digest": decision.content.digest,
        "size_bytes": sum(layer["bytes"] for layer in weights.layers),
        "compressed_bytes": weights.compressed_bytes,
        "base_image": spec.bases[-1] if spec.bases else None,
        "base_bytes": weights.base_bytes,
        "build_seconds": round(progress.seconds(spec.service), 2),
        "cached_steps": cached,
        "cold": not cached,
        "steps": [
            {
                "name": progress.bare_name(step),
                "seconds": round(step.seconds, 2),
                "cached": step.cached,
            }
            for step in steps
        ],
        "layers": [dict(layer) for layer in weights.layers],
        "largest_layers": largest_layers(weights.layers),
        "budget": to_plain(spec.budget),
    }


def largest_layers(layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the five largest layers, the largest first."""
    ordered = sorted(layers, key=lambda layer: int(layer["bytes"]), reverse=True)
    return [dict(layer) for layer in ordered[:_LAYERS_SHOWN]]


def with_growth(row: dict[str, Any], earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the row with its growth in bytes since the last build, None for the first."""
    last = next((one["size_bytes"] for one in earlier if "size_bytes" in one), None)
    return {**row, "growth_bytes": None if last is None else row["size_bytes"] - last}


def over_budget(row: Mapping[str, Any], budget: Budget) -> list[str]:
    """Return how an image's row breaks its budget, a sentence each."""
    found = []
    size, seconds = row["size_bytes"], row["build_seconds"]
    if budget.bytes is not None and size > budget.bytes:
        largest = "; ".join(
            f"{layer['bytes']:,} bytes by {_shortened(layer['created_by'])}"
            for layer in largest_layers(row["layers"])
        )
        found.append(
            f"{row['service']}: {size:,} bytes, over its budget of {budget.bytes:,}. "
            f"Largest layers: {largest}"
        )
    if budget.seconds is not None and seconds > budget.seconds:
        steps = sorted(row["steps"], key=lambda step: step["seconds"], reverse=True)
        slowest = "; ".join(f"{s['seconds']} s for {s['name']}" for s in steps[:_LAYERS_SHOWN])
        found.append(
            f"{row['service']}: {seconds} s, over its budget of {budget.seconds} s. "
            f"Slowest steps: {slowest}"
        )
    return found


def _shortened(created_by: str) -> str:
    text = " ".join(created_by.split())
    return text if len(text) <= 100 else text[:97] + "..."  # noqa: PLR2004 - one terminal line
