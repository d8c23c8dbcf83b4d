"""pocketsphinx."""
