"""The page on the user's own machine: its files, the works that it shows, and what is computed for them.

``static.py`` holds what the browser loads, ``routes.py`` what it asks, ``works.py`` what is kept between visits.
The modules that run in the worker process, because they open what users bring: ``tasks.py``, ``engraving.py``,
``peaks.py``, ``kept.py``, ``take_home.py``.
"""
