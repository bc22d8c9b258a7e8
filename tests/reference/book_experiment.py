#!/usr/bin/python3
"""Writes into TUTORIAL.md what the bundled histories say of degradation and of gradients that vanish.

    tests/reference/book_experiment.py

Two paragraphs, each behind the one named in ANCHORS, with sources that tests/app/book/test_book_histories.c looks up;
those of an earlier run are replaced. Trainings with seed 0 count, at depths that have a plain and a residual network.
The sentences follow the numbers only in part: read them before they are committed.
"""
import gzip
import json
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 132
ENDING = ".history.jsonl.gz"
# Of each paragraph its first words, and the words before it.
DEGRADATION = "`skipscope paper` ends with figure 6 as it came out here"
GRADIENTS = "The trainings that are built in kept the gradient"
ANCHORS = {
    DEGRADATION: "`skipscope train` is the recipe; `core/train/train.c` its steps.\n",
    GRADIENTS: "The theory's column is without the effect of the borders, which the program also computes.\n",
}


class Network:
    """One network of one training: errors in percent and gradients by epoch."""

    def __init__(self, run, lines, number):
        head = lines[0]
        own = [line for line in lines[1:] if line.get("network") == number]
        self.run = run
        self.arch = head["networks"][number]["arch"]
        self.blocks = head["networks"][number]["blocks"]
        self.planned = head["steps"] // head["steps_per_epoch"]
        self.epochs = {line["epoch"]: line for line in own if line["type"] == "epoch"}
        self.gradients = {line["epoch"]: line["gradient_input"] for line in own
                          if line["type"] == "blocks" and line["bn"] == "train"
                          and line["step"] == line["epoch"] * head["steps_per_epoch"]}
        self.last = max(self.epochs, default=0)

    def source(self, epoch, what, number):
        return f"<!-- source: history {self.run}, {self.arch}, epoch {epoch}, {what}: {number} -->"

    def train_error(self, sources):
        line = self.epochs[self.last]
        error = line["train_error_pass"] if line["train_error_pass"] is not None else line["train_error"]
        number = f"{100 * error:.2f}"
        sources.append(self.source(self.last, "train error", number))
        return number

    def ratio(self, epoch):
        """How many times as long the gradient is at the first block as at the last."""
        return self.gradients[epoch][0] / self.gradients[epoch][-1]

    def gradient(self, epoch, sources):
        value = self.ratio(epoch)
        number = f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
        what = f"batch gradient_input of {self.blocks[0]} over {self.blocks[-1]}"
        sources.append(self.source(epoch, what, number))
        return number


def read_networks():
    networks = {}
    for path in sorted((ROOT / "assets" / "experiment").glob("*" + ENDING)):
        lines = []
        with gzip.open(path, "rt") as file:
            for line in file:
                try:
                    lines.append(json.loads(line))
                except ValueError:  # a torn last line
                    break
        if not lines or lines[0]["seed"] != "0":
            continue
        for number in range(len(lines[0]["networks"])):
            network = Network(path.name[:-len(ENDING)], lines, number)
            if network.last > 0:
                networks[network.arch] = network
    return networks


def tell_degradation(pairs):
    sources = []
    plain = [(p.arch, p.train_error(sources)) for p, _ in pairs]
    residual = [(r.arch, r.train_error(sources)) for _, r in pairs]
    listed = [", ".join(f"`{arch}` {error} %" for arch, error in kind) for kind in (plain, residual)]
    text = (f"{DEGRADATION}: the error on the training pictures in the last epoch. Without skips: {listed[0]}. "
            f"With them: {listed[1]}.")
    if len(pairs) > 1:
        turn = ["worse" if float(kind[-1][1]) > float(kind[0][1]) else "better" for kind in (plain, residual)]
        text += (f" From the shallowest to the deepest the plain networks get {turn[0]}, the residual ones {turn[1]}.")
    text += " One run each, seed 0."
    if any(network.last < network.planned for pair in pairs for network in pair):
        text += " Not all of them were trained to the end."
    return text, sources


def tell_gradients(pair):
    sources = []
    plain, residual = pair
    told = [[network.gradient(epoch, sources) for epoch in sorted({0, 1, network.last})] for network in pair]
    when = "at the start, after the first epoch" + (" and after the last" if plain.last > 1 else "")
    text = (f"{GRADIENTS} at the input of every block, on one fixed batch. How many times as long it is at the first "
            f"block as at the last, {when}: in `{plain.arch}` {', '.join(told[0])}; in `{residual.arch}` "
            f"{', '.join(told[1])}.")
    if min(plain.ratio(epoch) for epoch in plain.gradients) > 0.1:
        text += " In no epoch had it vanished on its way."
    return text, sources


def put(book, start, told):
    text, sources = told
    body = "\n".join(textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))
    book = re.sub(r"\n" + re.escape(start) + r"(?:[^\n]+\n)+\n(?:<!-- source: history [^\n]*\n)+", "", book)
    if book.count(ANCHORS[start]) != 1:
        raise SystemExit(f"TUTORIAL.md: expected once: {ANCHORS[start]}")
    return book.replace(ANCHORS[start], ANCHORS[start] + "\n" + body + "\n\n" + "\n".join(sources) + "\n")


def main():
    networks = read_networks()
    depths = sorted(int(arch[5:]) for arch in networks if arch.startswith("plain") and "resnet" + arch[5:] in networks)
    if not depths:
        raise SystemExit("assets/experiment has no plain and residual network of one depth")
    pairs = [(networks[f"plain{depth}"], networks[f"resnet{depth}"]) for depth in depths]
    path = ROOT / "TUTORIAL.md"
    book = path.read_text(encoding="utf-8")
    book = put(book, DEGRADATION, tell_degradation(pairs))
    book = put(book, GRADIENTS, tell_gradients(pairs[-1]))
    path.write_text(book, encoding="utf-8")


if __name__ == "__main__":
    main()
