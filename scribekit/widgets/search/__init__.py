"""The transcript search: ``widget`` answers the page, ``results`` holds what was found, ``messages`` is what the page is sent."""
