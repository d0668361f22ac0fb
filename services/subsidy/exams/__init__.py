"""Exams as assessment told them: the certificates of each, and what candidates were charged."""
