"""What at least two services use: pure values, the facts they tell each other, the log, the edges."""
