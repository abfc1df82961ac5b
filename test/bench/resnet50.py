"""Times ResNet-50 in PyTorch as resnet50.ts does: python3 resnet50.py <threads> <forward|train> <seconds>"""
import json
import os
import resource
import sys
import time

# Before it is loaded: torch.set_num_threads does not reach OpenBLAS, which multiplies matrices for Debian's PyTorch.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]

import torch
import torchvision

threads, work, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
# BENCH_DEVICE=cuda-if-there: the graphics card, where PyTorch finds one.
on_card = os.environ.get("BENCH_DEVICE") == "cuda-if-there" and torch.cuda.is_available()
device = torch.device("cuda" if on_card else "cpu")
model = torchvision.models.resnet50().to(device)
images = torch.randn(4, 3, 224, 224).to(device)
labels = torch.tensor([1, 10, 100, 999]).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
criterion = torch.nn.CrossEntropyLoss()


def forward():
    with torch.inference_mode():
        model(images).cpu().numpy()


def train():
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()


run = forward if work == "forward" else train
model.train(work == "train")
start = time.perf_counter()
run()
first = (time.perf_counter() - start) * 1000
run()
times = []
until = time.perf_counter() + seconds
while len(times) < 5 or time.perf_counter() < until:
    begin = time.perf_counter()
    run()
    times.append((time.perf_counter() - begin) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"first": first, "times": times, "peakBytes": peak, "version": torch.__version__, "device": str(device)}))
