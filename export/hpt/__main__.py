"""`python -m export.hpt`: see `export.hpt.convert`."""

from export.hpt.convert import main

main()
