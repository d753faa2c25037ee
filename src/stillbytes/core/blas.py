"""NumPy's linear algebra without threads, for processes in which all matrices are small.

OpenBLAS starts its threads when NumPy is imported, and they wait for work by spinning: that takes a core from the
kernels.
"""

from __future__ import annotations

import os

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Environment for a child process."""


def use_one_thread() -> None:
    """In this process. Has an effect before NumPy is imported only; what the user has set stays."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
