#!/usr/bin/env python3
"""skipscope and PyTorch measured in turns, two threads each; prints the ratio of the minima.

Single times mean little on a shared machine: the two take turns, several rounds of several repetitions, and the
fastest of each is compared. PyTorch runs in the memory layout that suits it better. Above 1: skipscope is faster.
"""

import argparse
import json
import subprocess
import sys
import time

try:
    import torch
    import torchvision
except ImportError as missing:
    sys.exit(f"peer.py: {missing}; on Debian: apt install python3-torch python3-torchvision")

THREADS = 2

# (architecture, batch, pass of `skipscope bench`, repetitions in one turn)
CASES = [
    ("resnet18", 1, "forward_steps", 10),
    ("resnet50", 1, "forward_steps", 6),
    ("resnet18", 1, "forward_backward", 6),
    ("resnet50", 1, "forward_backward", 4),
    ("resnet20", 128, "train_step", 4),
]


class CifarBlock(torch.nn.Module):
    """Two 3x3 convolutions and an option A shortcut (He et al. 2015, section 4.2)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(outputs)
        self.conv2 = torch.nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, outputs - inputs

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.extra:
            x = torch.nn.functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra))
        return torch.relu(y + x)


def cifar_net(depth):
    blocks, inputs = [], 16
    for stage, outputs in enumerate((16, 32, 64)):
        for number in range((depth - 2) // 6):
            blocks.append(CifarBlock(inputs, outputs, 2 if stage and not number else 1))
            inputs = outputs
    stem = [torch.nn.Conv2d(3, 16, 3, 1, 1, bias=False), torch.nn.BatchNorm2d(16), torch.nn.ReLU()]
    head = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(64, 10)]
    return torch.nn.Sequential(*stem, *blocks, *head)


class Peer:
    """One case in PyTorch, in one memory layout."""

    def __init__(self, arch, batch, which, channels_last):
        cifar = arch == "resnet20"
        layout = torch.channels_last if channels_last else torch.contiguous_format
        torch.manual_seed(0)
        self.which = which
        self.net = (cifar_net(20) if cifar else getattr(torchvision.models, arch)()).to(memory_format=layout)
        self.net.train(which == "train_step")
        size = 32 if cifar else 224
        self.x = torch.randn(batch, 3, size, size).to(memory_format=layout)
        self.x.requires_grad_(which == "forward_backward")
        self.target = torch.zeros(batch, dtype=torch.long)
        self.sgd = torch.optim.SGD(self.net.parameters(), 1e-9, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def run(self):
        if self.which == "forward_steps":
            with torch.no_grad():
                return self.net(self.x)
        self.sgd.zero_grad(set_to_none=True)
        self.x.grad = None
        loss = torch.nn.functional.cross_entropy(self.net(self.x), self.target)
        loss.backward()
        if self.which == "train_step":
            self.sgd.step()
        return loss

    def times_ms(self, count):
        self.run()
        times = []
        for _ in range(count):
            begun = time.perf_counter()
            self.run()
            times.append((time.perf_counter() - begun) * 1e3)
        return times


def own_ms(program, arch, batch, which, count):
    command = [program, "bench", "--json", "--quiet", "--arch", arch, "--batch", str(batch), "--pass", which]
    command += ["--rounds", str(count), "--threads", str(THREADS)]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return result["runs"][0]["min_ms"], result["blas_core"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the skipscope to measure")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    core = ""
    print(f"{'arch':10}{'batch':>6}  {'pass':18}{'skipscope ms':>13}{'PyTorch ms':>12}{'ratio':>8}  layout")
    for arch, batch, which, count in CASES:
        peers = [Peer(arch, batch, which, channels_last) for channels_last in (False, True)]
        own, theirs = [], [[], []]
        for _ in range(arguments.rounds):
            best, core = own_ms(arguments.program, arch, batch, which, count)
            own.append(best)
            for times, peer in zip(theirs, peers):
                times += peer.times_ms(count)
        layouts = dict(zip(("NCHW", "channels_last"), map(min, theirs)))
        layout = min(layouts, key=layouts.get)
        print(
            f"{arch:10}{batch:6}  {which:18}{min(own):13.2f}{layouts[layout]:12.2f}"
            f"{layouts[layout] / min(own):8.2f}  {layout}",
            flush=True,
        )
    print(f"ratio: PyTorch's fastest / skipscope's fastest; {THREADS} threads each, PyTorch "
          f"{torch.__version__}, OpenBLAS core {core}")


if __name__ == "__main__":
    main()
