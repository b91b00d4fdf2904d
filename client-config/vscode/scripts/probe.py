"""Says what an interpreter is and which parts of the bundle it can import. Any Python since 2.7 can run this."""

import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:1] = []  # what lies beside this file is no library
installed = False
bundled = []
if sys.version_info >= (3, 11):
    import importlib.util

    installed = importlib.util.find_spec("persona_lsp") is not None
    tag = "cp%d%d" % sys.version_info[:2]
    folders = [os.path.join(here, name) for name in ("common", tag)]
    if sys.implementation.name == "cpython" and all(os.path.isdir(folder) for folder in folders):
        sys.path[:0] = folders
        try:
            # The compiled ones: a library for another processor or C library is found, and cannot be loaded.
            import msgspec  # noqa: F401  # tried, not used
            import tree_sitter  # noqa: F401  # the same
            import tree_sitter_python  # noqa: F401  # the same
            import yaml  # noqa: F401  # the same

            bundled = folders
        except ImportError:
            pass
print(
    json.dumps(
        {
            "version": list(sys.version_info[:2]),
            "executable": sys.executable,
            "installed": installed,
            "bundled": bundled,
        }
    )
)
