"""Examiners and quality supervisors of assessment bodies: what they may examine, and on which days."""
