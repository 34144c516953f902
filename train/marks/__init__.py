"""What marks in a score are fitted on, and the fit."""
