"""Triage of the shared examples: kinds, needs, severity, sums, references, dates; time a text.

Each language by itself and all together; with a file of lines ``{"text", "labels"}``, that file.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from amends.casework.claims import Need
from amends.casework.triage import triage

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "samples"


def main() -> int:
    """Print the figures; 0."""
    verbose = "-v" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    shared = Path(os.environ.get("AMENDS_SAMPLES", _BESIDE)).parent / "domain"
    path = Path(names[0]) if names else shared / "triage-examples.jsonl"
    examples = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for example in examples:  # warm: the lists are read once
        triage(example["text"])
    started = time.perf_counter()
    read = [triage(example["text"], received=_day(example)).as_json() for example in examples]
    took = (time.perf_counter() - started) / len(examples)
    pairs = list(zip(examples, read, strict=True))
    for language in ("", *sorted({example["labels"]["language"] for example in examples})):
        print(figures(language or "all", [pair for pair in pairs if not language or
                                          pair[0]["labels"]["language"] == language]))
    print(f"{1000 * took:.2f} ms a text")
    if verbose:
        _print_misses(pairs)
    return 0


def figures(name: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """One line of figures."""
    wanted = [example["labels"] for example, _ in pairs]
    got = [read for _, read in pairs]
    both = list(zip(wanted, got, strict=True))
    needs = _counts((set(w["needs"]), set(g["needs"])) for w, g in both)
    harm = [g for w, g in both if Need.SELF_HARM_RISK in w["needs"]]
    found = sum(Need.SELF_HARM_RISK in g["needs"] for g in harm)
    return (
        f"{name:<4}{len(pairs):>4} texts"
        f"  kind F1 {_macro([(w['kind'], g['kind']) for w, g in both]):.3f}"
        f" acc {_share(w['kind'] == g['kind'] for w, g in both):.3f}"
        f"  needs R {needs[1]:.3f} P {needs[0]:.3f}  self-harm {found}/{len(harm)}"
        f"  amounts {_counts(_sets(both, 'amounts'))[2]:.3f}"
        f"  refs {_counts(_sets(both, 'references'))[2]:.3f}"
        f"  dates {_counts((set(w['dates']), set(g['dates'])) for w, g in both)[2]:.3f}"
        f"  complaint {_share(w['complaint'] == g['complaint'] for w, g in both):.3f}"
        f"  severity {_share(w['severity'] == g['severity'] for w, g in both):.3f}"
        f" ±1 {_share(abs(w['severity'] - g['severity']) <= 1 for w, g in both):.3f}"
        f"  language {_share(w['language'] == g['language'] for w, g in both):.3f}"
    )


def _sets(both: Iterable[tuple[dict[str, Any], dict[str, Any]]],
          name: str) -> Iterable[tuple[set[Any], set[Any]]]:
    for wanted, got in both:
        yield ({tuple(sorted(one.items(), key=str)) for one in wanted[name]},
               {tuple(sorted(one.items(), key=str)) for one in got[name]})


def _share(values: Iterable[bool]) -> float:
    all_values = list(values)
    return sum(all_values) / len(all_values) if all_values else 1.0


def _counts(sets: Iterable[tuple[set[Any], set[Any]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all texts together."""
    right = found = wanted = 0
    for want, got in sets:
        right += len(want & got)
        found += len(got)
        wanted += len(want)
    precision = right / found if found else 1.0
    recall = right / wanted if wanted else 1.0
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def _macro(pairs: list[tuple[str, str]]) -> float:
    """The mean of F1 over the kinds that occur."""
    right: Counter[str] = Counter()
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for wanted, got in pairs:
        right[wanted] += wanted == got
        seen["wanted"][wanted] += 1
        seen["got"][got] += 1
    kinds = seen["wanted"]
    return sum(2 * right[kind] / (kinds[kind] + seen["got"][kind]) for kind in kinds) / (
        len(kinds) or 1)


def _day(example: dict[str, Any]) -> date | None:
    return date.fromisoformat(example["received"]) if example.get("received") else None


def _print_misses(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for example, read in pairs:
        labels = example["labels"]
        wrong = {name: (value, read[name]) for name, value in labels.items()
                 if _plain(value) != _plain(read[name])}
        if wrong:
            print(f"\n{example.get('id')} {example['text']!r}")
            for name, (value, got) in wrong.items():
                print(f"   {name}: wanted {value}, read {got}")


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
