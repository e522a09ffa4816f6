"""`observation user`: accounts, for whoever may change files on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from observation.settings import Context
from observation.store import accounts
from observation.store.accounts import ROLES, Account
from observation.store.devices import revoke_of
from observation.store.server import current_study

from .study import add_study, chosen_study
from .terminal import say

NONE = "none"  # of the roles


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    user = commands.add_parser("user", help="accounts of those who look from other machines")
    kinds = user.add_subparsers(title="user", required=True, metavar="WHAT", dest="part")
    invite = kinds.add_parser("add", help="invite somebody, or give an account another study")
    invite.add_argument("name", metavar="NAME", help="by which somebody signs in")
    invite.add_argument("--role", choices=ROLES, default=accounts.LEAD, help="default: lead")
    invite.set_defaults(run=_add)
    role = kinds.add_parser("role", help="give an account another role in a study, or none")
    role.add_argument("name", metavar="NAME", help="by which somebody signs in")
    role.add_argument("role", choices=(*ROLES, NONE), help="none takes it away")
    role.set_defaults(run=_role)
    for each in (invite, role):
        each.add_argument(
            "--member", default="", metavar="CODE", help="who it is as a member, such as W1"
        )
        add_study(each)
    reset = kinds.add_parser("reset", help="make a password void, for a new one by a link")
    reset.add_argument("name", metavar="NAME", help="by which somebody signs in")
    reset.set_defaults(run=_reset)
    for each in (invite, reset):
        each.add_argument("--url", help="the address of the server, as others type it")
    disable = kinds.add_parser("disable", help="let an account sign in no more")
    disable.add_argument("name", metavar="NAME", help="by which somebody signs in")
    disable.set_defaults(run=_disable)
    kinds.add_parser("list", help="all accounts and their roles").set_defaults(run=_list)


def _add(context: Context, options: argparse.Namespace) -> None:
    registry, now = context.store.registry, context.clock.now()
    study, role, member = _study(context, options), options.role, options.member
    secret = accounts.invite(registry, options.name, study, role, now, member)
    if secret:
        _link(context, options, secret)
    else:
        say(f"{options.name} has an account here already, and signs in with the same password.")


def _role(context: Context, options: argparse.Namespace) -> None:
    role = "" if options.role == NONE else options.role
    study = _study(context, options)
    accounts.assign(context.store.registry, options.name, study, role, options.member)
    if not role:
        _revoke_tablets(context, options.name, study)
    say(f"{options.name} is {role} of {study}." if role else f"{options.name} is not in {study}.")


def _revoke_tablets(context: Context, name: str, study: str = "") -> None:
    account = accounts.find_account(context.store.registry, name)
    if account:
        revoke_of(context.store.registry, account.name, context.clock.now(), study)


def _study(context: Context, options: argparse.Namespace) -> str:
    several = options.study is not None or len(context.store.events.studies()) > 1
    return chosen_study(context, options.study) if several else current_study(context.store)


def _reset(context: Context, options: argparse.Namespace) -> None:
    registry = context.store.registry
    secret = accounts.reset(registry, options.name, context.clock.now())
    _link(context, options, secret)


def _disable(context: Context, options: argparse.Namespace) -> None:
    registry, now = context.store.registry, context.clock.now()
    accounts.disable(registry, options.name, now)
    _revoke_tablets(context, options.name)
    say(f"{options.name} can no longer sign in.")


def _list(context: Context, options: argparse.Namespace) -> None:
    found = list(accounts.accounts(context.store.registry))
    if not found:
        say("There are no accounts.")
    for account in found:
        roles = ", ".join(_part(account, study) for study in account.roles)
        say(f"{account.name}: {roles or 'no role'}{_state(account)}")


def _part(account: Account, study: str) -> str:
    member = account.members.get(study)
    return f"{account.roles[study]} of {study}" + (f" as {member}" if member else "")


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
