"""What the command line does with one recording, a score, notes, or many recordings. May import every other room."""
