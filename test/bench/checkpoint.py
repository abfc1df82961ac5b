"""make FOLDER: a ResNet-50 state_dict in both containers; read FILE: how long torch.load takes, once."""
import json
import os
import resource
import sys
import time

import torch

if sys.argv[1] == "make":
    from torchvision.models import resnet50

    weights = resnet50().state_dict()
    torch.save(weights, os.path.join(sys.argv[2], "zip.pth"))
    torch.save(weights, os.path.join(sys.argv[2], "legacy.pth"), _use_new_zipfile_serialization=False)
    print(json.dumps({"version": torch.__version__}))
else:
    start = time.perf_counter()
    weights = torch.load(sys.argv[2], map_location="cpu")
    milliseconds = 1000 * (time.perf_counter() - start)
    print(json.dumps({"milliseconds": milliseconds, "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
