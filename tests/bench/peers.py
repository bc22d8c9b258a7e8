#!/usr/bin/env python3
"""skipscope, PyTorch and ONNX Runtime measured in turns; one table, ours by theirs: below 1 skipscope is faster.

Each measurement is a process of its own. A round has every program of a row once, one after the other, so that what the
machine does otherwise meets all of them; PyTorch counts in the memory layout that suits it better in that round. Judged is
the ratio of the fastest of all rounds, or, where the probe says that the processor changed its speed meanwhile, the median
of the ratios of each round. The probe is the rate of fused multiply-adds that `skipscope bench` measures in each round.
PyTorch is Debian's python3-torch with python3-torchvision; ONNX Runtime is npm's onnxruntime-node, put into FOLDER/node_modules
without its install scripts. PyTorch writes its networks into FOLDER as ONNX.
"""

import argparse
import fnmatch
import json
import os
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = "onnxruntime-node"
# What is limited alike for a row that asks how fast a processor without AVX-512 would be.
ONLY_AVX2 = {
    "SKIPSCOPE_KERNEL": "avx2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",
}
SPEED_CHANGED = 1.15  # the probe's largest by its smallest
GROWTH_LIMIT = 1.6  # time per multiply-add, from the smaller work to the larger


@dataclass
class Row:
    arch: str
    batch: int
    which: str  # a pass of `skipscope bench`
    peer: str  # "onnx" or "torch"
    repetitions: int  # in one turn
    must: float = None
    aim: float = None
    aim_intel: float = None
    memory_must: float = None  # MiB
    memory_aim: float = None
    limited: bool = False

    def name(self):
        return f"{self.arch}:{self.batch}:{self.which}" + (":avx2" if self.limited else "")


ROWS = [
    Row("resnet18", 1, "forward", "onnx", 20, 0.80, 0.60, 0.67),
    Row("resnet34", 1, "forward", "onnx", 15, 0.80, 0.55, 0.67),
    Row("resnet50", 1, "forward", "onnx", 15, 1.00, 0.80, 0.85),
    Row("resnet152", 1, "forward", "onnx", 8, 1.00, 0.80, 0.85),
    Row("resnet20", 1, "forward", "onnx", 200, 0.80, 0.50),
    Row("resnet20", 32, "forward", "onnx", 40, 0.75, 0.55),
    Row("resnet18", 32, "forward", "onnx", 3, memory_must=450, memory_aim=300),
    Row("resnet18", 1, "forward_steps", "torch", 20, 0.60, 0.45),
    Row("resnet50", 1, "forward_steps", "torch", 15, 0.75, 0.60),
    Row("resnet152", 1, "forward_steps", "torch", 8, 0.75, 0.60, memory_must=450, memory_aim=340),
    Row("resnet18", 1, "forward_steps", "torch", 20, 0.75, limited=True),
    Row("resnet18", 1, "forward_backward", "torch", 10, 0.50, 0.35),
    Row("resnet50", 1, "forward_backward", "torch", 8, 0.60, 0.45),
    Row("resnet152", 1, "forward_backward", "torch", 4, 0.60, 0.45, memory_must=750, memory_aim=580),
    Row("resnet20", 128, "train_step", "torch", 8, 0.65, 0.50),
    Row("resnet56", 128, "train_step", "torch", 4, 0.65, 0.50, memory_must=1000, memory_aim=800),
    Row("resnet18", 8, "train_step", "torch", 5, 0.70, 0.55),
]
# From the smaller work to the larger: names of rows.
GROWTH = [("resnet18:1:forward", "resnet152:1:forward"), ("resnet18:1:forward", "resnet18:32:forward")]


@dataclass
class Turns:
    """What one program took in each round."""

    best: list = field(default_factory=list)
    median: list = field(default_factory=list)
    memory: float = 0

    def add(self, ms, memory):
        self.best.append(min(ms))
        self.median.append(statistics.median(ms))
        self.memory = max(self.memory, memory or 0)


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


CPU = read_text("/proc/cpuinfo")


def cpu_says(name, otherwise=""):
    found = re.search(rf"^{name}\s*:\s*(.*)$", CPU, re.M)
    return found.group(1) if found else otherwise


def environment(limited):
    """Without a preset core type, which would slow down a processor that can do more."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    return {**kept, **ONLY_AVX2} if limited else kept


def run(command, limited=False):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(limited))
    if done.returncode:
        sys.exit(f"peers.py: {' '.join(command)}: {done.stderr.strip()[-400:]}")
    return done.stdout


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.probes, self.load, self.own = [], 0.0, {}

    def model_file(self, arch):
        file = os.path.join(self.arguments.folder, f"{arch}.onnx")
        if not os.path.exists(file):
            print(f"writing {file}", file=sys.stderr)
            run([sys.executable, os.path.join(HERE, "torch_peer.py"), "export", arch, file + ".new"])
            os.replace(file + ".new", file)
        return file

    def install_runtime(self):
        folder = self.arguments.folder
        if os.path.isdir(os.path.join(folder, "node_modules", RUNTIME)):
            return
        print(f"npm puts {RUNTIME} into {folder}", file=sys.stderr)
        run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", folder, RUNTIME])

    def time_own(self, row):
        command = [self.arguments.program, "bench", "--json", "--quiet", "--arch", row.arch, "--batch", str(row.batch)]
        command += ["--pass", row.which, "--rounds", str(row.repetitions), "--threads", str(self.arguments.threads)]
        self.own = json.loads(run(command, row.limited))
        result = self.own["runs"][0]
        return result["min_ms"], result["median_ms"], result["peak_rss_mb"], result["gflops"]

    def time_onnx(self, row):
        size = 32 if row.arch == "resnet20" else 224
        command = ["node", os.path.join(HERE, "onnx_peer.js"), self.arguments.folder, self.model_file(row.arch)]
        result = last_json(run(command + [str(n) for n in (row.batch, size, row.repetitions, self.arguments.threads)]))
        return result["ms"], result["peak_rss_mb"]

    def time_torch(self, row):
        results = []
        for layout in ("NCHW", "channels_last"):
            command = [sys.executable, os.path.join(HERE, "torch_peer.py"), "time", row.arch, str(row.batch)]
            command += [row.which, layout, str(row.repetitions), str(self.arguments.threads)]
            results.append(last_json(run(command, row.limited)))
        best = min(results, key=lambda result: min(result["ms"]))
        return best["ms"], best["peak_rss_mb"]

    def measure(self, row):
        own, peer, gflops, probes = Turns(), Turns(), 0, []
        if row.peer == "onnx":
            self.install_runtime()
            self.model_file(row.arch)
        for turn in range(self.arguments.rounds):
            print(f"{row.name()}: round {turn + 1} of {self.arguments.rounds}", file=sys.stderr)
            least, median, memory, rate = self.time_own(row)
            own.add([least], memory)
            own.median[-1] = median
            gflops = max(gflops, rate)
            probes.append(self.own.get("peak_gflops") or 0)
            peer.add(*(self.time_onnx(row) if row.peer == "onnx" else self.time_torch(row)))
            self.load = max(self.load, os.getloadavg()[0])
        return Result(row, own, peer, gflops, probes, self.own.get("kernel", "openblas"))


def mark(value, must, aim):
    """Which of the two limits holds."""
    if aim is not None and value <= aim:
        return "aim"
    if must is not None and value <= must:
        return "must"
    return "MISSED" if must is not None else ""


@dataclass
class Result:
    row: Row
    own: Turns
    peer: Turns
    gflops: float
    probes: list
    kernel: str

    def ratio(self):
        return min(self.own.best) / min(self.peer.best)

    def adjacent(self):
        return statistics.median(a / b for a, b in zip(self.own.best, self.peer.best))

    def speed_changed(self):
        return min(self.probes) > 0 and max(self.probes) / min(self.probes) > SPEED_CHANGED

    def judged(self):
        return self.adjacent() if self.speed_changed() else self.ratio()

    def aim(self):
        intel = cpu_says("vendor_id") == "GenuineIntel" and self.row.aim_intel is not None
        return self.row.aim_intel if intel else self.row.aim

    def line(self):
        row, aim = self.row, self.aim()
        limits = f"{row.must:.2f}" if row.must is not None else "-"
        limits += f"/{aim:.2f}" if aim is not None else "/-"
        peer = {"onnx": "ONNX Runtime", "torch": "PyTorch"}[row.peer]
        probe = f"{min(self.probes):.0f}-{max(self.probes):.0f}"
        return (
            f"{row.name():32}{self.kernel:9}{min(self.own.best):8.2f}{statistics.median(self.own.median):9.2f}  {peer:13}"
            f"{min(self.peer.best):8.2f}{statistics.median(self.peer.median):9.2f}{self.ratio():7.2f}{self.adjacent():9.2f}"
            f"{'*' if self.speed_changed() else ' '} {limits:>9} {mark(self.judged(), row.must, aim):7}{probe:>9}"
            f"{self.own.memory:8.0f}{self.peer.memory:8.0f}"
        )

    def memory_line(self):
        row = self.row
        if row.memory_must is None:
            return None
        verdict = mark(self.own.memory, row.memory_must, row.memory_aim)
        return (f"peak memory of {row.name()}: {self.own.memory:.0f} MiB, the peer's {self.peer.memory:.0f}; "
                f"limits {row.memory_must:.0f}/{row.memory_aim:.0f}: {verdict}")


HEAD = (
    f"{'arch:batch:pass':32}{'kernel':9}{'min ms':>8}{'median':>9}  {'peer':13}{'min ms':>8}{'median':>9}{'ratio':>7}"
    f"{'adjacent':>9}  {'must/aim':>9} {'':7}{'probe':>9}{'MiB':>8}{'peer':>8}"
)


def print_growth(results):
    rates = {result.row.name(): result.gflops for result in results}
    for small, large in GROWTH:
        if small in rates and large in rates:
            growth = rates[small] / rates[large]
            verdict = "holds" if growth <= GROWTH_LIMIT else "MISSED"
            print(f"time per multiply-add from {small} to {large}: {growth:.2f}, limit {GROWTH_LIMIT}: {verdict}")


def print_machine(bench):
    arguments = bench.arguments
    print(f"{cpu_says('model name', 'unknown processor')}, {os.cpu_count()} processors; {arguments.threads} threads each; "
          f"OpenBLAS core {bench.own.get('blas_core')}; {arguments.rounds} rounds; highest load {bench.load:.1f}")
    if "avx512f" not in cpu_says("flags").split():
        print("This processor has no AVX-512: the row of AVX2 is the one that binds.")
    print("ratio: ours by theirs, fastest of all rounds; adjacent: median of the rounds' ratios; * judged by it, for the probe\n"
          "(GFLOP/s of fused multiply-adds, of all rounds) says that the processor changed its speed. Beside the limits: which holds.")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the skipscope to measure")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count()), help="of each program")
    parser.add_argument("--folder", default="build/peers", help="for the peers' files")
    parser.add_argument("--rows", default="*", help="names or patterns, e.g. 'resnet18:1:* *:avx2'")
    parser.add_argument("--list", action="store_true", help="the rows' names, and nothing measured")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    patterns = arguments.rows.replace(",", " ").split()
    rows = [row for row in ROWS if any(fnmatch.fnmatchcase(row.name(), pattern) for pattern in patterns)]
    if arguments.list or not rows:
        print("\n".join(row.name() for row in ROWS))
        sys.exit(0 if arguments.list else f"peers.py: no row is called {arguments.rows}")
    os.makedirs(arguments.folder, exist_ok=True)
    bench, results = Bench(arguments), []
    print(HEAD)
    for row in rows:
        results.append(bench.measure(row))
        print(results[-1].line(), flush=True)
    for result in results:
        if result.memory_line():
            print(result.memory_line())
    print_growth(results)
    print_machine(bench)


if __name__ == "__main__":
    main()
