"""Certificates of persons under whose document another human was trained: a list for officers."""
