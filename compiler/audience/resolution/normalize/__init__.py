"""Rewrites that leave one way to say each thing."""
