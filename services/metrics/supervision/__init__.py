"""Supervision in figures: flags, findings and patrols of the registry, as they were told last."""
