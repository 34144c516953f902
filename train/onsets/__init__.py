"""The onset stage: performances as notes with their beats, data, network, training and weights."""
