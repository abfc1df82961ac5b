"""Prints the median processor milliseconds of a corruption of the reference of C-bar, on one thread.

Usage: CBAR=... c_bar_bench.py <name> <level> <side> <repetitions>, see test/fixtures/corruptions/c_bar.py
"""

import sys
import time
from pathlib import Path

fixtures = Path(__file__).parent.parent / "fixtures"
sys.path.insert(0, str(fixtures))
sys.path.insert(0, str(fixtures / "corruptions"))

import c_bar
from lcg import picture

name, level, side, repetitions = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
image = picture(side, side)
corruption = c_bar.transform_dict[name](severity=level, im_size=side)
times = []
for _ in range(repetitions):
    start = time.process_time()
    corruption(image)
    times.append(1000 * (time.process_time() - start))
print(sorted(times)[repetitions // 2])
