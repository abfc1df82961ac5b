"""Times PRIME's reference implementation with its ImageNet defaults and prints JSON, per image.

    python3 prime.py <folder of github.com/amodas/PRIME-augmentations> <threads> <batch> <size> <calls>

Needs torch, einops and opt_einsum.
"""

import json
import os
import sys
import time
import warnings

# Before it is loaded: torch.set_num_threads does not reach OpenBLAS, which multiplies matrices for Debian's PyTorch.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[2]

import torch

folder, threads, batch, size, calls = sys.argv[1], *map(int, sys.argv[2:])
sys.path.insert(0, folder)
from utils.color_jitter import RandomSmoothColor  # noqa: E402
from utils.diffeomorphism import Diffeo  # noqa: E402
from utils.prime import GeneralizedPRIMEModule, PRIMEAugModule  # noqa: E402
from utils.rand_filter import RandomFilter  # noqa: E402

warnings.filterwarnings("ignore")
torch.set_num_threads(threads)
primitives = [
    Diffeo(1.0, 1.0, 1.0, 1.0, 2, 500, 1.0, stochastic=True),
    RandomSmoothColor(500, 0.05, 20, stochastic=True),
    RandomFilter(3, 4.0, stochastic=True),
]
prime = GeneralizedPRIMEModule(lambda x: x, PRIMEAugModule(primitives), no_jsd=True)
images = torch.rand(batch, 3, size, size)
times = []
for _ in range(calls):
    start = time.perf_counter()
    prime(images)
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({"times": times, "version": torch.__version__}))
