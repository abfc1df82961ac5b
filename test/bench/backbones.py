"""Times the forward pass or a training step of a torchvision model, once for each line it reads.

    python3 backbones.py <resnet50|swin_t> <forward|train> <threads> <batch> <size>

Prints PyTorch's version when it is ready, then the milliseconds of each, by the clock and of the processor.
"""

import sys
import time

import torch
import torchvision

name, work, threads, batch, size = *sys.argv[1:3], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = getattr(torchvision.models, name)().train(work == "train")
images = torch.randn(batch, 3, size, size)
labels = torch.arange(batch)
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
