"""Assessment bodies: what each may examine, and the prefix of its certificate numbers."""
