"""What a running service knows and does between two requests.

`service` holds the parts together, as `settings` says. `store` keeps the transcripts, `uploads` the uploaded files. `queue` runs the
jobs: it takes their audio from `sources` and gives it to the recogniser. `webhooks` calls back, `background` runs what outlives its
request. `rate_window` and `bandwidth` are the limits, `other_clients` fills the list, `counters` counts, and `connections` lets a fault
drop one. Nothing here is durable: a service that ends forgets its transcripts and deletes its uploads.
"""
