"""Occupation standards by occupation and edition: parts, marks, minutes, and routes of eligibility."""
