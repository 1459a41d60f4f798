"""The commands of `svs jobs`."""
