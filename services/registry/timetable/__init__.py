"""Lessons, with the teachers and rooms that they need, and checks of sites."""
