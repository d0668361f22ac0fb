"""Funded projects: training bases, talent projects and masters' studios, with targets, yearly verdicts, and grants."""
