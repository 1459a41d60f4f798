"""The Secure Video Summarizer: what was said in a video, in short, with times, on your own machine."""

__version__ = "0.1.0"
