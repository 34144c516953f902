"""The page in a real browser: how fast and how large it is, and its pictures."""
