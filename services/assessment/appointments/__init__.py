"""Appointments: the posts and terms of special-grade and chief technicians; a certificate outlasts its term."""
