"""A worker that ends itself with SIGKILL at one point of its work: ``dying_worker.py POINT``.

POINT is ``call:NAME``, ``return:NAME`` or ``c_call:NAME`` of a function, as the profiler of Python
sees it; nothing of the program is changed. Without reaching it the worker ends as usual.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from amends.desk import commands


def main(point: str) -> None:
    """Do the jobs that are ready, and die on the way."""
    event_wanted, name_wanted = point.split(":")

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event != event_wanted:
            return
        name = (getattr(argument, "__name__", "") if event.startswith("c_")
                else frame.f_code.co_qualname)
        if name == name_wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    commands.prepare()
    sys.setprofile(watch)
    commands.drain()


if __name__ == "__main__":
    main(sys.argv[1])
