"""Everything that takes bytes from outside, fed with bytes that mean harm: by hypothesis in every test run, by coverage
with `python -m tests.fuzz`."""
