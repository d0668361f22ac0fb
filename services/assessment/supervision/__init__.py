"""Flags about exams and bodies: what looks wrong, whose it is until when, and what became of it."""
