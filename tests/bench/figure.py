"""What a benchmark hands back, and the results a long one keeps so that it can go on after a stop."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Figure:
    """One line of output. `target` says in words what has to hold ('>= 0.8'; '' where the figure is only
    reported), `holds` whether it does (None where there is no target)."""

    name: str
    value: float
    unit: str
    target: str = ""
    holds: bool | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class Benchmark(Protocol):
    """A module of this folder: `run` yields its figures, over fewer seeds if `quick`."""

    __doc__: str | None

    def run(self, quick: bool) -> Iterator[Figure]: ...


def at_least(name: str, value: float, bound: float, unit: str = "", **detail: Any) -> Figure:
    return Figure(name, round(value, 4), unit, f">= {bound:g}", value >= bound, detail)


def at_most(name: str, value: float, bound: float, unit: str = "", **detail: Any) -> Figure:
    return Figure(name, round(value, 4), unit, f"<= {bound:g}", value <= bound, detail)


def reported(name: str, value: float, unit: str = "", **detail: Any) -> Figure:
    return Figure(name, round(value, 4), unit, detail=detail)


class Kept:
    """Results of single seeds under .bench/, one JSON file a benchmark: a second run goes on where the
    first was stopped. Results of other code are not taken up: the file's name carries a hash of core."""

    def __init__(self, name: str, folder: Path = REPOSITORY / ".bench") -> None:
        self._path = folder / f"{name}-{code_hash()}.json"

    def get(self, seed: int, make: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
        """The result of a seed, made and written down if it is not there yet."""
        key = str(seed)
        results: dict[str, dict[str, Any]] = {}
        if self._path.exists():
            results = json.loads(self._path.read_text(encoding="utf-8"))
        if key not in results:
            results[key] = make(seed)
            self._path.parent.mkdir(exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
            fresh.replace(self._path)
        return results[key]


def code_hash() -> str:
    """Changes with every source file, setting and weight of core."""
    digest = hashlib.sha256()
    for path in sorted((REPOSITORY / "core").rglob("*")):
        if path.suffix in {".py", ".toml", ".gguf", ".safetensors"}:
            digest.update(path.relative_to(REPOSITORY).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
