"""Session rules: when exam sessions are filed, approved, sealed and published, and how many examine, as dated rows."""
