"""Technicians who are young, and enterprises filed for special-grade and chief technicians."""
