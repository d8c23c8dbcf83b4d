"""What the service has said of each transcript that a run waits for, over all the times that it waits. Pure.

The list and the transcript itself may contradict each other, and a status may be unknown. Such a job is asked for ever more rarely, until
its time is over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scribekit.api.failures import shown
from scribekit.corpus.job import AT_SERVICE, ENDED

REPEAT_FRACTION = 16
"""A job that is asked for singly is asked for again after this fraction of the time that it has taken so far."""

KNOWN = (*AT_SERVICE, *ENDED)
"""The statuses that are documented."""

_LONGEST_STATUS = 40


@dataclass(slots=True)
class History:
    """What is known of one transcript.

    Attributes:
        began: When the run first waited for it, by a clock that stops while nothing can be heard.
        listed: The last status in the list; empty when it was not listed.
        own: The last status of the transcript itself; empty when it was not asked for.
        not_before: When it may be asked for singly again, by a clock that never jumps.
    """

    began: float
    listed: str = ""
    own: str = ""
    not_before: float = -math.inf

    @property
    def is_list_wrong(self) -> bool:
        """Whether the list says that it has ended, and the transcript itself that it has not.

        Example:
            >>> History(0.0, listed="completed", own="processing").is_list_wrong
            True
        """
        return self.listed in ENDED and self.own != "" and self.own not in ENDED

    def asked(self, status: str, now: float, since: float, poll_s: float) -> None:
        """Note the status of the transcript itself.

        Args:
            status: The status.
            now: The time, by that clock.
            since: When the service accepted the job, by that clock.
            poll_s: The shortest pause until it is asked for again.
        """
        self.own = status
        self.not_before = now + max(poll_s, (now - since) / REPEAT_FRACTION)

    def why_unfinished(self) -> str:
        """Return why the job counts as unfinished, as a clause about the service's last answer; empty when it is an ordinary status.

        Example:
            >>> History(0.0, listed="resting").why_unfinished()
            "had the status 'resting', which is unknown"
        """
        status = self.own or self.listed
        if self.is_list_wrong:
            return f"had the status {_quoted(self.own)}, although the list says {_quoted(self.listed)}"
        return "" if status in ("", *KNOWN) else f"had the status {_quoted(status)}, which is unknown"


def _quoted(status: str) -> str:
    return repr(shown(status)[:_LONGEST_STATUS])
