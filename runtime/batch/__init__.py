"""Many recordings: found, worked on in processes or on a cluster, each finished result kept for good.

A run can be ended at any moment, by anybody, and taken up again by the same command: what is finished is known by the
recording's content, the model and the options, never done twice and never half there.
"""
