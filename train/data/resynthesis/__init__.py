"""Performances rebuilt from beat times and loudness curves, and the loudness of notes without playing them."""
