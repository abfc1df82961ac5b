"""jupyter_kernel_test (Jupyter's own suite for kernels) with every capability enabled.

KERNEL names the kernelspec; the suite comes from Debian's python3-jupyter-kernel-test.
"""

import os
import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ.get("KERNEL", "robust-transfer")
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "Math.ab", "matches": {"abs"}},
        {"text": "JSON.str", "matches": {"stringify"}},
    ]
    complete_code_samples = ["1", "const a = 1", "function f() { return 1 }", "`a`"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`abc", "f(", "/* x"]
    invalid_code_samples = ["let 1x = 2;", "const a = ]", "foo bar baz )"]
    code_page_something = "console?"
    code_generate_error = "throw new Error('no')"
    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "await Promise.resolve([1, 2])", "result": "[ 1, 2 ]"},
    ]
    code_display_data = [
        {
            "code": os.environ.get("DISPLAY_CODE", "display.html('<b>x</b>')"),
            "mime": "text/html",
        }
    ]
    code_history_pattern = "6*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "console.log"
    code_clear_output = "clearOutput()"


if __name__ == "__main__":
    unittest.main(verbosity=2)
