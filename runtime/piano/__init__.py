"""How loud a piano is: a measured table, and the loudness of notes without playing them. May import `frames`."""
