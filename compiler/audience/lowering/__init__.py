"""From the IR to SQL."""
