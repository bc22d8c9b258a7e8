"""The networks that skipscope is measured against, in PyTorch, with random weights."""

import sys

try:
    import torch
    import torchvision
except ImportError as missing:
    sys.exit(f"{missing}; on Debian: apt install python3-torch python3-torchvision")

LAYOUTS = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}


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


def is_cifar(arch):
    return not hasattr(torchvision.models, arch)


def network(arch):
    torch.manual_seed(0)
    return cifar_net(int(arch[len("resnet"):])) if is_cifar(arch) else getattr(torchvision.models, arch)()


def pictures(arch, batch):
    size = 32 if is_cifar(arch) else 224
    return torch.randn(batch, 3, size, size)
