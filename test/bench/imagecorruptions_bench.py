"""Prints how many milliseconds each corruption of imagecorruptions (pip install imagecorruptions) takes as JSON, on one
thread: the first image, at which it compiles, and the median of others.

Usage: imagecorruptions_bench.py <height> <width> <severity> <repetitions>
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path(__file__).parent.parent / "fixtures"))

import cv2
from imagecorruptions import corrupt, get_corruption_names
from lcg import picture

cv2.setNumThreads(1)
height, width, severity, repetitions = map(int, sys.argv[1:])
image = picture(height, width)
times_of = {}
for name in get_corruption_names("all"):
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        corrupt(image, severity, name)
        times.append(1000 * (time.perf_counter() - start))
    median = sorted(times[1:])[repetitions // 2]
    times_of[name.replace("_", "-")] = {"first": times[0], "median": median}
print(json.dumps(times_of))
