"""Trainees in classes: entry, days, outcomes, corrections."""
