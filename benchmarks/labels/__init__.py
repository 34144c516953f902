"""Beats and bars of real recordings, from their scores, checked by eye."""
