"""How many examples hypothesis tries."""

from hypothesis import settings

FULL = 100
QUICK = 20
DEEP = 1000


def examples(count, **options):
    """Settings with so many examples of the ``FULL`` ones that a test has otherwise; a quick run tries as large a part of ``QUICK``.

    A run by hand tries as many times more as ``DEEP`` is larger: ``make nasty``.
    """
    return settings(max_examples=max(1, count * settings().max_examples // FULL), **options)
