"""`python -m svs`."""

from svs.cli.app import main

main()
