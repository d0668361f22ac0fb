"""Code that at least two services use: pure values, the facts they publish, the log, the edges."""
