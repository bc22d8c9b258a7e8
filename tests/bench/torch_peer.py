#!/usr/bin/env python3
"""One measurement of PyTorch, in a process of its own; prints {"ms": [...], "peak_rss_mb"} as JSON.

    torch_peer.py export ARCH FILE.onnx                     writes the network for ONNX Runtime instead
    torch_peer.py time ARCH BATCH LAYOUT REPETITIONS THREADS     the forward pass, NCHW or channels_last
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


def times_ms(arch, batch, layout, repetitions):
    net = network(arch).eval().to(memory_format=LAYOUTS[layout])
    x = pictures(arch, batch).to(memory_format=LAYOUTS[layout])
    times = []
    with torch.no_grad():
        for repetition in range(-2, repetitions):
            begun = time.perf_counter()
            net(x)
            if repetition >= 0:
                times.append((time.perf_counter() - begun) * 1e3)
    return times


def main(action, arch, *words):
    if action == "export":
        export(arch, *words)
        return
    batch, layout, repetitions, threads = words
    torch.set_num_threads(int(threads))
    print(json.dumps({"ms": times_ms(arch, int(batch), layout, int(repetitions)), "peak_rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
