"""Exams: sessions, their candidates and results, and the conclusion."""
