"""What is counted, and what one subject contributes to it."""
