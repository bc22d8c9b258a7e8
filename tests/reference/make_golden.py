"""Writes tests/golden/numbers/*.golden and float32.txt there; README.md describes the format."""
import os
import struct
import sys
from dataclasses import dataclass, field

import numpy as np
import torch

import fixture
import models
import settings

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "golden", "numbers")
SKIP_MODES = ["none", "plain", "cut", "lesion"]
KINDS = ["act", "grad", "param", "skip", "branch"]
SAMPLES = 32
# A pre-activation or a gap between the two largest of a window below this, relative to the largest value of the
# tensor, is within reach of float rounding.
NEAR_KINK = {"eval": 8e-6, "train": 4e-5}


@dataclass
class Case:
    arch: str
    shortcut: str = "A"
    bn: str = "eval"
    batch: int = 1
    stride_in_1x1: bool = False
    skip: str = "none"
    lesioned: list = field(default_factory=list)
    salt: int = 0

    @property
    def is_plain(self):
        return self.arch.startswith("plain")

    @property
    def name(self):
        parts = [self.arch.replace("-", "_")] + ([] if self.is_plain else ["option" + self.shortcut.lower()])
        parts += ["v1"] if self.stride_in_1x1 else []
        parts += [] if self.skip == "none" else ["without_skip" if self.skip == "plain" else self.skip]
        return "_".join(parts + [self.bn, "batch%d" % self.batch])


CASES = [
    Case("resnet20"),
    Case("resnet20", batch=2),
    Case("resnet20", bn="train"),
    Case("resnet20", bn="train", batch=2),
    Case("resnet20", "B", batch=2),
    Case("resnet20", "B", bn="train", batch=2),
    Case("resnet20", "C", batch=1),
    Case("resnet20", "C", bn="train", batch=2),
    Case("resnet20", skip="plain", batch=2),
    Case("resnet20", skip="plain", bn="train", batch=2),
    Case("resnet20", "B", skip="cut", batch=2),
    Case("resnet20", skip="cut", bn="train", batch=2),
    Case("resnet20", skip="lesion", lesioned=["layer1.1", "layer2.0"], batch=2),
    Case("resnet20", "B", skip="lesion", lesioned=["layer1.0", "layer3.0", "layer3.2"], bn="train", batch=2),
    Case("plain20"),
    Case("plain20", bn="train", batch=2),
    Case("resnet20-nobn", batch=2),
    Case("plain20-nobn", batch=2),
    Case("resnet56"),
    Case("resnet56", "B", bn="train", batch=2),
    Case("resnet18", "B"),
    Case("resnet18", "B", bn="train", batch=2),
    Case("resnet18", "A", batch=2),
    Case("resnet18", "B", skip="plain"),
    Case("resnet18", "B", skip="cut"),
    Case("resnet18", "B", skip="lesion", lesioned=["layer2.0", "layer4.1"]),
    Case("plain18", bn="train", batch=2),
    Case("resnet34", "B"),
    Case("resnet34", "A", bn="train"),
    Case("plain34"),
    Case("resnet50", "B"),
    Case("resnet50", "B", bn="train", batch=2),
    Case("resnet50", "B", stride_in_1x1=True),
    Case("resnet101", "B"),
    Case("resnet101", "B", bn="train"),
    Case("resnet152", "B"),
    Case("resnet152", "B", bn="train"),
]
# Two of each activation function but the usual one, which all others have.
for function in models.activations()[1:]:
    CASES += [Case("resnet20-" + function, batch=2), Case("resnet20-" + function, bn="train", batch=2)]


# After which steps of learning all values are kept. The rates and salts of the settings are such that no ReLU's input
# comes within rounding of 0 on the way: where one does, PyTorch's own float32 is 4e-5 off after one step, 5e-4 after ten.
KEPT_STEPS = (1, settings.STEPS)


def array_of(tensor):
    return tensor.detach().double().numpy().ravel()


def tensors_of(trace):
    """(kind, name) -> values in file order. What backward never reached has a zero gradient."""
    def gradient(tensor):
        return array_of(tensor.grad if tensor.grad is not None else torch.zeros_like(tensor))

    result = {("act", name): array_of(t) for name, t in trace.acts.items()}
    result.update({("grad", name): gradient(t) for name, t in trace.acts.items()})
    result.update({("param", name): gradient(t) for name, t in trace.model.named_parameters()})
    result.update({key: gradient(t) for key, t in trace.routes.items()})
    return result


def largest(values):
    return float(np.abs(values).max())


def sample_positions(label, count):
    if count <= SAMPLES:
        return np.arange(count)
    chosen = fixture.hashes(fixture.seed("sample:" + label), SAMPLES - 2) % np.uint64(count)
    return np.concatenate([[0, count - 1], chosen.astype(np.int64)])


def projection(label, values):
    """Sum with hashed signs: one number that every element of the tensor moves."""
    negative = fixture.hashes(fixture.seed("sign:" + label), len(values)) >> np.uint64(63) != 0
    return float(np.where(negative, -values, values).sum())


def record(key, values, float32_error):
    kind, name = key
    label = "%s:%s" % key
    samples = values[sample_positions(label, len(values))]
    head = struct.pack("<BB", KINDS.index(kind), len(name)) + name.encode()
    head += struct.pack("<I4d", len(values), np.sqrt(np.dot(values, values)), largest(values),
                        projection(label, values), float32_error)
    return head + samples.astype("<f8").tobytes()


def kinks(case, trace):
    """ReLU outputs and window winners that float rounding could turn over: (op, position, value) with the value
    after the ReLU, or the winning tap r*3+s."""
    found = []
    for name, x in trace.preacts.items():
        x = array_of(x)
        # An exact zero is a zero passed on, which rounding does not touch.
        for at in np.flatnonzero((np.abs(x) < NEAR_KINK[case.bn] * largest(x)) & (x != 0)):
            found.append((name, int(at), max(0.0, float(x[at]))))
    if trace.pool_gap is not None:
        gap, y = array_of(trace.pool_gap), array_of(trace.acts["maxpool"])
        height, width = trace.acts[trace.function].shape[2:]
        index = trace.decisions["maxpool"].numpy().ravel()
        out_h, out_w = trace.acts["maxpool"].shape[2:]
        for at in np.flatnonzero((gap < NEAR_KINK[case.bn] * largest(y)) & (y > 0)):
            row, column = at // out_w % out_h * 2 - 1, at % out_w * 2 - 1
            found.append(("maxpool", int(at), float((index[at] // width - row) * 3 + index[at] % width - column)))
    return found


def text(string, size):
    return string.encode().ljust(size, b"\0")


@dataclass
class Numbers:
    """What a file holds of a case: tensors as tensors_of returns them, their errors in float32, and kinks."""
    targets: list
    tensors: dict
    errors: dict
    near: list = field(default_factory=list)


def write(name, case, numbers):
    near, targets, tensors, errors = numbers.near, numbers.targets, numbers.tensors, numbers.errors
    with open(os.path.join(OUT, name + ".golden"), "wb") as f:
        f.write(b"SKGOLD01" + text(case.arch, 24))
        f.write(struct.pack("<cBBB", b"-" if case.is_plain else case.shortcut.encode(), case.bn == "train",
                            case.stride_in_1x1, SKIP_MODES.index(case.skip)))
        f.write(struct.pack("<5I", case.batch, case.salt, len(case.lesioned), len(near), len(tensors)))
        f.write(b"".join(text(name, 16) for name in case.lesioned))
        f.write(struct.pack("<%di" % case.batch, *targets))
        f.write(b"".join(text(name, 32) + struct.pack("<Id", at, value) for name, at, value in near))
        for key, values in tensors.items():
            f.write(record(key, values, errors[key]))


def float32_errors(exact, single):
    """Worst |difference| over the largest magnitude, tensor by tensor."""
    errors = {}
    for key, values in exact.items():
        scale = largest(values)
        errors[key] = largest(single[key] - values) / scale if scale > 0 else largest(single[key])
    return errors


def check_against_module(case, model, trace, x):
    """The op-by-op pass must be the network that PyTorch itself runs."""
    if case.is_plain or case.skip != "none":
        return
    with torch.no_grad():
        logits = model(x)
    worst = float((logits - trace.logits).abs().max() / logits.abs().max())
    assert worst < 1e-12, (case.name, worst)


def run(case, table):
    model = models.build(case)
    x = torch.from_numpy(fixture.image(case.batch, 32 if models.is_cifar(case.arch) else 224, case.salt))
    targets = fixture.targets(case.batch, model.fc.out_features)
    trace = models.Trace(case, model, x, targets)
    check_against_module(case, model, trace, x)
    exact = tensors_of(trace)
    single_model = models.build(case).float()
    single = models.Trace(case, single_model, x.float(), targets, trace.decisions)
    errors = float32_errors(exact, tensors_of(single))
    near = kinks(case, trace)
    write(case.name, case, Numbers(targets, exact, errors, near))
    worst = {kind: max([e for key, e in errors.items() if key[0] == kind], default=0) for kind in KINDS}
    line = "%-44s" % case.name + "".join(" %9.1e" % worst[kind] for kind in KINDS)
    line += " %9.4g %9.3g %6d" % (trace.acts["loss"].item(), largest(exact["act", "fc"]), len(near))
    print(line, flush=True)
    table.append(line)


def values_of(model):
    """All that learning changes, under the kind of a parameter's gradient."""
    return {("param", name): array_of(t).copy() for name, t in model.state_dict().items() if t.is_floating_point()}


def case_of(setting):
    return Case(setting.arch, bn="train", batch=4, salt=setting.salt)


def name_of(setting, step):
    return "_".join([case_of(setting).name] + ([setting.name] if setting.name else []) + ["step%d" % step])


def learn(setting, dtype):
    """The values after each of KEPT_STEPS."""
    case, found = case_of(setting), {}
    model = models.build(case).to(dtype)
    x = torch.from_numpy(fixture.image(case.batch, 32, case.salt)).to(dtype)
    targets = torch.tensor(fixture.targets(case.batch, model.fc.out_features))
    for step, result in enumerate(settings.learn(setting, model, x, targets), 1):
        if step in KEPT_STEPS:
            found[step] = values_of(result)
    return targets.tolist(), found


def run_learning(setting, table):
    targets, exact = learn(setting, torch.float64)
    _, single = learn(setting, torch.float32)
    for step in KEPT_STEPS:
        name = name_of(setting, step)
        errors = float32_errors(exact[step], single[step])
        write(name, case_of(setting), Numbers(targets, exact[step], errors))
        line = "%-52s %21.1e" % (name, max(errors.values()))
        print(line, flush=True)
        table.append(line)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(2)
    wanted = sys.argv[1:]
    os.makedirs(OUT, exist_ok=True)
    header = "%-44s" % "PyTorch's float32 against its float64:"
    header += "".join(" %9s" % kind for kind in KINDS) + " %9s %9s %6s" % ("loss", "max logit", "kinks")
    print(header)
    table = [header]
    for case in CASES:
        if not wanted or any(part in case.name for part in wanted):
            run(case, table)
    for setting in settings.SETTINGS:
        if not wanted or any(part in name_of(setting, 0) for part in wanted):
            run_learning(setting, table)
    if not wanted:
        with open(os.path.join(OUT, "float32.txt"), "w") as f:
            f.write("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
