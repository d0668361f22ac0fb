"""Rosters: rows of trainees decided one by one."""
