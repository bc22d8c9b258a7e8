#!/usr/bin/env python3
"""skipscope and PyTorch measured in turns, two threads each; prints the ratio of the minima.

Single times mean little on a shared machine: the two take turns, several rounds of several repetitions, and the
fastest of each is compared. PyTorch runs in the memory layout that suits it better. Above 1: skipscope is faster.
"""

import argparse
import json
import subprocess
import time

from networks import LAYOUTS, network, pictures, torch

THREADS = 2

# (architecture, batch, pass of `skipscope bench`, repetitions in one turn)
CASES = [
    ("resnet18", 1, "forward_steps", 10),
    ("resnet50", 1, "forward_steps", 6),
    ("resnet18", 1, "forward_backward", 6),
    ("resnet50", 1, "forward_backward", 4),
    ("resnet20", 128, "train_step", 4),
]


class Peer:
    """One case in PyTorch, in one memory layout."""

    def __init__(self, arch, batch, which, layout):
        self.which = which
        self.net = network(arch).to(memory_format=layout)
        self.net.train(which == "train_step")
        self.x = pictures(arch, batch).to(memory_format=layout)
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
        peers = [Peer(arch, batch, which, layout) for layout in LAYOUTS.values()]
        own, theirs = [], [[], []]
        for _ in range(arguments.rounds):
            best, core = own_ms(arguments.program, arch, batch, which, count)
            own.append(best)
            for times, peer in zip(theirs, peers):
                times += peer.times_ms(count)
        layouts = dict(zip(LAYOUTS, map(min, theirs)))
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
