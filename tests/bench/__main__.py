"""`python -m tests.bench [NAME...]` runs the named benchmarks, all without a name; one JSON object a line.

A benchmark is a module of this folder with a function `run(quick)` that yields figures. Its name is the
module's. Exit status: 0 every target holds, 1 one does not or a benchmark failed, 2 an unknown name.
"""

import argparse
import importlib
import pkgutil
import sys
import time
from pathlib import Path
from typing import cast

from core.errors import LonghandError
from tests.bench.figure import Benchmark

PLUMBING = {
    "__main__", "adapters", "bare_llama", "bare_loop", "demo_ledger", "figure", "large_profile",
    "loop_process", "loop_timer", "mbsync", "memory_process", "planted_mail", "program", "random_models",
    "sent_mails", "sync_process", "trainer_process", "window_process",
}  # fmt: skip


def names() -> list[str]:
    found = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    return sorted(found - PLUMBING)


def load(name: str) -> Benchmark:
    return cast("Benchmark", importlib.import_module(f"tests.bench.{name}"))


def run(name: str, quick: bool) -> bool:
    """Prints a benchmark's figures as they come; True if no target was missed."""
    started = time.monotonic()
    good = True
    try:
        for figure in load(name).run(quick):
            print(figure.line(), flush=True)
            good = good and figure.holds is not False
    except (LonghandError, OSError, RuntimeError) as error:
        print(f"{name} failed: {error}", file=sys.stderr)
        good = False
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print the names and what each measures")
    parser.add_argument("--quick", action="store_true", help="two seeds instead of all")
    arguments = parser.parse_args()
    known = names()
    if arguments.list:
        for name in known:
            print(f"{name:24}{(load(name).__doc__ or '').partition('. ')[0].strip()}")
        return 0
    if unknown := sorted(set(arguments.names) - set(known)):
        print(f"no such benchmark: {', '.join(unknown)}; --list names them all", file=sys.stderr)
        return 2
    results = [run(name, arguments.quick) for name in arguments.names or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
