"""Times todo.stack against its peers, pair by pair, on one copy of the project.

Every figure is a ratio within one session: ours, then the peer, at once after it. Prints a table
and writes artifacts/bench.json. The peers run beside the stack under test, on other addresses.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sides import PROJECT, Bench, bench

_SHOWN_SECONDS = 0.05


@dataclass
class Comparison:
    """Seconds of both sides, pair by pair, and the ratio that is aimed at."""

    title: str
    peer: str
    target: float | None
    pairs: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours over the peer's, a pair each."""
        return [ours / theirs for ours, theirs in self.pairs]

    def as_result(self) -> dict[str, Any]:
        """Return the comparison as JSON's dict."""
        return {
            "title": self.title,
            "peer": self.peer,
            "target": self.target,
            "seconds": [{"ours": ours, "peer": theirs} for ours, theirs in self.pairs],
            "ratio": _spread(self.ratios),
        }


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def compare(
    title: str,
    peer: str,
    target: float | None,
    sides: tuple[Callable[[], float], Callable[[], float]],
    *,
    rounds: int,
    before: Callable[[int], None] | None = None,
) -> Comparison:
    """Return ``rounds`` pairs of ours and the peer's; ``before`` readies each side's run."""
    found = Comparison(title, peer, target)
    for number in range(rounds):
        seconds = []
        for side, run in enumerate(sides):
            if before is not None:
                before(2 * number + side)
            seconds.append(run())
        found.pairs.append((seconds[0], seconds[1]))
        print(f"  {title} / {peer}: {seconds[0]:.2f} s / {seconds[1]:.2f} s", flush=True)
    return found


def measure(one: Bench, rounds: int) -> list[Comparison]:
    """Return every comparison."""
    print("Bringing all three up", flush=True)
    for up in (one.ours, one.community_docker, one.compose):
        up()
    unchanged, line = "nothing changed", "one changed line"
    playbook, hand = "community.docker", "docker compose up --build"
    found = [
        compare(unchanged, playbook, 0.3, (one.ours, one.community_docker), rounds=rounds),
        compare(unchanged, hand, 1.0, (one.ours, one.compose), rounds=rounds),
        compare(unchanged, "empty playbook", None, (one.ours, one.empty), rounds=rounds),
        compare(
            line, playbook, 0.75, (one.ours, one.community_docker),
            rounds=rounds, before=one.change_a_line,
        ),
        compare(line, hand, 1.4, (one.ours, one.compose), rounds=rounds, before=one.change_a_line),
        compare(
            "cold build", "docker buildx bake", 1.05, (one.cold_ours, one.cold_bake),
            rounds=rounds, before=one.make_cold,
        ),
    ]  # fmt: skip
    one.make_cold(None)
    return found


def image_sizes(copy: Path) -> list[dict[str, Any]]:
    """Return both images' bytes over their bases, from the report of the last run."""
    report = json.loads((copy / "artifacts/localhost/acceptance.json").read_text())
    limits = {"backend": 100_000_000, "frontend": 50_000_000}
    return [
        {
            "service": image["service"],
            "bytes": image["size_bytes"],
            "over_base_bytes": image["size_bytes"] - image["base_bytes"],
            "target_bytes": limits[image["service"]],
        }
        for image in report["images"]
    ]


def table(comparisons: list[Comparison], sizes: list[dict[str, Any]]) -> str:
    """Return what was measured as a table."""
    lines = [f"{'scenario':<18}{'against':<28}{'ours s':>8}{'peer s':>8}  ratio (min-max)  target"]
    for one in comparisons:
        ours = statistics.median(pair[0] for pair in one.pairs)
        theirs = statistics.median(pair[1] for pair in one.pairs)
        ratio = _spread(one.ratios)
        target = f"{one.target:g}" if one.target else "-"
        spread = f"{ratio['median']:.2f} ({ratio['min']:.2f}-{ratio['max']:.2f})"
        lines.append(
            f"{one.title:<18}{one.peer:<28}{ours:>8.2f}{theirs:>8.2f}  {spread:<17}{target}"
        )
    for size in sizes:
        lines.append(
            f"{size['service'] + ' image':<18}{'its base':<28}"
            f"+{size['over_base_bytes'] / 1e6:.1f} MB, target {size['target_bytes'] / 1e6:.0f} MB"
        )
    return "\n".join(lines)


def times(spent: dict[str, list[dict[str, Any]]]) -> str:
    """Return where the time of our runs went: the tasks that took a twentieth of a second."""
    lines = []
    for title, rows in spent.items():
        lines.append(f"{title}, where ours takes its {sum(row['seconds'] for row in rows):.2f} s")
        shown = [row for row in rows if row["seconds"] >= _SHOWN_SECONDS]
        lines += [f"  {row['seconds']:6.2f} s  {row['task']}" for row in shown]
    return "\n".join(lines)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="pairs for each comparison")
    rounds = parser.parse_args().rounds
    with bench() as one:
        comparisons = measure(one, rounds)
        sizes = image_sizes(one.copy)
        one.ours()
        spent = {"nothing changed": one.task_seconds()}
        one.change_a_line(-1)
        spent["one changed line"] = one.task_seconds()
        peaks = one.peak_bytes()
    results = [comparison.as_result() for comparison in comparisons]
    found = {"comparisons": results, "images": sizes, "task_seconds": spent, "peak_bytes": peaks}
    (PROJECT / "artifacts/bench.json").write_text(json.dumps(found, indent=1))
    print(table(comparisons, sizes))
    print("\n".join(f"{name}: at most {size / 1e6:.0f} MB" for name, size in peaks.items()))
    print(times(spent))


if __name__ == "__main__":
    main()
