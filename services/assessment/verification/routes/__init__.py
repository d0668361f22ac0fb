"""HTTP routes of this topic: for the public, and for holders."""
