"""The pure core: events in, state out. See README.md beside this file for what may be imported."""
