"""`observation`, or `python -m observation`, is the command line."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Run the command line; whoever stops it before the command itself goes on gets the same sentence."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        from observation.cli import main as run

        code = run()
    except KeyboardInterrupt:
        print("observation: Stopped.", file=sys.stderr, flush=True)
        os._exit(130)  # nothing is open, and Python may end as if nobody had caught it
    for number in (signal.SIGINT, signal.SIGTERM):  # it is done, and only ends
        signal.signal(number, signal.SIG_IGN)
    return code


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
