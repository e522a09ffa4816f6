"""`observation user`: accounts, for whoever may change files on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from observation.settings import Context
from observation.store import accounts
from observation.store.accounts import ROLES, Account
from observation.store.server import current_study

from .study import add_study, chosen_study
from .terminal import say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    user = commands.add_parser("user", help="accounts of those who look from other machines")
    kinds = user.add_subparsers(title="user", required=True, metavar="WHAT", dest="part")
    invite = kinds.add_parser("add", help="invite somebody, or give an account another study")
    invite.add_argument("name")
    invite.add_argument("--role", choices=ROLES, default=accounts.LEAD, help="default: lead")
    add_study(invite)
    invite.set_defaults(run=_add)
    reset = kinds.add_parser("reset", help="make a password void, for a new one by a link")
    reset.add_argument("name")
    reset.set_defaults(run=_reset)
    for each in (invite, reset):
        each.add_argument("--url", help="the address of the server, as others type it")
    disable = kinds.add_parser("disable", help="let an account sign in no more")
    disable.add_argument("name")
    disable.set_defaults(run=_disable)
    kinds.add_parser("list", help="all accounts and their roles").set_defaults(run=_list)


def _add(context: Context, options: argparse.Namespace) -> None:
    several = options.study is not None or len(context.store.events.studies()) > 1
    study = chosen_study(context, options.study) if several else current_study(context.store)
    registry, now = context.store.registry, context.clock.now()
    _link(context, options, accounts.invite(registry, options.name, study, options.role, now))


def _reset(context: Context, options: argparse.Namespace) -> None:
    registry = context.store.registry
    secret = accounts.reset(registry, options.name, context.clock.now())
    _link(context, options, secret)


def _disable(context: Context, options: argparse.Namespace) -> None:
    accounts.disable(context.store.registry, options.name, context.clock.now())
    say(f"{options.name} can no longer sign in.")


def _list(context: Context, options: argparse.Namespace) -> None:
    for account in accounts.accounts(context.store.registry):
        roles = ", ".join(f"{role} of {study}" for study, role in account.roles.items())
        say(f"{account.name}: {roles or 'no role'}{_state(account)}")


def _state(account: Account) -> str:
    if account.disabled:
        return "; disabled"
    return "" if account.password else "; invited, no password yet"


def _link(context: Context, options: argparse.Namespace, secret: str) -> None:
    host = next(iter(context.hosts), "")
    base = (options.url or (f"https://{host}" if host else "http://127.0.0.1:8000")).rstrip("/")
    days = accounts.VALID.days
    say(f"{base}/invitation#{secret}")
    say(f"Whoever opens this link within {days} days chooses the password, once.", error=True)
