"""Batches under attack: workers, clients and schedulers are killed, and the results compared with a quiet run's."""
