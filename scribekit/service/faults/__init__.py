"""Faults that the service injects on request, so that clients can be tested against them.

`spec` defines the faults and reads them from JSON; `draws` decides which requests and jobs they hit. A seed makes the draws repeatable.
This package only decides: `http/faulty_answers` plays the faults of requests, `state/queue` those of jobs, `state/webhooks` those of
webhooks.
"""
