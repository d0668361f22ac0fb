"""Rules that are data: rows with days of validity, entered by one person, approved by another, never rewritten."""
