"""Times UPerNet on ResNet-50 in PyTorch as segmentation.ts does: python3 segmentation.py <threads> <forward|train> <seconds>"""
import json
import os
import resource
import sys
import time
from pathlib import Path

# Before it is loaded: torch.set_num_threads does not reach OpenBLAS, which multiplies matrices for Debian's PyTorch.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]

import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(Path(__file__).parents[1] / "fixtures" / "ade20k"))
from upernet import EncoderDecoder  # noqa: E402


class Bottleneck(nn.Module):
    def __init__(self, inner, planes, stride, downsample):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.shortcut = nn.Identity()
        if downsample:
            conv = nn.Conv2d(inner, 4 * planes, 1, stride, bias=False)
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = F.relu(self.bn2(self.conv2(out)), inplace=True)
        return F.relu(self.bn3(self.conv3(out)) + self.shortcut(x), inplace=True)


class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, padding=1),
        )
        self.stages = nn.ModuleList()
        inner = 64
        for stage, depth in enumerate([3, 4, 6, 3]):
            planes = 64 * 2**stage
            blocks = []
            for i in range(depth):
                stride = 2 if stage > 0 and i == 0 else 1
                blocks.append(Bottleneck(inner, planes, stride, downsample=i == 0))
                inner = 4 * planes
            self.stages.append(nn.Sequential(*blocks))
        self.channels = [256, 512, 1024, 2048]

    def forward(self, x):
        x = self.stem(x)
        pyramid = []
        for stage in self.stages:
            x = stage(x)
            pyramid.append(x)
        return pyramid


threads, work, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
# BENCH_DEVICE=cuda-if-there: the graphics card, where PyTorch finds one.
on_card = os.environ.get("BENCH_DEVICE") == "cuda-if-there" and torch.cuda.is_available()
device = torch.device("cuda" if on_card else "cpu")
model = EncoderDecoder(ResNet50(), 512, 256, 150, dropout=0.1).to(device)
batch = 1 if work == "forward" else 2
images = torch.randn(batch, 3, 512, 512).to(device)
labels = torch.randint(0, 150, (batch, 512, 512)).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)


def forward():
    with torch.inference_mode():
        model.decode_head(model.backbone(images), {}).cpu().numpy()


def train():
    optimizer.zero_grad(set_to_none=True)
    loss = model.loss(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()


run = forward if work == "forward" else train
model.train(work == "train")
start = time.perf_counter()
run()
first = (time.perf_counter() - start) * 1000
times = []
until = time.perf_counter() + seconds
while len(times) < 2 or time.perf_counter() < until:
    begin = time.perf_counter()
    run()
    times.append((time.perf_counter() - begin) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"first": first, "times": times, "peakBytes": peak, "version": torch.__version__, "device": str(device)}))
