"""Times pycocotools on the detections of score-detections.ts: average-precision.py IMAGES"""

import contextlib
import io
import json
import resource
import sys
import time
from importlib.metadata import version

import numpy as np
from pycocotools import mask as api
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

IMAGES = int(sys.argv[1])
CLASSES, HEIGHT, WIDTH, THINGS, FOUND = 80, 480, 640, 8, 100
XS = np.array([0.3, 0.7, 1, 1, 0.7, 0.3, 0, 0])
YS = np.array([0, 0, 0.3, 0.7, 1, 1, 0.7, 0.3])


def drawn(image, number, axis):
    """A number from 0 to 1 that the other side computes alike."""
    with np.errstate(over="ignore"):
        value = np.uint32(image * 1000 + number * 10 + axis) * np.uint32(2654435761)
        value = (value ^ (value >> np.uint32(15))) * np.uint32(2246822519)
        return (value ^ (value >> np.uint32(13))) / 4294967296


def box_of(image, number):
    a, b, c, d = (drawn(image, number, axis) for axis in range(4))
    width, height = 8 + 300 * a * a, 8 + 250 * b * b
    return c * (WIDTH - width), d * (HEIGHT - height), width, height


def row(image, number, box, category):
    box = np.float32([box[0], box[1], box[0] + box[2], box[1] + box[3]]).astype(float)
    left, top, width, height = box[0], box[1], box[2] - box[0], box[3] - box[1]
    points = np.stack([left + width * XS, top + height * YS], 1).reshape(-1)
    mask = api.frPyObjects([points.tolist()], HEIGHT, WIDTH)[0]
    return {
        "id": image * 1000 + number + 1,
        "image_id": image,
        "category_id": category,
        "bbox": [left, top, width, height],
        "segmentation": mask,
        "area": float(api.area(mask)),
        "iscrowd": 0,
    }


def near(image, number):
    """A detection: most of them near one of the things."""
    thing = number % THINGS
    left, top, width, height = box_of(image, thing)
    share = drawn(image, number, 5) * 0.6 - 0.3
    box = (left + share * width, top + share * height, width * (1 + share), height * (1 - share))
    kind = thing if drawn(image, number, 6) < 0.3 else number
    found = row(image, number, box, int(drawn(image, kind, 4) * CLASSES))
    return {**found, "score": float(np.float32(drawn(image, number, 7)))}


images = [{"id": i, "height": HEIGHT, "width": WIDTH} for i in range(IMAGES)]
things = [row(i, n, box_of(i, n), int(drawn(i, n, 4) * CLASSES)) for i in range(IMAGES) for n in range(THINGS)]
found = [near(i, 100 + n) for i in range(IMAGES) for n in range(FOUND)]


def score(kind, key):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"images": images, "annotations": things, "categories": [{"id": i} for i in range(CLASSES)]}
        coco.createIndex()
        kept = ("image_id", "category_id", "score", key)
        results = coco.loadRes([{name: one[name] for name in kept} for one in found])
        start = time.perf_counter()
        evaluation = COCOeval(coco, results, kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {"milliseconds": 1000 * (time.perf_counter() - start), "score": 100 * evaluation.stats[0]}


print(
    json.dumps(
        {
            "box": score("bbox", "bbox"),
            "mask": score("segm", "segmentation"),
            "version": version("pycocotools"),
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
)
