"""Recordings in: decoding, one level for all, and samples put aside. May import `errors` and `frames`."""
