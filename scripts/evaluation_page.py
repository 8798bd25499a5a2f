#!/usr/bin/env python
"""Turns the lines of `python -m tests.bench comparison`, on standard input, into the tables of
docs/evaluation.md, on standard output: no figure there was typed by hand."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from core.cli.scores import ARM_NAMES

Figures = Mapping[str, Mapping[str, Any]]
SCORES = {
    "style_match": "style_match",
    "likeness": "likeness",
    "authorship": "authorship",
    "habits_kept": "habits kept",
    "fact_recall": "facts stated",
    "unsupported_facts": "unsupported facts",
    "brief_copy": "words copied",
}
OVERLAP = {"edit_distance": "words to change", "rouge_l": "ROUGE-L", "bleu": "BLEU", "chrf": "chrF"}
DRAFT = {"prompt_tokens": "tokens read", "new_tokens": "tokens written", "seconds": "seconds"}
TRAINED = {
    "trained.examples": "examples",
    "trained.making_prompt_tokens": "tokens read for them",
    "trained.making_new_tokens": "tokens written for them",
    "trained.making_seconds": "seconds for them",
    "trained.seconds": "seconds of training",
}


def main() -> None:
    lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    figures: Figures = {one["name"].removeprefix("comparison."): one for one in lines}
    parts = []
    for title, columns, digits in (
        ("How like the person", SCORES, 2),
        ("Word by word", OVERLAP, 2),
        ("What a draft costs", DRAFT, 1),
        ("What a training costs", TRAINED, 0),
    ):
        parts.append(f"### {title}\n\n{_table(figures, columns, digits)}\n")
    parts.append(f"### Likeness by person\n\n{_by_person(figures)}\n")
    parts.append(f"### Differences in style_match\n\n{_differences(figures)}\n")
    sys.stdout.write("\n".join(parts))


def _table(figures: Figures, columns: Mapping[str, str], digits: int) -> str:
    rows = []
    for arm, said in ARM_NAMES.items():
        found = [figures.get(f"{arm}.{column}") for column in columns]
        if any(found):
            cells = [f"{one['value']:.{digits}f}" if one else "" for one in found]
            rows.append([f"{said} (`{arm}`)", *cells])
    return _markdown(["", *columns.values()], rows)


def _by_person(figures: Figures) -> str:
    each = {
        arm: figures[f"{arm}.likeness"]["detail"]["each_seed"] for arm in ("zero_shot", "few_shot", "guided")
    }
    rows = [[ARM_NAMES[arm], *(f"{value:.2f}" for value in values)] for arm, values in each.items()]
    return _markdown(["", *(f"{number}" for number in range(1, len(rows[0])))], rows)


def _differences(figures: Figures) -> str:
    rows = []
    for name, one in figures.items():
        first, _, second = name.partition("-")
        if second:
            low, high = one["detail"]["interval_90"]
            said = f"{ARM_NAMES[first]} less {ARM_NAMES[second]}"
            rows.append([said, f"{one['value']:+.3f}", f"{low:+.3f} to {high:+.3f}"])
    return _markdown(["", "difference", "90 % interval"], rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
