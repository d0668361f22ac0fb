"""What totals can be asked for, and how they are worked out from cells."""
