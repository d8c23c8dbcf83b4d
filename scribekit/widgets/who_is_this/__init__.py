"""Who is this: one speaker without a name after the other, heard and named."""
