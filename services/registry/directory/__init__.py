"""Institutions with their sites, listings, sanctions and the blacklist."""
