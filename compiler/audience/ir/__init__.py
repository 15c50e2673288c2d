"""What a definition means, independent of spelling and engines."""
