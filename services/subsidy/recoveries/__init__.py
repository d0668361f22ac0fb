"""Recoveries of paid money, in whole lines."""
