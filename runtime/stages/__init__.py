"""Networks over the whole recording that hear frame logits anew: beats, levels, onsets, and their features. May import
`network`, `notes` and `sound`."""
