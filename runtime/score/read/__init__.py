"""Score files of every supported kind into a `Score`. May import `score.table` and `score.xml`."""
