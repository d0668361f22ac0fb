"""The subjects behind a number, inside the rights of whoever asks."""
