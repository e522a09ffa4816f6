"""`observation`, or `python -m observation`, is the command line."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Run the command line; whoever stops it before the command itself goes on gets the same sentence."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        # People can be recognised in what is written: it is for who runs this alone.
        os.umask(0o077)
        from observation.cli import main as run

        code = run()
    except KeyboardInterrupt:
        print("observation: Stopped.", file=sys.stderr, flush=True)
        code = 130
    for number in (signal.SIGINT, signal.SIGTERM):  # it is done, and only ends
        signal.signal(number, signal.SIG_IGN)
    # An interrupt that left a string in exec, as where a dataclass is made, is remembered by Python although
    # it was caught, and would end this process by SIGINT instead of its code. The next exec forgets it.
    exec("")
    return code


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
