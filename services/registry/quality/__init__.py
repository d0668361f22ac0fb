"""The quality rates of trainings."""
