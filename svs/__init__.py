"""The Secure Video Summarizer: summarizes what is said in a video, with times, on your own machine."""

import os

__version__ = "0.1.0"

# onnxruntime (since 1.32 also on Linux) otherwise sends usage data home, and keeps an
# id of this machine; the others are asked to be silent too
for _name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ[_name] = "1"
