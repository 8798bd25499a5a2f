"""One training for `trainer_vs_default`: `python -m tests.bench.trainer_process WAY LESSONS EPOCHS`. Prints a
JSON object: `useful` tokens trained on, `fed` with the padding, seconds on the clock and of the processor."""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import DataCollatorForSeq2Seq, PreTrainedTokenizerFast, Trainer, TrainingArguments

from core import demo
from core.domain import Context
from core.engine.memory import peak_rss_mb
from core.models import prompts
from core.preference.batches import batch_of
from core.preference.encoding import Encoder, Ids
from core.preference.lessons import segments
from core.preference.qlora import Qlora
from core.preference.settings import TrainingSettings, load_settings
from core.preference.training_messages import Lesson
from core.sample.mailbox import make_mailbox

BASE = Path(__file__).parents[2] / "core/models/embedded/weights/mini-small"
THREADS = 2
SEED = 11


def main() -> None:
    way, count, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(THREADS)
    settings = load_settings(
        epochs=epochs, min_steps=1, validate_every=0, device="cpu", group_by_length=way == "ours_grouped"
    )
    lessons = made(count, settings)
    run = Qlora(BASE, settings, lessons, [])
    steps = run.total
    before = time.monotonic(), time.process_time()
    if way == "default":
        fed = by_default(run.model, lessons, run.settings, steps)
    else:
        for _ in range(steps):
            run.advance()
        fed = sum(_fed(lessons, settings, step) for step in range(steps))
    seconds, processor = time.monotonic() - before[0], time.process_time() - before[1]
    useful = epochs * sum(len(one.prompt) + len(one.answer) for one in lessons)
    result = {"useful": useful, "fed": fed, "steps": steps, "seconds": seconds, "processor": processor}
    sys.stdout.write(json.dumps(result | {"peak_mb": peak_rss_mb()}) + "\n")


def made(count: int, settings: TrainingSettings) -> list[Ids]:
    """Replies of a fictional person, as a naive fine-tune learns them: texts of all lengths."""
    encoder, found = Encoder(BASE), demo.replies(make_mailbox(SEED, replies=count, unread=0))
    turns = (segments(prompts.zero_shot(Context(one.incoming))) for one in found)
    return [
        encoder.lesson(Lesson(turn, one.sent), settings.max_length)
        for turn, one in zip(turns, found, strict=True)
    ]


def by_default(model: Any, lessons: Sequence[Ids], settings: TrainingSettings, steps: int) -> int:
    """Trains by `Trainer`; the tokens it fed, padding and all."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(BASE / "tokenizer.json"), pad_token="<|im_end|>")
    fed = 0

    class Counting(DataCollatorForSeq2Seq):
        def __call__(self, features: Any, return_tensors: Any = None) -> Any:
            nonlocal fed
            batch = super().__call__(features, return_tensors)
            fed += batch["input_ids"].numel()
            return batch

    rows = [
        {"input_ids": [*one.prompt, *one.answer], "labels": [-100] * len(one.prompt) + list(one.answer)}
        for one in lessons
    ]
    with tempfile.TemporaryDirectory() as folder:
        wanted = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=settings.batch,
            max_steps=steps,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            max_grad_norm=settings.clip,
            lr_scheduler_type="cosine",
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            seed=settings.seed,
        )
        Trainer(model=model, args=wanted, train_dataset=rows, data_collator=Counting(tokenizer)).train()
    return fed


def _fed(lessons: Sequence[Ids], settings: TrainingSettings, step: int) -> int:
    lengths = [len(one.prompt) + len(one.answer) for one in lessons]
    chosen = batch_of(step, lengths, settings.batch, settings.seed, settings.group_by_length)
    return max(lengths[one] for one in chosen) * len(chosen)


if __name__ == "__main__":
    main()
