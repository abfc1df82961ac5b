"""Prints the median milliseconds of each corruption of imagecorruptions (pip install imagecorruptions) as JSON, on one thread.

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
medians = {}
for name in get_corruption_names("all"):
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        corrupt(image, severity, name)
        times.append(1000 * (time.perf_counter() - start))
    # The first run compiles.
    medians[name.replace("_", "-")] = sorted(times[1:])[repetitions // 2]
print(json.dumps(medians))
