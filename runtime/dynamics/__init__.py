"""How hard beats were struck, and the few marks that say so: on any beats, with a score or without.

May import `piano`, `notes`, `sound` and what is below.
"""
