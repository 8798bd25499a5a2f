"""QLoRA of the small model, one step at a time, and its whole state as bytes. torch lives here and in what
only the training child imports."""

import gc
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load, save
from torch import Tensor
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from core import messages
from core.errors import LearningError, ModelError
from core.preference.adapter_gguf import adapter_gguf
from core.preference.backend import (
    free_memory,
    give_back,
    half,
    is_out_of_memory,
    random_state,
    resolved,
    set_random_state,
)
from core.preference.batches import batch_of
from core.preference.encoding import Ids
from core.preference.footprint import Load, Plan, Shape, planned
from core.preference.group import Group
from core.preference.settings import TrainingSettings

_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_IGNORED = -100  # what torch's cross entropy leaves out


class MemoryShort(Exception):
    """There was no room for a step."""


class Qlora:
    """A run over `lessons`: `step` counts the steps done. Two runs of the same settings and lessons
    do the same arithmetic, whether or not one was broken off and restored in between. `settings` are those
    given with nothing left open, and `told` is what the user should know of them."""

    def __init__(
        self,
        base: Path,
        settings: TrainingSettings,
        lessons: Sequence[Ids],
        validation: Sequence[Ids],
        at_once: int = 0,
        group: Group | None = None,
    ) -> None:
        """`at_once`: work on no more lessons together, 0 for as many as fit; `group`: with whom. Raises
        ModelError for a folder that holds no model transformers can load, LearningError where memory or the
        device is missing."""
        self._group = group or Group()
        self.settings, told = resolved(settings)
        settings = self._settings = self.settings
        self._base, self._device = base, settings.device
        self._lessons, self._validation = lessons, validation
        plan = _plan(base, settings, (*lessons, *validation), self._group.here)
        at_once = min(plan.at_once, at_once or plan.at_once)
        self._at_once = self._group.least(at_once, self._device)
        self._twice = plan.checkpointing
        tight = self._at_once < settings.batch or (self._twice and settings.gradient_checkpointing != "on")
        self.told = (*told, self._short()) if tight else told
        torch.manual_seed(settings.seed)
        self.model = _adapted(load_base(base, settings), settings)
        if self._twice:
            self._calculate_twice()
        self._trained = [p for p in self.model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._trained, lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.total = settings.steps_for(len(lessons))
        self.step = 0
        self.loss = math.nan  # a running mean over the last steps
        self._best: dict[str, Tensor] | None = None
        self._best_loss = math.inf
        self._worse = 0

    @property
    def done(self) -> bool:
        return self.step >= self.total or self._worse >= self._settings.patience

    def advance(self) -> float:
        """One step; returns the loss of its batch before it. Raises MemoryShort, with the step undone, where
        there was no room for it: `ease`, and try again."""
        self.model.train()
        rate = self._settings.learning_rate * _schedule(self.step, self.total, self._settings.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        value = self._gradients(self._batch(self.step))
        torch.nn.utils.clip_grad_norm_(self._trained, self._settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.loss = value if math.isnan(self.loss) else 0.9 * self.loss + 0.1 * value
        return value

    def validate(self) -> tuple[float, bool]:
        """(loss on the validation part, whether it is the best so far); keeps the best weights."""
        self.model.eval()
        size = self._at_once
        batches = [self._validation[i : i + size] for i in range(0, len(self._validation), size)]
        with torch.no_grad():
            mine = batches[self._group.rank :: self._group.size]
            losses = [float(self._loss(batch)) * len(batch) for batch in mine]
        loss = self._group.sum(sum(losses), self._device) / len(self._validation)
        better = loss < self._best_loss
        if better:
            self._best_loss, self._best, self._worse = loss, self._weights(), 0
        else:
            self._worse += 1
        return loss, better

    def state(self) -> bytes:
        stream = io.BytesIO()
        torch.save(
            {
                "step": self.step,
                "loss": self.loss,
                "weights": self._weights(),
                "optimizer": self._optimizer.state_dict(),
                "rng": random_state(self._device),
                "at_once": self._at_once,
                "twice": self._twice,
                "best": self._best,
                "best_loss": self._best_loss,
                "worse": self._worse,
            },
            stream,
        )
        return stream.getvalue()

    def restore(self, state: bytes) -> None:
        saved = torch.load(io.BytesIO(state), weights_only=True, map_location="cpu")
        self.step, self.loss = saved["step"], saved["loss"]
        self._best, self._best_loss, self._worse = saved["best"], saved["best_loss"], saved["worse"]
        set_peft_model_state_dict(self.model, saved["weights"])
        self._optimizer.load_state_dict(saved["optimizer"])
        set_random_state(saved["rng"], self._device)
        self._at_once = min(self._at_once, saved["at_once"])
        if saved["twice"] and not self._twice:
            self._calculate_twice()

    def adapter(self) -> tuple[bytes, bytes]:
        """(GGUF, safetensors) of the best weights, or the last where there was no validation."""
        weights = self._best if self._best is not None else self._weights()
        arrays = {name: tensor.float().numpy() for name, tensor in weights.items()}
        config = json.loads((self._base / "config.json").read_text("utf-8"))
        return adapter_gguf(arrays, config, self._settings.alpha), save(weights)

    def wear(self, peft: bytes) -> None:
        """Puts on a finished adapter, as `adapter` gave it."""
        set_peft_model_state_dict(self.model, load(peft))

    def greedy(self, prompt: Sequence[int], most: int, end: int) -> list[int]:
        """The answer to a prompt, token by token the likeliest, its end token left out."""
        self.model.eval()
        ids = torch.tensor([list(prompt)], device=self._device)
        with torch.no_grad():
            made = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=most,
                do_sample=False,
                use_cache=True,
                eos_token_id=end,
                pad_token_id=end,
            )
        written: list[int] = made[0, ids.shape[1] :].tolist()
        return written[: written.index(end)] if end in written else written

    def _weights(self) -> dict[str, Tensor]:
        found = cast(dict[str, Tensor], get_peft_model_state_dict(self.model))
        # A copy in the machine's memory, wherever it is trained.
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in found.items()}

    def _batch(self, step: int) -> list[Ids]:
        settings, lengths = self._settings, [_length(one) for one in self._lessons]
        chosen = batch_of(step, lengths, settings.batch, settings.seed, settings.group_by_length)
        return [self._lessons[one] for one in chosen]

    def _gradients(self, batch: Sequence[Ids]) -> float:
        """Adds up those of a batch, over all processes; returns its loss."""
        before = random_state(self._device)
        value = self._own_gradients(batch)
        # All take the step, or none.
        short = self._group.sum(float(value is None), self._device)
        if value is not None and not short:
            self._group.sum_gradients(self._trained)
            return self._group.sum(value, self._device)
        # Out here nothing holds on to what was calculated before it failed.
        self._optimizer.zero_grad(set_to_none=True)
        set_random_state(before, self._device)
        raise MemoryShort

    def _own_gradients(self, batch: Sequence[Ids]) -> float | None:
        """Adds up this process's share of them, in as many parts as memory wants; returns its share of the
        loss, None where there was no room."""
        try:
            if self._at_once >= len(batch) and self._group.size == 1:
                whole = self._loss(batch)
                whole.backward()  # type: ignore[no-untyped-call]
                return float(whole.detach())
            total, value = sum(one.weight * len(one.answer) for one in batch), 0.0
            mine = batch[self._group.rank :: self._group.size]
            for first in range(0, len(mine), self._at_once):
                part = self._loss(mine[first : first + self._at_once], total)
                part.backward()  # type: ignore[no-untyped-call]
                value += float(part.detach())
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None
        return value

    def ease(self) -> str:
        """Works on half as many lessons at once from now on, or calculates layers twice where it was one; a
        sentence that says so. Raises LearningError where nothing is left to try."""
        gc.collect()
        give_back(self._device)
        if self._at_once > 1:
            self._at_once //= 2
        elif not self._twice and self._settings.gradient_checkpointing == "auto":
            self._calculate_twice()
        else:
            raise LearningError("There is too little memory to learn; close other programs and learn again.")
        return self._short()

    def _short(self) -> str:
        return messages.learning.memory_short(self._at_once, self._settings.batch, self._twice)

    def _calculate_twice(self) -> None:
        self._twice = True
        base = self.model.get_base_model()
        # The name of it until transformers 5.23, and since.
        enable = getattr(base, "activation_checkpointing_enable", base.gradient_checkpointing_enable)
        enable({"use_reentrant": False})

    def _loss(self, batch: Sequence[Ids], total: float | None = None) -> Tensor:
        """Mean negative log-likelihood of the answer tokens, each weighted as its lesson is; where `total`
        is given, their sum over it: the share of a larger batch's loss."""
        ids, mask, labels, weights = (one.to(self._device) for one in _tensors(batch))
        # The last layer costs most: only positions that predict an answer token need it.
        hidden = self.model.get_base_model().model(input_ids=ids, attention_mask=mask).last_hidden_state
        wanted = labels[:, 1:] != _IGNORED
        logits = self.model.get_base_model().lm_head(hidden[:, :-1][wanted]).float()
        losses = torch.nn.functional.cross_entropy(logits, labels[:, 1:][wanted], reduction="none")
        shares = weights[:, None].expand_as(wanted)[wanted]
        return (losses * shares).sum() / (shares.sum() if total is None else total)


def _length(one: Ids) -> int:
    return len(one.prompt) + len(one.answer)


def _plan(base: Path, settings: TrainingSettings, lessons: Sequence[Ids], here: int) -> Plan:
    """Of one of `here` processes on this machine. Raises LearningError where it has too little memory."""
    if not lessons:
        return Plan(settings.batch, False, 0.0)
    load = Load(max(map(_length, lessons)), max(len(one.answer) for one in lessons))
    try:
        shape = Shape.of(json.loads((base / "config.json").read_text("utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError("The small model's folder is damaged; get the model again.") from error
    # Each has a GPU of its own; a machine's memory they share.
    sharing = 1 if settings.device == "cuda" else here
    return planned(shape, settings, load, free_memory(settings.device) / sharing)


def _tensors(batch: Sequence[Ids]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    length = max(map(_length, batch))
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, _IGNORED)
    for row, one in enumerate(batch):
        start, end = len(one.prompt), len(one.prompt) + len(one.answer)
        ids[row, :end] = torch.tensor([*one.prompt, *one.answer])
        mask[row, :end] = 1
        labels[row, start:end] = torch.tensor(one.answer)
    return ids, mask, labels, torch.tensor([one.weight for one in batch])


def _schedule(step: int, total: int, warmup: float) -> float:
    """Linear warm-up, then a cosine down to nothing."""
    rising = max(1, round(warmup * total))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, total - rising)))


def load_base(base: Path, settings: TrainingSettings) -> Any:
    """The base as it is trained on, quantised if the settings say so. Raises ModelError, LearningError."""
    settings, _ = resolved(settings)
    options: dict[str, Any] = {
        "dtype": half(settings.device) if settings.quantization == "16bit" else torch.float32,
        "device_map": settings.device,
        "local_files_only": True,
    }
    if settings.quantization == "nf4":
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=getattr(torch, settings.compute),
        )
    try:
        model = AutoModelForCausalLM.from_pretrained(base, **options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError("The small model cannot be loaded for training; get it again.") from error
    model.config.use_cache = False
    return model


def _adapted(model: Any, settings: TrainingSettings) -> Any:
    lora = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=_LINEAR,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, lora)
