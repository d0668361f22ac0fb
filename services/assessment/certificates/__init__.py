"""Certificates: numbered, issued, revoked, corrected."""
