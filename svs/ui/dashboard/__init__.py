"""`svs dashboard`: a screen that shows the jobs of a store as they are, and does what `svs jobs` does."""
