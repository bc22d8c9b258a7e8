"""Settings of a training in PyTorch's own words, each by itself, for make_golden.py; tests/core/train/test_learning.c has
the same."""
from dataclasses import dataclass, field
from itertools import count

import torch
from torchvision.ops import stochastic_depth

import fixture

SGD = {"lr": 0.01, "momentum": 0.9, "weight_decay": 5e-4, "nesterov": True}
STEPS = 10


@dataclass
class Setting:
    name: str
    salt: int = 1  # one with which no input of a ReLU comes within rounding of 0 on the way
    arch: str = "resnet8"
    optimiser: type = torch.optim.SGD
    options: dict = field(default_factory=lambda: SGD)
    decays_norm: bool = True
    label_smoothing: float = 0.0
    clip: float = 0.0
    ema: float = 0.0
    drop: float = 0.0
    one_cycle: bool = False


SETTINGS = [
    Setting("", arch="resnet20"),
    Setting("classical", salt=3, options={**SGD, "nesterov": False}),
    # Where a gradient is near 0, the sign that decides the first step is rounding's: a small rate keeps that small.
    Setting("adamw", salt=2, optimiser=torch.optim.AdamW, options={"lr": 1e-4, "weight_decay": 1.0}),
    Setting("no_decay_norm", salt=3, options={**SGD, "weight_decay": 0.5}, decays_norm=False),
    Setting("one_cycle", salt=8, one_cycle=True),
    Setting("label_smoothing", salt=4, label_smoothing=0.1),
    Setting("clip", salt=3, clip=0.5),
    Setting("ema", salt=3, ema=0.9),
    Setting("stochastic_depth", salt=2, arch="resnet20", drop=0.5),
]


def parameter_groups(setting, model):
    """Without decay of norms: weights of convolutions and of the linear layer, and the rest."""
    if setting.decays_norm:
        return model.parameters()
    weights = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() == 1]
    return [{"params": weights}, {"params": rest, "weight_decay": 0.0}]


class Block:
    """In place of a BasicBlock's forward: PyTorch's stochastic depth on its branch, with decisions made elsewhere."""

    def __init__(self, block, drop):
        self.block, self.drop, self.kept = block, drop, True

    def __call__(self, x):
        block = self.block
        branch = block.bn2(block.conv2(block.relu(block.bn1(block.conv1(x)))))
        shortcut = x if block.downsample is None else block.downsample(x)
        return block.relu(self.decided(branch) + shortcut)

    def decided(self, branch):
        for seed in count():
            torch.manual_seed(seed)
            out = stochastic_depth(branch, self.drop, "batch")
            if bool(out.detach().any()) == self.kept:
                return out


def add_depth(setting, model):
    """The blocks of the model, made droppable: block l of L with probability drop * l / L."""
    if not setting.drop:
        return []
    blocks = [block for layer in (model.layer1, model.layer2, model.layer3) for block in layer]
    droppable = [Block(b, setting.drop * number / len(blocks)) for number, b in enumerate(blocks, 1)]
    for block in droppable:
        block.block.forward = block.__call__
    return droppable


def learn(setting, model, x, targets):
    """Yields the model whose values count after each step, always with the same batch."""
    optimiser = setting.optimiser(parameter_groups(setting, model), **setting.options)
    schedule = None
    if setting.one_cycle:
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=setting.options["lr"], total_steps=STEPS)
    average = None
    if setting.ema:
        keep = setting.ema
        average = torch.optim.swa_utils.AveragedModel(
            model, avg_fn=lambda a, p, n: keep * a + (1 - keep) * p, use_buffers=True)
    droppable = add_depth(setting, model)
    for step in range(STEPS):
        for block, u in zip(droppable, fixture.uniforms(depth_seed(step), len(droppable))):
            block.kept = u < 1 - block.drop
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(x), targets, label_smoothing=setting.label_smoothing).backward()
        if setting.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), setting.clip)
        optimiser.step()
        if schedule and step + 1 < STEPS:
            schedule.step()
        if average:
            average.update_parameters(model)
        yield average.module if average else model


def depth_seed(step, seed=0):
    """core/train/depth.c's."""
    return (seed * fixture.GOLDEN_RATIO + 3 * 0xD1B54A32D192ED03 + step) & fixture.MASK
