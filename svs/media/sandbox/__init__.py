"""The sandbox of ffmpeg: it can open the files that it was given, and do little else."""
