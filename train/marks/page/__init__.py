"""Where editors put marks, learned from the page alone: `python -m train.marks.page`."""
