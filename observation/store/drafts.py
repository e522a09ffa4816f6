"""A file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .folders import sync_folder


@contextmanager
def drafted(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside the target that takes its place, durable, when the block ends.

    When the block raises, the target is as it was and nothing is left beside it. It can be read by
    its owner only.
    """
    draft = target.with_name(f".{target.name}.draft")
    try:
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except OSError as error:
        if error.filename == str(draft):  # nobody knows of it
            error.filename = str(target)
        raise
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
