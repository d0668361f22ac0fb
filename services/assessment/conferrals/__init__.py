"""Awards without an exam: a body files who is to get one and why, a second person decides, certificates are issued."""
