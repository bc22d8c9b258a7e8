#!/usr/bin/env python3
"""One measurement of PyTorch, in a process of its own; prints {"ms": [...], "peak_rss_mb"} as JSON.

    torch_peer.py export ARCH FILE.onnx                     writes the network for ONNX Runtime instead
    torch_peer.py time ARCH BATCH PASS LAYOUT REPETITIONS THREADS
        PASS as `skipscope bench` names them, LAYOUT is NCHW or channels_last
"""

import json
import sys
import time

from networks import LAYOUTS, network, pictures, torch


def export(arch, file):
    free = {"input": {0: "batch"}, "output": {0: "batch"}}
    torch.onnx.export(network(arch).eval(), pictures(arch, 1), file, input_names=["input"],
                      output_names=["output"], dynamic_axes=free, opset_version=13)


def peak_rss_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return None


class Work:
    """What one repetition of a pass does."""

    def __init__(self, arch, batch, which, layout):
        self.which = which
        self.net = network(arch).to(memory_format=LAYOUTS[layout])
        self.net.train(which == "train_step")
        self.x = pictures(arch, batch).to(memory_format=LAYOUTS[layout])
        self.x.requires_grad_(which == "forward_backward")
        self.target = torch.zeros(batch, dtype=torch.long)
        # A learning rate this small keeps the weights, and so the work, as they are.
        self.sgd = torch.optim.SGD(self.net.parameters(), 1e-9, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def run(self):
        if self.which in ("forward", "forward_steps"):
            with torch.no_grad():
                self.net(self.x)
            return
        self.sgd.zero_grad(set_to_none=True)
        self.x.grad = None
        torch.nn.functional.cross_entropy(self.net(self.x), self.target).backward()
        if self.which == "train_step":
            self.sgd.step()


def times_ms(work, repetitions):
    times = []
    for repetition in range(-2, repetitions):
        begun = time.perf_counter()
        work.run()
        if repetition >= 0:
            times.append((time.perf_counter() - begun) * 1e3)
    return times


def main(action, arch, *words):
    if action == "export":
        export(arch, *words)
        return
    batch, which, layout, repetitions, threads = words
    torch.set_num_threads(int(threads))
    work = Work(arch, int(batch), which, layout)
    print(json.dumps({"ms": times_ms(work, int(repetitions)), "peak_rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
