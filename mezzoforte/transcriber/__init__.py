"""``mezzoforte transcriber``: which transcribers are there, and how those that need other packages once are added.

A conversion runs in an environment of its own, which has torch and the like and is gone afterwards; what stays is a
model file for onnxruntime. To add one, write a line in `recipes` and the module that it names. May import `runtime`;
only modules that run in such an environment import what it has.
"""
