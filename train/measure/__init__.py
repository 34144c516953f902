"""The accuracy protocols of the project, baselines, and the evaluation of a model."""
