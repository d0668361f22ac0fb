"""Two valid certificates of one human for one thing: found when two persons are merged."""
