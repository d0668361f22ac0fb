"""Pages of docs/ that follow from the code: `python -m deploy.docs` writes them, a test compares them."""
