"""Times the forward pass or a training step of a torchvision model, once for each line it reads.

    python3 backbones.py <resnet50|swin_t|resnet_mini> <forward|train> <threads> <batch> <size>

Prints PyTorch's version when it is ready, then the milliseconds of each, by the clock and of the processor.
"""

import os
import sys
import time

# Before it is loaded: torch.set_num_threads does not reach OpenBLAS, which multiplies matrices for Debian's PyTorch.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[3]

import torch
import torchvision
from torchvision.models.resnet import BasicBlock, ResNet


def resnet_mini():
    """A ResNet of one basic block to a stage, 16 channels wide: torchvision's has 64."""
    model = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)
    model.inplanes = 16
    model.conv1 = torch.nn.Conv2d(3, 16, 7, 2, 3, bias=False)
    model.bn1 = torch.nn.BatchNorm2d(16)
    for stage in range(4):
        made = model._make_layer(BasicBlock, 16 * 2**stage, 1, stride=1 if stage == 0 else 2)
        setattr(model, f"layer{stage + 1}", made)
    model.fc = torch.nn.Linear(128, 10)
    return model


name, work, threads, batch, size = *sys.argv[1:3], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(0)
made = resnet_mini() if name == "resnet_mini" else getattr(torchvision.models, name)()
model = made.train(work == "train")
images = torch.randn(batch, 3, size, size)
labels = torch.arange(batch) % 10
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
criterion = torch.nn.CrossEntropyLoss()


def forward():
    with torch.inference_mode():
        model(images).numpy()


def train():
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()


run = forward if work == "forward" else train
for _ in range(2):
    run()
print(torch.__version__, flush=True)
for _ in sys.stdin:
    start, processor = time.perf_counter(), time.process_time()
    run()
    passed = time.perf_counter() - start, time.process_time() - processor
    print(*[1000 * seconds for seconds in passed], flush=True)
