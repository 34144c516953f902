"""`python -m benchmarks.transcription`: see `benchmarks.transcription.report`."""

from benchmarks.transcription.report import main

main()
