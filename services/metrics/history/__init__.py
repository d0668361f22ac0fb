"""What was known at the end of each day: closings, and the figures of a day that is over."""
