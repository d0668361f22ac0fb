"""Running the sources: on one machine, with containers, in a cluster."""
