"""Times torchvision's Mask R-CNN with a ResNet-50 on one image of 800 x 1216, once for each line it reads.

    python3 detection.py <forward|train> <threads>

Prints JSON: its version when it is ready, milliseconds and seconds of the processor for each run, at the end the peak
of memory in megabytes.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

# Before it is loaded: torch.set_num_threads does not reach OpenBLAS, which multiplies matrices for Debian's PyTorch.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[2]

import torch
import torchvision
from torchvision.models.detection import maskrcnn_resnet50_fpn
from torchvision.models.detection.image_list import ImageList

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))
from lcg import Lcg  # noqa: E402

HEIGHT, WIDTH, CLASSES, COUNT = 800, 1216, 80, 20
work, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=CLASSES + 1)
for name, parameter in model.backbone.body.named_parameters():
    if name.startswith(("conv1", "layer1")):
        parameter.requires_grad_(False)


def scene():
    """Twenty rectangles of 60 to 360 pixels, the same as in detection-scene.ts."""
    u = Lcg(1).uniform(4 * COUNT).reshape(COUNT, 4)
    sides = 60 + 300 * u[:, :2]
    left_top = u[:, 2:] * ([WIDTH, HEIGHT] - sides)
    boxes = torch.from_numpy(left_top).float(), torch.from_numpy(left_top + sides).float()
    masks = torch.zeros(COUNT, HEIGHT, WIDTH, dtype=torch.uint8)
    boxes = torch.cat(boxes, dim=1)
    for mask, (left, top, right, bottom) in zip(masks, boxes.int().tolist()):
        mask[top:bottom, left:right] = 1
    return [{"boxes": boxes, "labels": torch.arange(COUNT) + 1, "masks": masks}]


def forward():
    with torch.inference_mode():
        images = ImageList(4 * torch.rand(1, 3, HEIGHT, WIDTH) - 2, [(HEIGHT, WIDTH)])
        features = model.backbone(images.tensors)
        proposals, _ = model.rpn(images, features)
        found, _ = model.roi_heads(features, proposals, images.image_sizes)
        found = model.transform.postprocess(found, images.image_sizes, images.image_sizes)
        return [one["masks"] >= 0.5 for one in found]


def train():
    images = ImageList(4 * torch.rand(1, 3, HEIGHT, WIDTH) - 2, [(HEIGHT, WIDTH)])
    features = model.backbone(images.tensors)
    proposals, first = model.rpn(images, features, targets)
    _, second = model.roi_heads(features, proposals, images.image_sizes, targets)
    optimizer.zero_grad()
    sum([*first.values(), *second.values()]).backward()
    optimizer.step()


model.train(work == "train")
targets = scene()
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.SGD(trained, lr=4e-5, momentum=0.9, weight_decay=1e-4)
usage = lambda: resource.getrusage(resource.RUSAGE_SELF)  # noqa: E731
print(json.dumps({"version": f"torchvision {torchvision.__version__}, PyTorch {torch.__version__}"}), flush=True)
for _ in sys.stdin:
    before, start = usage(), time.perf_counter()
    train() if work == "train" else forward()
    milliseconds, after = (time.perf_counter() - start) * 1000, usage()
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"milliseconds": milliseconds, "processor": processor}), flush=True)
print(json.dumps({"peak": usage().ru_maxrss / 1000}), flush=True)
