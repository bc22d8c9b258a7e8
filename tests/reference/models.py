"""The networks in PyTorch, and a forward pass that keeps every op's output under skipscope's name for it."""
import os
import re

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

import fixture

NORM_EPSILON = 1e-5
OP_LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "core", "op", "op_list.h")


def activations():
    """The activation functions there are, the usual one first; PyTorch has each in torch.nn.functional."""
    with open(OP_LIST) as f:
        listed = re.search(r"define ACTIVATION_LIST\(OP\)((?:.*\\\n)*.*)", f.read()).group(1)
    return re.findall(r"OP\(\w+, (\w+)\)", listed)


def activation_of(arch):
    """The last ending of the name, or the usual one."""
    ending = arch.split("-")[-1]
    return ending if ending in activations()[1:] else activations()[0]


class Activation(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.function = getattr(F, name)

    def forward(self, x):
        return self.function(x)


class OptionA(nn.Module):
    """He et al. 2015, section 3.3: every second pixel, zeros for the new channels, half on each side."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.stride, self.before = stride, (channels_out - channels_in) // 2
        self.after = channels_out - channels_in - self.before

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.before, self.after))


def projection(channels_in, channels_out, stride):
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out))


def shortcut(option, channels_in, channels_out, stride):
    """None is the identity."""
    changes = stride != 1 or channels_in != channels_out
    if option == "C" or (option == "B" and changes):
        return projection(channels_in, channels_out, stride)
    return OptionA(channels_in, channels_out, stride) if changes else None


class CifarNet(nn.Module):
    """He et al. 2015, section 4.2: 6n+2 layers, 16, 32, 64 channels, on 32x32 images."""

    def __init__(self, depth, option):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, width in enumerate((16, 32, 64), 1):
            blocks = []
            for number in range((depth - 2) // 6):
                stride = 2 if stage > 1 and number == 0 else 1
                block = torchvision.models.resnet.BasicBlock(channels, width, stride)
                block.downsample = shortcut(option, channels, width, stride)
                blocks.append(block)
                channels = width
            setattr(self, "layer%d" % stage, nn.Sequential(*blocks))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def is_cifar(arch):
    return int(re.sub(r"\D", "", arch)) not in (18, 34, 50, 101, 152)


def imagenet_net(depth, option, stride_in_1x1):
    model = getattr(torchvision.models, "resnet%d" % depth)()
    channels = 64
    for name, block in model.named_modules():
        if not re.fullmatch(r"layer\d\.\d+", name):
            continue
        last = block.conv3 if hasattr(block, "conv3") else block.conv2
        stride = max(block.conv1.stride[0], block.conv2.stride[0])
        block.downsample = shortcut(option, channels, last.out_channels, stride)
        if stride_in_1x1:
            block.conv1.stride, block.conv2.stride = (stride, stride), (1, 1)
        channels = last.out_channels
    return model


def drop_norms(module):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.Identity())
        else:
            drop_norms(child)


def set_activation(model, name):
    """torchvision calls it relu, whatever it is."""
    for module in list(model.modules()):
        if hasattr(module, "relu"):
            module.relu = Activation(name)


def build(case):
    """The model of a case, with the formula's weights, in float64. A plain network is its residual twin with
    the shortcuts left out of the forward pass, so it is built with option A, which has no parameters."""
    depth = int(re.sub(r"\D", "", case.arch))
    option = "A" if case.is_plain else case.shortcut
    if is_cifar(case.arch):
        model = CifarNet(depth, option)
    else:
        model = imagenet_net(depth, option, case.stride_in_1x1)
    if "-nobn" in case.arch:
        drop_norms(model)
    if activation_of(case.arch) != "relu":
        set_activation(model, activation_of(case.arch))
    model.double()
    closing = "bn3" if hasattr(model.layer1[0], "conv3") else "bn2"
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            closes = not case.is_plain and name.startswith("layer") and name.split(".")[2] == closing
            tensor.copy_(torch.from_numpy(fixture.parameter(name, tuple(tensor.shape), case.salt, closes)))
    return model.train(case.bn == "train")


class Trace:
    """One forward and backward pass, op by op.

    `decisions` of an earlier trace (which elements a ReLU let through, which element won a window) replace this
    trace's own: two precisions can then be compared without an element near a kink going different ways."""

    def __init__(self, case, model, x, targets, decisions=None):
        self.case, self.model, self.given = case, model, decisions
        self.function = activation_of(case.arch)
        self.acts, self.routes, self.decisions, self.preacts, self.pool_gap = {}, {}, {}, {}, None
        x = self.keep("input", x.clone().requires_grad_())
        x = self.stem(x)
        for stage in (1, 2, 3, 4):
            for number, block in enumerate(getattr(model, "layer%d" % stage, [])):
                x = self.block("layer%d.%d" % (stage, number), block, x)
        x = self.keep("avgpool", x.mean((2, 3), keepdim=True))
        self.logits = self.keep("fc", model.fc(x.flatten(1)))
        loss = self.keep("loss", F.cross_entropy(self.logits, torch.tensor(targets)))
        loss.backward()

    def keep(self, name, tensor):
        tensor.retain_grad()
        self.acts[name] = tensor
        return tensor

    def conv_norm(self, conv_name, conv, norm_name, norm, x):
        x = self.keep(conv_name, conv(x))
        if isinstance(norm, nn.Identity):
            return x
        train = self.case.bn == "train"
        y = F.batch_norm(x, None if train else norm.running_mean, None if train else norm.running_var,
                         norm.weight, norm.bias, train, 0.0, NORM_EPSILON)
        return self.keep(norm_name, y)

    def activation(self, prefix, number, x):
        """Under a name like layer1.0.relu2. Only ReLU decides anything."""
        name = prefix + self.function + number
        if self.function != "relu":
            return self.keep(name, getattr(F, self.function)(x))
        self.preacts[name] = x.detach()
        self.decisions[name] = x.detach() > 0
        if self.given:
            return self.keep(name, torch.where(self.given[name], x, torch.zeros_like(x)))
        return self.keep(name, F.relu(x))

    def max_pool(self, name, x):
        y, index = F.max_pool2d(x, 3, 2, 1, return_indices=True)
        self.decisions[name] = index
        if self.given:
            y = x.flatten(2).gather(2, self.given[name].flatten(2)).view_as(y)
        else:
            self.pool_gap = self.gap_to_second(x.detach(), y.detach())
        return self.keep(name, y)

    @staticmethod
    def gap_to_second(x, y):
        windows = F.unfold(F.pad(x, (1, 1, 1, 1), value=-1e30), 3, stride=2)
        windows = windows.view(x.shape[0], x.shape[1], 9, -1).topk(2, 2).values[:, :, 1]
        return y - windows.view_as(y)

    def stem(self, x):
        m = self.model
        x = self.activation("", "", self.conv_norm("conv1", m.conv1, "bn1", m.bn1, x))
        return x if is_cifar(self.case.arch) else self.max_pool("maxpool", x)

    def branch(self, name, block, x):
        depth = 3 if hasattr(block, "conv3") else 2
        for k in range(1, depth + 1):
            x = self.conv_norm("%s.conv%d" % (name, k), getattr(block, "conv%d" % k), "%s.bn%d" % (name, k),
                               getattr(block, "bn%d" % k), x)
            if k < depth:
                x = self.activation(name + ".", str(k), x)
        return x, str(depth)

    def skip(self, name, block, x):
        if block.downsample is None:
            return x
        if isinstance(block.downsample, OptionA):
            return self.keep(name + ".downsample", block.downsample(x))
        return self.conv_norm(name + ".downsample.0", block.downsample[0], name + ".downsample.1",
                              block.downsample[1], x)

    def route(self, kind, name, x):
        """A copy of the block's input, whose gradient is what came back through this route alone."""
        x = x.clone()
        x.retain_grad()
        self.routes[kind, name] = x
        return x

    def block(self, name, block, x):
        if self.case.is_plain:
            y, last = self.branch(name, block, x)
            return self.activation(name + ".", last, y)
        f, last = self.branch(name, block, self.route("branch", name, x))
        s = self.skip(name, block, self.route("skip", name, x))
        mode = self.case.skip
        if mode == "plain":
            y = f.clone()
        elif mode == "cut":
            y = f + s.detach()
        elif mode == "lesion" and name in self.case.lesioned:
            y = s.clone()
        else:
            y = f + s
        return self.activation(name + ".", last, self.keep(name + ".add", y))
