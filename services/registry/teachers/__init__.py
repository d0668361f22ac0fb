"""Teachers and their engagements."""
