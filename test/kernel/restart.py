"""Runs the cell on standard input, restarts the kernel once the cell prints, and prints what a new cell shows."""

import sys

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="robust-transfer", startup_timeout=600)
client.execute(sys.stdin.read())
while client.get_iopub_msg(timeout=600)["header"]["msg_type"] != "stream":
    pass
manager.restart_kernel(now=False)
client.wait_for_ready(timeout=600)
client.execute_interactive("6 * 7", output_hook=lambda message: None, timeout=600)
client.execute("6 * 7")
while True:
    message = client.get_iopub_msg(timeout=600)
    if message["header"]["msg_type"] == "execute_result":
        print(message["content"]["data"]["text/plain"])
        break
client.stop_channels()
manager.shutdown_kernel(now=True)
