"""Checks recorded messages (JSON lines on standard input) against jupyter_kernel_test's schemas."""

import json
import sys

from jupyter_kernel_test.msgspec_v5 import validate_message

count = 0
for line in sys.stdin:
    validate_message(json.loads(line))
    count += 1
print(count)
