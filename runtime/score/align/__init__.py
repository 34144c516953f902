"""A recording laid along its score: the order of measures that was played, and the time of every written beat."""
