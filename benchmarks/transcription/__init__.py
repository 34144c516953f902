"""How well notes are heard, and how well scores are made of them."""
