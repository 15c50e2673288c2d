"""From names to meaning."""
