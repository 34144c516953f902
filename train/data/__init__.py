"""Data sets and their labels: readers, splits by piece, counts. May import `rendering.performance` and `runtime`."""
