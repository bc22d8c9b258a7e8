#!/usr/bin/env python3
"""Makes tests/golden/files/checkpoints: the same few tensors, saved in the ways that PyTorch has, and the same as safetensors.

Every value is a small multiple of 1/8, which float16 and bfloat16 have exactly, so that one file of expected values serves
all. Needs PyTorch and numpy; see tests/core/format/test_tensors.c for what is expected of each."""
import argparse
import collections
import io
import json
import pathlib
import struct
import sys
import zipfile

try:
    import numpy as np
    import torch
except ImportError:
    sys.exit("checkpoint_files.py needs PyTorch and numpy (python3-torch)")

FILES = pathlib.Path(__file__).resolve().parent.parent / "golden" / "files" / "checkpoints"
SHAPES = {"conv1.weight": (4, 3, 3, 3), "bn1.weight": (4,), "bn1.running_mean": (4,), "fc.weight": (5, 4), "fc.bias": (5,)}


def values(seed, shape):
    count = int(np.prod(shape))
    return torch.tensor([((7 * k + 13 * seed) % 251 - 125) / 8 for k in range(count)]).reshape(shape)


def tensors(seed=0):
    state = collections.OrderedDict((name, values(seed + k, shape)) for k, (name, shape) in enumerate(SHAPES.items()))
    state["bn1.num_batches_tracked"] = torch.tensor(3)
    return state


def prefixed(state, prefix):
    return collections.OrderedDict((prefix + name, value) for name, value in state.items())


def cast(state, dtype):
    return {name: value.to(dtype) if value.is_floating_point() else value for name, value in state.items()}


def save(name, content, **how):
    torch.save(content, FILES / name, **how)


def save_safetensors(name, state):
    names = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for key, value in state.items():
        raw = value.contiguous().numpy().tobytes()
        header[key] = {"dtype": names[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (FILES / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def rezip(name, content, method, extra=()):
    """As another program would pack it again: sizes in the headers, no 64-bit records, perhaps deflated."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(FILES / name, "w", method) as new:
        for entry in old.namelist():
            new.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), old.read(entry), method)
        for entry, data in extra:
            new.writestr(zipfile.ZipInfo("archive/" + entry, (1980, 1, 1, 0, 0, 0)), data, method)


def views(state):
    """Tensors that do not lie as they are: channels last, transposed, a slice of a larger one, and all in one storage."""
    whole = torch.zeros(6, 4)
    whole[1:6] = state["fc.weight"]
    flat = torch.cat([torch.tensor([9.0]), state["bn1.weight"], state["bn1.running_mean"], state["fc.bias"]])
    return {"conv1.weight": state["conv1.weight"].contiguous(memory_format=torch.channels_last), "fc.weight": whole[1:6],
            "bn1.weight": flat[1:5], "bn1.running_mean": flat[5:9], "fc.bias": flat[9:14],
            "transposed": state["fc.weight"].t().contiguous().t(), "expanded": torch.tensor([2.5]).expand(4),
            "every_other": torch.arange(12.0)[::2], "empty": torch.zeros(0, 4)}


def main():
    FILES.mkdir(parents=True, exist_ok=True)
    state, average = tensors(), tensors(1)
    save_safetensors("expected.safetensors", state)
    save("zip.pth", state)
    for protocol in (1, 3, 4, 5):
        save("protocol%d.pth" % protocol, state, pickle_protocol=protocol)
    save("legacy.pth", state, _use_new_zipfile_serialization=False)
    save("legacy4.pth", state, _use_new_zipfile_serialization=False, pickle_protocol=4)
    save("views.pth", views(state))
    save("legacy_views.pth", views(state), _use_new_zipfile_serialization=False)
    for name, dtype in (("double", torch.float64), ("half", torch.float16), ("bfloat16", torch.bfloat16)):
        save(name + ".pth", cast(state, dtype))
    save("parameters.pth", {name: torch.nn.Parameter(value) if value.is_floating_point() else value for name, value in state.items()})
    save("nested.pth", {"net": prefixed(state, "module."), "acc": 91.5, "epoch": 7})
    model = torch.nn.Linear(4, 5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.zeros(1, 4)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    save("reference.pth", {"model": state, "optimizer": optimizer.state_dict(), "lr_scheduler": schedule.state_dict(), "epoch": 89,
                           "args": argparse.Namespace(lr=0.1, data_path="/data", device=torch.device("cpu"))})
    save("average.pth", {"model_ema": {**prefixed(average, "module."), "n_averaged": torch.tensor(5)}, "model": state,
                         "best": np.float64(91.5), "seed": 2**80})
    save("lightning.ckpt", {"state_dict": prefixed(state, "model."), "epoch": 3, "hyper_parameters": {"lr": 0.1},
                            "callbacks": {}, "pytorch-lightning_version": "1.9.0"})
    save("list.pth", [state, {"epoch": 1}])
    save("deep.pth", {"run": {"nets": (None, [{"ema": {"weights": state}}])}, "loss": torch.tensor(0.5)})
    rezip("stored.pth", state, zipfile.ZIP_STORED, [("byteorder", b"little"), (".data/serialization_id", b"1")])
    rezip("deflated.pth", state, zipfile.ZIP_DEFLATED)
    rezip("deflated_views.pth", views(state), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
