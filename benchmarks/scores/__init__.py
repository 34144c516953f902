"""Do other programs read every score that we mark?"""
