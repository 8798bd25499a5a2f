"""The demo, from first to last, with its ledger written down before its profile goes: what the benchmark
`egress` runs under strace. Arguments: the seed, examples and gate replies (0 for the demo's own), a file."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from core import demo
from core.app import App
from core.evaluation.learning import Limits
from core.tasks import CancelToken, Progress


def main(seed: int, examples: int, gate: int, path: Path) -> None:
    def told(app: App, _drafted: demo.Answered) -> None:
        """Where the demo would take its picture: after the last draft was saved."""
        (account,) = app.accounts.all()
        rows = [asdict(one) | {"at": one.at.isoformat()} for one in app.ledger.all()]
        held = {"host": account.host, "port": account.port, "ledger": rows}
        path.write_text(json.dumps(held), encoding="utf-8")

    limits = Limits(examples, gate) if examples else demo.LIMITS
    demo.run(seed, Progress(), CancelToken(), limits=limits, picture=told)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), Path(sys.argv[4]))
