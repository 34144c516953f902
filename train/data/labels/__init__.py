"""Truth per beat: value types, annotation files, and from a score's signs to levels."""
