"""Pages of docs/ generated from the code: `python -m deploy.docs` writes them, a test compares them with the code."""
