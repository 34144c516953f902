"""Tables for docs: accuracy, alignment, marks, scores, speed, transcription, beside peers. May import everything."""
