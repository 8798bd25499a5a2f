"""QLoRA of the small model, one step at a time, and its whole state as bytes. torch lives here and
in training_child alone; both run in the training child."""

import io
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load, save
from torch import Tensor
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from core.errors import ModelError
from core.preference.adapter_gguf import adapter_gguf
from core.preference.encoding import Ids
from core.preference.settings import TrainingSettings

_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_IGNORED = -100  # what torch's cross entropy leaves out


class Qlora:
    """A run over `lessons`: `step` counts the steps done. Two runs of the same settings and lessons
    do the same arithmetic, whether or not one was broken off and restored in between."""

    def __init__(
        self, base: Path, settings: TrainingSettings, lessons: Sequence[Ids], validation: Sequence[Ids]
    ) -> None:
        """Raises ModelError for a folder that holds no model transformers can load."""
        torch.manual_seed(settings.seed)
        self._base, self._settings = base, settings
        self._lessons, self._validation = lessons, validation
        self.model = _adapted(load_base(base, settings), settings)
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
        """One step; returns the loss of its batch before it."""
        self.model.train()
        rate = self._settings.learning_rate * _schedule(self.step, self.total, self._settings.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        loss = self._loss(self._batch(self.step))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._trained, self._settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        value = float(loss.detach())
        self.loss = value if math.isnan(self.loss) else 0.9 * self.loss + 0.1 * value
        return value

    def validate(self) -> tuple[float, bool]:
        """(loss on the validation part, whether it is the best so far); keeps the best weights."""
        self.model.eval()
        size = self._settings.batch
        batches = [self._validation[i : i + size] for i in range(0, len(self._validation), size)]
        with torch.no_grad():
            losses = [float(self._loss(batch)) * len(batch) for batch in batches]
        loss = sum(losses) / len(self._validation)
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
                "rng": torch.get_rng_state(),
                "best": self._best,
                "best_loss": self._best_loss,
                "worse": self._worse,
            },
            stream,
        )
        return stream.getvalue()

    def restore(self, state: bytes) -> None:
        saved = torch.load(io.BytesIO(state), weights_only=True)
        self.step, self.loss = saved["step"], saved["loss"]
        self._best, self._best_loss, self._worse = saved["best"], saved["best_loss"], saved["worse"]
        set_peft_model_state_dict(self.model, saved["weights"])
        self._optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["rng"])

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
        ids = torch.tensor([list(prompt)])
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
        return {name: tensor.detach().clone().contiguous() for name, tensor in found.items()}

    def _batch(self, step: int) -> list[Ids]:
        """A pure function of the step: each epoch its own order, drawn from the seed."""
        size, count = self._settings.batch, len(self._lessons)
        per_epoch = max(1, -(-count // size))
        epoch, at = divmod(step, per_epoch)
        order = list(range(count))
        random.Random(f"{self._settings.seed}/{epoch}").shuffle(order)
        return [self._lessons[i] for i in order[at * size : (at + 1) * size]]

    def _loss(self, batch: Sequence[Ids]) -> Tensor:
        """Mean negative log-likelihood of the answer tokens, each weighted as its lesson is."""
        ids, mask, labels, weights = _tensors(batch)
        # The last layer costs most: only positions that predict an answer token need it.
        hidden = self.model.get_base_model().model(input_ids=ids, attention_mask=mask).last_hidden_state
        wanted = labels[:, 1:] != _IGNORED
        logits = self.model.get_base_model().lm_head(hidden[:, :-1][wanted]).float()
        losses = torch.nn.functional.cross_entropy(logits, labels[:, 1:][wanted], reduction="none")
        shares = weights[:, None].expand_as(wanted)[wanted]
        return (losses * shares).sum() / shares.sum()


def _tensors(batch: Sequence[Ids]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    length = max(len(one.prompt) + len(one.answer) for one in batch)
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
    """The base as it is trained on, quantised if the settings say so. Raises ModelError."""
    options: dict[str, Any] = {"dtype": torch.float32, "device_map": "cpu", "local_files_only": True}
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
