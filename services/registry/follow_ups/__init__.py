"""Employment of trainees after their training."""
