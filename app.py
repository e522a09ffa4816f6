"""The WSGI entry, for a server that is told `app:app`; settings come from the environment."""

import os

from observation.settings import open_context
from observation.web import create_app

os.umask(0o077)  # as the command line does
app = create_app(open_context())
