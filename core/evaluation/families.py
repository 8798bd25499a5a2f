"""The family matrix: rules made by one model and followed by another. Rules suit best the family of models
that made them, which is one of the failures of the paper (arXiv 2410.03731) that Longhand looks out for."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from core.evaluation.assessing import Assessor, MakeLearner
from core.evaluation.evaluating import digest
from core.evaluation.metrics import Interval
from core.evaluation.texts import Corpus
from core.models.chat import ChatModel
from core.store.database import Database
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

_CELL = "families/"  # with the writer's name: its cell, in the database of the model that made the rules


@dataclass(frozen=True)
class Cell:
    """`made_by` drew the rules from the mail that the agent learned; `writer` wrote under them. `zero_shot`
    and `guided` are likenesses (docs/design.md), `advantage` guided less zero-shot in style_match; None where
    too little mail tells nothing."""

    made_by: str
    made_by_family: str
    writer: str
    writer_family: str
    zero_shot: float | None
    guided: float | None
    advantage: Interval | None


class FamilyMatrix:
    """`open_apart`: the database for one of the models, by the name of a folder; `learner`: learning by a
    model's rules; `assessor`: an evaluation of a writer."""

    def __init__(
        self,
        open_apart: Callable[[str], Database],
        learner: Callable[[ChatModel], MakeLearner],
        assessor: Callable[[ChatModel], Assessor],
    ) -> None:
        self._open_apart, self._learner, self._assessor = open_apart, learner, assessor

    def run(
        self, models: Sequence[ChatModel], found: Corpus, progress: Progress, cancel: CancelToken
    ) -> tuple[Cell, ...]:
        """Each model's rules under each model, row by row. Goes on where an interrupted call stopped; what
        is done of the same mail is not done again. Raises as Assessor does."""
        cells: list[Cell] = []
        for made_by in models:
            with closing(self._open_apart(folder_of(made_by, found))) as database:
                for writer in models:
                    stage = f"Rules of {made_by.name}, written by {writer.name}"
                    progress.update(stage, len(cells), len(models) ** 2)
                    cells.append(self._cell(database, made_by, writer, found, progress, cancel))
        return tuple(cells)

    def _cell(
        self,
        database: Database,
        made_by: ChatModel,
        writer: ChatModel,
        found: Corpus,
        progress: Progress,
        cancel: CancelToken,
    ) -> Cell:
        jobs, key = JobRepository(database), f"{_CELL}{writer.family}/{writer.name}"
        if known := jobs.get(key, Cell):
            return known
        learner, assessor = self._learner(made_by), self._assessor(writer)
        gate = assessor.texts(database, found, learner, progress, cancel).gate
        made = Cell(
            made_by.name,
            made_by.family,
            writer.name,
            writer.family,
            gate.arms["zero_shot"].likeness,
            gate.arms["guided"].likeness,
            gate.advantage,
        )
        jobs.set(key, made)
        return made


def folder_of(made_by: ChatModel, found: Corpus) -> str:
    """Stands for a model's rules about this mail."""
    return digest(f"{made_by.family} {made_by.name} {found.digest}".encode())
