"""The WSGI entry, for a server that is told `app:app`; settings come from the environment."""

from observation.settings import open_context
from observation.web import create_app

app = create_app(open_context())
