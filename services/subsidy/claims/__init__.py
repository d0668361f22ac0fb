"""Claims of institutions for completed classes: drafts, lines, checks, submission, corrections."""
