"""What is said to people in their language: one table, `words.json`, for command line, page and MuseScore plugin."""
