"""Supervision: patrols, findings, spot checks, safety, sanctions."""
