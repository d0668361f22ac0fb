"""What turns the sources into something that runs: on one machine, with containers, in a cluster."""
