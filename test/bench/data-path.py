"""Prints how fast images become batches by torchvision on Pillow, and by OpenCV, as JSON.

Usage: data-path.py <what data-path.bench.ts says of a path, as JSON>, or data-path.py versions
"""

import json
import sys
import time

import cv2
import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as t
from torchvision.transforms import functional as f

cv2.setNumThreads(1)
torch.set_num_threads(1)

if sys.argv[1] == "versions":
    versions = {
        "torchvision": torchvision.__version__,
        "Pillow": PIL.__version__,
        "OpenCV": cv2.__version__,
    }
    print(json.dumps(versions))
    sys.exit()

path = json.loads(sys.argv[1])
name = path["data"]["name"]
size, slow = path["batchSize"], path["slow"]
count = size * path["batches"]
mean = np.array([0.485, 0.456, 0.406])
std = np.array([0.229, 0.224, 0.225])
scale = {"ade20k": (2662, 665), "coco": (1333, 800)}.get(name)

if name == "cifar10":
    file = path["data"]["folder"] + "/data_batch_1.bin"
    records = np.fromfile(file, np.uint8).reshape(-1, 3073)[:, 1:]
    records = np.ascontiguousarray(records.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
else:
    files = path["data"]["files"]


def rescaled(height, width):
    factor = min(scale[0] / max(height, width), scale[1] / min(height, width))
    return int(height * factor + 0.5), int(width * factor + 0.5)


def middle(height, width):
    h, w = min(height, 512), min(width, 512)
    return (height - h) // 2, (width - w) // 2, h, w


normalize = t.Normalize(mean.tolist(), std.tolist())
cifar = t.Compose(
    [t.RandomResizedCrop(224), t.RandomHorizontalFlip(), t.ToTensor(), normalize]
)


def by_torchvision(index):
    if name == "cifar10":
        return cifar(Image.fromarray(records[index % len(records)]))
    image = Image.open(files[index % len(files)]).convert("RGB")
    height, width = rescaled(image.height, image.width)
    image = f.resize(image, [height, width])
    if name == "ade20k":
        image = f.crop(image, *middle(height, width))
    if index % 2:
        image = f.hflip(image)
    return normalize(f.to_tensor(image))


# As mmcv's imnormalize, and mmsegmentation's and mmdetection's DefaultFormatBundle.
def formatted(image):
    image = image.astype(np.float32)
    cv2.subtract(image, np.float64((255 * mean).reshape(1, -1)), image)
    cv2.multiply(image, 1 / np.float64((255 * std).reshape(1, -1)), image)
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))


def by_opencv(index):
    if name == "cifar10":
        image = records[index % len(records)]
        top, left, height, width = t.RandomResizedCrop.get_params(
            torch.empty(3, 32, 32), (0.08, 1), (3 / 4, 4 / 3)
        )
        image = cv2.resize(image[top : top + height, left : left + width], (224, 224))
    else:
        image = cv2.imread(files[index % len(files)])
        cv2.cvtColor(image, cv2.COLOR_BGR2RGB, image)
        height, width = rescaled(*image.shape[:2])
        image = cv2.resize(image, (width, height))
        if name == "ade20k":
            top, left, height, width = middle(height, width)
            image = image[top : top + height, left : left + width]
    if index % 2:
        image = cv2.flip(image, 1)
    return formatted(image)


class Images(Dataset):
    def __init__(self, make, length):
        self.make, self.length = make, length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.make(index)


def batch(images):
    height = max(image.shape[1] for image in images)
    width = max(image.shape[2] for image in images)
    if all(image.shape[1:] == (height, width) for image in images):
        return torch.stack(images)
    values = torch.zeros(len(images), 3, height, width)
    for value, image in zip(values, images):
        value[:, : image.shape[1], : image.shape[2]] = image
    return values


def measured(make):
    for index in range(size * slow):
        make(index)
    start = time.process_time()
    for first in range(0, count, size):
        batch([make(first + i) for i in range(size)])
    milliseconds = 1000 * (time.process_time() - start) / count
    loader = DataLoader(
        Images(make, count + size * slow),
        batch_size=size,
        num_workers=1,
        collate_fn=batch,
    )
    for done, _ in enumerate(loader, 1):
        if done == slow:
            start = time.perf_counter()
    rate = count / (time.perf_counter() - start)
    return {"milliseconds": milliseconds, "imagesPerSecond": rate}


print(
    json.dumps(
        {"torchvision": measured(by_torchvision), "opencv": measured(by_opencv)}
    )
)
