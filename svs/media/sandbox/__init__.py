"""What holds ffmpeg back: it may open the files that it was given, and do little else."""
