#!/usr/bin/env python3
"""A training on many machines in small, which one machine without a graphics card can run: a few epochs of random pictures,
with the checkpoints that torchvision's references/classification/train.py writes, the options in them too. Needs PyTorch and
torchvision. Two processes of one machine, or one process on each of two (the second says --node_rank 1):

    torchrun --nproc_per_node 2 two_machines.py --output-dir out
    torchrun --nnodes 2 --nproc_per_node 1 --node_rank 0 --master_addr HOST --master_port 29400 two_machines.py --output-dir out
"""
import argparse
import os
import pathlib
import sys

try:
    import torch
    import torchvision
    from torch import distributed
except ImportError:
    sys.exit("two_machines.py needs PyTorch and torchvision (python3-torchvision)")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--classes", default=10, type=int)
    parser.add_argument("--epochs", default=3, type=int)
    parser.add_argument("--steps", default=2, type=int, help="of an epoch")
    parser.add_argument("--batch-size", default=4, type=int, help="pictures of one process")
    parser.add_argument("--size", default=64, type=int, help="of the pictures, in pixels")
    parser.add_argument("--lr", default=0.01, type=float)
    parser.add_argument("--model-ema", action="store_true", help="keep an average of the weights as well")
    parser.add_argument("--output-dir", default="out", type=pathlib.Path)
    return parser.parse_args()


def batch(args, step, rank):
    """Each process has its own pictures, which is what makes the gradients worth averaging."""
    draw = torch.Generator().manual_seed(1000 * step + rank)
    images = torch.randn(args.batch_size, 3, args.size, args.size, generator=draw)
    return images, torch.randint(args.classes, (args.batch_size,), generator=draw)


def require_equal(model):
    """Raises where the processes' weights differ: then they would not have trained one network."""
    mine = torch.cat([p.detach().flatten() for p in model.parameters()])
    first = mine.clone()
    distributed.broadcast(first, 0)
    if not torch.equal(mine, first):
        raise RuntimeError(f"the weights of process {distributed.get_rank()} are not those of process 0")


def main():
    args = options()
    distributed.init_process_group("gloo")
    args.rank, args.world_size = distributed.get_rank(), distributed.get_world_size()
    args.output_dir.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // args.world_size))
    torch.manual_seed(0)
    bare = getattr(torchvision.models, args.model)(num_classes=args.classes)
    model = torch.nn.parallel.DistributedDataParallel(bare)
    average = torch.optim.swa_utils.AveragedModel(bare) if args.model_ema else None
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1)
    criterion = torch.nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        for step in range(args.steps):
            images, target = batch(args, epoch * args.steps + step, args.rank)
            loss = criterion(model(images), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if average:
                average.update_parameters(bare)
        schedule.step()
        require_equal(bare)
        if args.rank == 0:
            content = {"model": bare.state_dict(), "optimizer": optimizer.state_dict(), "lr_scheduler": schedule.state_dict(),
                       "epoch": epoch, "args": args}
            if average:
                content["model_ema"] = average.state_dict()
            torch.save(content, args.output_dir / f"model_{epoch}.pth")
            print(f"epoch {epoch}: loss {loss.item():.4f} in process 0 of {args.world_size}, written to {args.output_dir}", flush=True)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
