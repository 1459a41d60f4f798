"""The Secure Video Summarizer: what was said in a video, in short, with times, on your own machine."""

import os

__version__ = "0.1.0"

# onnxruntime (since 1.32 also on Linux) otherwise sends usage data home, and keeps an id of this machine
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
