"""Checks recorded messages (JSON lines on standard input) against jupyter_kernel_test's schemas."""

import json
import sys

from jupyter_kernel_test.msgspec_v5 import validate_message

# of the protocol, but without a schema there; test/kernel/schema.ts has them
UNKNOWN = {"comm_open", "comm_msg", "comm_close", "interrupt_reply"}

count = 0
for line in sys.stdin:
    message = json.loads(line)
    if message["header"]["msg_type"] not in UNKNOWN:
        validate_message(message)
    count += 1
print(count)
