"""The processors that svs may use."""

import os


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_gpu() -> bool:
    """Return whether there is a GPU that Whisper can use."""
    import ctranslate2

    return bool(ctranslate2.get_cuda_device_count() > 0)
