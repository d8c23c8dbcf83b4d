"""The diarization review: ``widget`` answers the page, with the modules that it needs.

``transcript`` is what the page shows, ``packing`` how it travels there, ``sound`` the clips to hear, ``static`` the picture without a
kernel.
"""
