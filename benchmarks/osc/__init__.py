"""How well results travel over OSC."""
