"""Live: sound that is being played in, beats, bars, level and loudness out, to the terminal and over OSC."""
