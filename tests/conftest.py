"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says nothing here: other tests, browsers and servers run beside it.
settings.register_profile("beside others", deadline=None)
settings.load_profile("beside others")
