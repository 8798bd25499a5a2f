"""Trains what `longhand learn --export` wrote, on this machine or another, in one process or several:

    accelerate launch --num_processes 2 -m core.preference.launched FILE OUT

`longhand learn --adapter OUT` takes in what comes of it. The first process alone writes: OUT, and on the way
OUT.partial, from which a run that was broken off goes on. Both can recite the mail that was learned from."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.engine.memory import peak_rss_mb
from core.errors import InputError, Known
from core.models.catalogue import embedded_weights
from core.preference import parcel
from core.preference.encoding import Encoder
from core.preference.settings import to_toml
from core.privacy.environment import child_environment

if TYPE_CHECKING:
    from core.preference.group import Group
    from core.preference.qlora import Qlora


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="core.preference.launched",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what learn --export wrote")
    parser.add_argument("out", type=Path, metavar="OUT", help="where the finished training goes")
    parser.add_argument("--base", type=Path, help="the small model's folder; by default Longhand's own")
    parser.add_argument("--threads", type=int, default=0, help="of each process on a CPU; 0: as torch likes")
    given = parser.parse_args()
    os.environ.update(child_environment())
    try:
        _train(given.file, given.out, given.base, given.threads)
    except Known as error:
        if os.environ.get("RANK", "0") == "0":
            sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _train(file: Path, out: Path, base: Path | None, threads: int) -> None:
    request = parcel.read(file, parcel.Request)
    base = base or embedded_weights(request.base)
    if parcel.weights_digest(base) != request.weights:
        raise InputError("This was exported for another small model; name its folder with --base.")
    import torch

    from core.preference.backend import resolved
    from core.preference.group import Group

    if threads:
        torch.set_num_threads(threads)
    settings, _ = resolved(request.settings)
    group = Group.joined(settings.device)
    try:
        _run(request, base, out, group)
    finally:
        group.leave()


def _run(request: parcel.Request, base: Path, out: Path, group: "Group") -> None:
    from core.preference.qlora import MemoryShort, Qlora

    started, encoder, settings = time.monotonic(), Encoder(base), request.settings
    lessons, validation = (
        [encoder.lesson(one, settings.max_length) for one in part]
        for part in (request.lessons, request.validation)
    )
    run = Qlora(base, settings, lessons, validation, group=group)
    told = dict.fromkeys(run.told)
    before = group.told_by_first(_begun(request.run, out) if group.rank == 0 else None)
    if before:
        run.restore(before.state)
    losses, spent = list(before.losses) if before else [], before.seconds if before else 0.0
    while not run.done:
        try:
            losses.append(run.advance())
        except MemoryShort:
            told[run.ease()] = None
            continue
        every = settings.validate_every if validation else 0
        if every and (run.step % every == 0 or run.step == run.total):
            run.validate()
        if group.rank == 0:
            sys.stderr.write(f"step {run.step} of {run.total}, loss {losses[-1]:.4f}\n")
        if group.rank == 0 and run.step % settings.checkpoint_every == 0:
            seconds = spent + time.monotonic() - started
            kept = parcel.Partial(request.run, tuple(losses), seconds, run.state())
            parcel.write(_partial(out), kept)
    if group.rank == 0:
        seconds = spent + time.monotonic() - started
        parcel.write(out, _result(request, run, losses, seconds, tuple(told)))
        _partial(out).unlink(missing_ok=True)


def _result(
    request: parcel.Request, run: "Qlora", losses: list[float], seconds: float, told: tuple[str, ...]
) -> parcel.Result:
    gguf, peft = run.adapter()
    return parcel.Result(
        run=request.run,
        weights=request.weights,
        asked=to_toml(request.settings),
        settings=to_toml(run.settings),
        gguf=gguf,
        peft=peft,
        loss=run.loss,
        losses=tuple(losses),
        examples=len(request.lessons),
        seconds=seconds,
        peak_mb=peak_rss_mb(),
        told=told,
    )


def _begun(run: str, out: Path) -> parcel.Partial | None:
    """What is there of the same run."""
    if not _partial(out).exists():
        return None
    found = parcel.read(_partial(out), parcel.Partial)
    return found if found.run == run else None


def _partial(out: Path) -> Path:
    return out.with_name(out.name + ".partial")


if __name__ == "__main__":
    sys.exit(main())
