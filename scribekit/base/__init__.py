"""What every room uses: errors, the service's contract, text, time codes, colours, progress and the columns of every table.

It imports nothing else of scribekit, and the embedded service shares only this room with the client. Doors: every module.
"""
