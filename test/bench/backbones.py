"""Times the forward pass of a torchvision model, once for each line it reads.

    python3 backbones.py <resnet50|swin_t> <threads> <batch> <size>

Prints PyTorch's version when it is ready, then the milliseconds of each pass.
"""

import sys
import time

import torch
import torchvision

name, threads, batch, size = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = getattr(torchvision.models, name)().eval()
images = torch.randn(batch, 3, size, size)
with torch.inference_mode():
    for _ in range(2):
        model(images)
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        model(images).numpy()
        print((time.perf_counter() - start) * 1000, flush=True)
