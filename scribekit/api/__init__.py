"""AssemblyAI as its client sees it: who answers, with what, and how fast.

:mod:`~scribekit.api.client` is the one owner of HTTP. It returns the answers of :mod:`~scribekit.api.answers` and decides
nothing; :mod:`~scribekit.api.failures` says what each failure means. :mod:`~scribekit.api.options` turns a configuration
and a manifest row into the options of one job; :mod:`~scribekit.api.sdk_losses` says what the SDK removes from a configuration.
:mod:`~scribekit.api.limits` and :mod:`~scribekit.api.rate_limit` set the pace. :mod:`~scribekit.api.connection` and
:mod:`~scribekit.api.embedded` say which service is in use, and run the embedded one. :mod:`~scribekit.api.webhook` receives the
service's calls. How the address is found and reached is decided in :mod:`~scribekit.api.sdk_settings` and
:mod:`~scribekit.api.proxies`; :mod:`~scribekit.api.first_contact` says what is wrong with it.

Doors: every module but the last three.
"""
