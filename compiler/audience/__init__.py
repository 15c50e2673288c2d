"""Conditions about people, compiled into set queries."""
