"""The public look-up of certificates by their numbers."""
