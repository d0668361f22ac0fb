"""Credits: certificates that a school counts as courses, and courses that count towards an award, each used once."""
