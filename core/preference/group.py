"""The processes that train together, each on its share of a batch: as many as `accelerate launch` or
`torchrun` started, or this one alone. Tried on a CPU with two; GPUs and several machines are after
torch's documents."""

import os
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


class Group:
    """`rank` of `size` processes; `here`: how many of them are on this machine. All must call the same
    methods in the same order."""

    def __init__(self, rank: int = 0, size: int = 1, here: int = 1) -> None:
        self.rank, self.size, self.here = rank, size, here

    @classmethod
    def joined(cls, device: str) -> "Group":
        """Of the processes that the launcher's environment speaks of; call `leave` at the end."""
        size, local = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
        if size == 1:
            return cls()
        if device == "cuda":
            torch.cuda.set_device(local)
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        return cls(dist.get_rank(), dist.get_world_size(), int(os.environ.get("LOCAL_WORLD_SIZE", size)))

    def leave(self) -> None:
        if self.size > 1:
            dist.destroy_process_group()

    def sum_gradients(self, weights: list[torch.nn.Parameter]) -> None:
        """Each process then has those of the whole batch; one without a share of it gives zeros."""
        if self.size == 1:
            return
        for one in weights:
            if one.grad is None:
                one.grad = torch.zeros_like(one)
        flat = torch.cat([one.grad.flatten() for one in weights if one.grad is not None])
        dist.all_reduce(flat)
        at = 0
        for one in weights:
            one.grad = flat[at : at + one.numel()].view_as(one).clone()
            at += one.numel()

    def sum(self, value: float, device: str) -> float:
        return value if self.size == 1 else float(self._reduced(value, device, dist.ReduceOp.SUM))

    def least(self, value: int, device: str) -> int:
        return value if self.size == 1 else int(self._reduced(value, device, dist.ReduceOp.MIN))

    def told_by_first(self, value: Any) -> Any:
        """What the first process gives, in all of them."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0)
        return box[0]

    def _reduced(self, value: float, device: str, how: Any) -> Tensor:
        kept = torch.tensor(value, dtype=torch.float64 if device != "mps" else torch.float32, device=device)
        dist.all_reduce(kept, how)
        return kept
