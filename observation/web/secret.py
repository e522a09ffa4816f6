"""The key that signs forms and cookies: made once, and the same for all who serve one store."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from observation.settings import Context
from observation.store.backup_file import SECRET
from observation.store.server import settled


def secret_key(context: Context) -> str:
    """Return the key of the store: in its registry where several machines may serve it.

    Beside a store on this machine's disk it is a file that its owner alone can read.
    """
    if context.store.place:
        return str(settled(context.store.registry, SECRET, "key", secrets.token_hex(32)))
    return _key_in(context.data)


def _key_in(data: Path) -> str:
    """Return the key in `data/secret-key`, made on first use; a folder that cannot be written gets a passing one."""
    path = data / "secret-key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as target:
            target.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError:
        return secrets.token_hex(32)
    return path.read_text(errors="replace") or secrets.token_hex(32)
