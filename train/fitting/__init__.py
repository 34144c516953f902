"""What all trainings share: steps and rates, runs to go on from, small networks, where results come from."""
