"""Accounts: who may read and manage, in which study and as what.

All accounts lie in one value of the registry, as codes do: that a name is nobody else's and that a study
keeps a lead is decided by one change that either happens or does not. Of passwords and links only
hashes are kept.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from observation.core.errors import N_, Refused
from observation.core.events import instant, utc
from observation.core.kinds import NAME, NO_NAME

from . import Registry
from .server import changed
from .sessions import APART, end_all

T = TypeVar("T")

KIND, KEY = "account", "all"
OBSERVER, ANALYST, LEAD, OPERATOR = ROLES = ("observer", "analyst", "lead", "operator")
FIRST = "lead"  # what the first account is called until its name is chosen
LEAST = 12  # characters of a password
MOST = 1000
LONGEST_NAME = 64  # characters
TOKEN_BYTES = 32
VALID = timedelta(days=7)  # so long an invitation can be used
NOT_THIS = N_("This is not the password that you have now; nothing was changed.")

# Slow on purpose: Argon2id as its RFC 9106 recommends it where memory is short.
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Account:
    """Who can sign in: by what name, and in which study as what.

    `roles` are by study, and so are `members`, the code of whoever it is as a member of the study; an
    observer always has one. `password` is its Argon2id hash, empty until one was chosen. `invitation` is the SHA-256 of a link
    with which one can be chosen, `invited` when that was made; `disabled` when it was; `chosen` when
    its first password was. Times are ISO 8601, UTC, and empty where there is none. `first` is the
    account of a server that has no other yet, whose name is still to be chosen.
    """

    name: str
    roles: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    invitation: str = field(default="", repr=False)
    invited: str = ""
    disabled: str = ""
    chosen: str = ""
    first: bool = False


def accounts(registry: Registry) -> list[Account]:
    """Return all accounts by name, also those that are disabled."""
    found, _ = registry.get(KIND, KEY) or ({}, None)
    return [account for _, account in sorted(_read(found).items())]


def find_account(registry: Registry, name: str) -> Account | None:
    """Return the account of this name, in whatever case it is typed, or None."""
    found, _ = registry.get(KIND, KEY) or ({}, None)
    return _read(found).get(_key(name))


def first_lead(registry: Registry, study: str, now: datetime) -> str | None:
    """Return the secret of a link that makes whoever opens it the first lead; None once any account had a password.

    It makes the link of an earlier call void, and is void once any account has a password.
    """

    def begun(found: dict[str, Account]) -> str | None:
        if any(each.password or each.chosen for each in found.values()):
            return None
        before = found.get(_key(FIRST))
        if before and (before.disabled or not before.first):
            return None  # somebody was invited by this name, and has a link
        found[_key(FIRST)] = Account(FIRST, {study: LEAD}, first=True)
        return _link(found, FIRST, now)

    return _changed(registry, begun)


def names_first(registry: Registry) -> bool:
    """Return whether the first account is still to be made, with a name of its own."""
    return any(each.first for each in accounts(registry))


def invite(
    registry: Registry, name: str, study: str, role: str, now: datetime, member: str = ""
) -> str:
    """Make an account, or give one its role in another study, and return the secret of its link.

    With the link a password is chosen once, within a week. For an account that has a part in another
    study there is none, and the secret is empty: who leads one study must not get into the others.
    Raises Refused for a name, role or member that cannot be, and for a name that has this study already.
    """
    _check(name, role, member)

    def invited(found: dict[str, Account]) -> str:
        before = found.get(_key(name), Account(name.strip()))
        if study in before.roles:
            raise Refused(N_("“%(name)s” has an account in this study already."), name=before.name)
        found[_key(name)] = _in_study(before, study, role, member)
        return "" if before.roles or before.password else _link(found, name, now)

    return _changed(registry, invited)


def reset(registry: Registry, name: str, now: datetime) -> str:
    """Make the password of an account void, end its sessions, and return the secret of a link to choose another.

    A disabled account is one again. Raises Refused for a name that is not known.
    """

    def anew(found: dict[str, Account]) -> str:
        before = _known(found, name)
        found[_key(name)] = replace(before, password="", disabled="")
        return _link(found, name, now)

    secret = _changed(registry, anew)
    _end_sessions(registry, name)
    return secret


def disable(registry: Registry, name: str, now: datetime) -> None:
    """Let nobody sign in with this account any more and end its sessions; raise Refused for the last lead of a study."""

    def disabled(found: dict[str, Account]) -> None:
        before = _known(found, name)
        after = replace(before, disabled=before.disabled or utc(now), invitation="", invited="")
        found[_key(name)] = after
        _keep_a_lead(found, before)

    _changed(registry, disabled)
    _end_sessions(registry, name)


def assign(registry: Registry, name: str, study: str, role: str, member: str = "") -> None:
    """Give an account another role in a study, or none (empty); raise Refused for its last lead."""
    if role:
        _check(name, role, member)

    def assigned(found: dict[str, Account]) -> None:
        before = _known(found, name)
        found[_key(name)] = _in_study(before, study, role, member)
        _keep_a_lead(found, before)

    _changed(registry, assigned)


def leave(registry: Registry, study: str, heir: str) -> None:
    """Take everybody's part in a study away, as nothing of it is kept any more.

    Who led it leads `heir` from then on, unless that has a lead already or is empty.
    """

    def left(found: dict[str, Account]) -> None:
        led = any(each.roles.get(heir) == LEAD for each in found.values())
        for key, account in found.items():
            after = _in_study(account, study, "", "")
            if heir and not led and account.roles.get(study) == LEAD:
                after = _in_study(after, heir, LEAD, "")
            found[key] = after

    _changed(registry, left)


def accept(
    registry: Registry, secret: str, password: str, now: datetime, name: str = ""
) -> Account:
    """Use a link up: give its account this password, and return it; the first one gets this name too.

    Raises Refused for a link that is unknown, used or too old, and for a password that is too short
    or a name that cannot be: these cost no link.
    """
    hashed = _hasher.hash(_password(password))

    def accepted(found: dict[str, Account]) -> Account:
        account = _invited(found, secret, now)
        if account is None:
            raise Refused(
                N_("This link was used already, or is too old; ask a lead for another one.")
            ).at("secret")
        after = replace(
            account,
            name=_first_name(found, name) if account.first and name.strip() else account.name,
            password=hashed,
            invitation="",
            invited="",
            chosen=account.chosen or utc(now),
            first=False,
        )
        for key in [key for key, each in found.items() if each.first]:
            del found[key]  # no account is the first any more
        found[_key(after.name)] = after
        return after

    return _changed(registry, accepted)


def change_password(registry: Registry, name: str, before: str, after: str) -> None:
    """Give an account another password, for who knows the one before, and end all its sessions.

    Raises Refused for a wrong one, and for one that is too short or too long.
    """
    hashed = _hasher.hash(_password(after))
    account = verified(registry, name, before)
    if account is None:
        raise Refused(NOT_THIS).at("before")

    def changed_(found: dict[str, Account]) -> None:
        known = _known(found, name)
        if known.password != account.password:  # reset or changed meanwhile
            raise Refused(NOT_THIS).at("before")
        found[_key(name)] = replace(known, password=hashed)

    _changed(registry, changed_)
    _end_sessions(registry, name)


def verified(registry: Registry, name: str, password: str) -> Account | None:
    """Return the account if this is its password. It takes as long for a name that nobody has."""
    account = find_account(registry, name)
    known = account is not None and bool(account.password) and not account.disabled
    hashed = account.password if account and known else _nobody()
    try:
        # Once, and always.
        _hasher.verify(hashed, unicodedata.normalize("NFKC", password)[:MOST])
    except (VerificationError, InvalidHashError):
        return None
    return account if known else None


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _hasher.hash(secrets.token_urlsafe(TOKEN_BYTES))


def _end_sessions(registry: Registry, name: str) -> None:
    account = find_account(registry, name)
    if account:
        end_all(registry, account.name)


def _password(text: str) -> str:
    """The password as it is hashed: the same letters however a keyboard makes them."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) < LEAST:
        raise Refused(
            N_(
                "A password has at least %(least)s characters; a short sentence is easy to remember."
            ),
            least=LEAST,
        ).at("password")
    if len(plain) > MOST:
        raise Refused(N_("A password has at most %(most)s characters."), most=MOST).at("password")
    return plain


def _in_study(account: Account, study: str, role: str, member: str) -> Account:
    """The account with this role and code in a study, or with none."""
    roles = {each: own for each, own in account.roles.items() if each != study}
    members = {each: own for each, own in account.members.items() if each != study}
    if role:
        roles[study] = role
    if role and member.strip():
        members[study] = member.strip()
    return replace(account, roles=roles, members=members)


def _first_name(found: Mapping[str, Account], name: str) -> str:
    _check(name, LEAD, "")
    taken = found.get(_key(name))
    if taken and not taken.first:
        raise Refused(N_("“%(name)s” has an account in this study already."), name=taken.name).at(
            "name"
        )
    return name.strip()


def _check(name: str, role: str, member: str) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.strip().isprintable():
        raise Refused(
            N_("Give the account a name of 1 to %(limit)s characters."), limit=LONGEST_NAME
        ).at("name")
    if role not in ROLES:
        raise Refused(
            N_("There is no role “%(role)s”; the roles are %(roles)s."),
            role=role,
            roles=", ".join(ROLES),
        )
    if member.strip() and not NAME.holds(member.strip()):
        raise Refused(NO_NAME, text=member).at("member")
    if role == OBSERVER and not member.strip():
        raise Refused(
            N_(
                "Say which member of the study the observer is, such as W1: an observer sees what that member observed."
            )
        ).at("member")


def _link(found: dict[str, Account], name: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    before = found[_key(name)]
    found[_key(name)] = replace(before, invitation=_hash(secret), invited=utc(now))
    return secret


def _invited(found: Mapping[str, Account], secret: str, now: datetime) -> Account | None:
    wanted = _hash(secret)
    account = next((each for each in found.values() if each.invitation == wanted), None)
    if account is None or account.disabled:
        return None
    age = timedelta(milliseconds=instant(utc(now)) - instant(account.invited))
    return account if -APART <= age < VALID else None


def _keep_a_lead(found: Mapping[str, Account], before: Account) -> None:
    """Raise Refused if a study that this account led has no lead left."""
    leading = {
        study
        for account in found.values()
        if not account.disabled
        for study, role in account.roles.items()
        if role == LEAD
    }
    if before.disabled:
        return
    for study, role in before.roles.items():
        if role == LEAD and study not in leading:
            raise Refused(
                N_("“%(name)s” is the last lead of a study; make somebody else lead first."),
                name=before.name,
            )


def _known(found: Mapping[str, Account], name: str) -> Account:
    account = found.get(_key(name))
    if account is None:
        raise Refused(N_("There is no account “%(name)s” here."), name=name)
    return account


def _changed(registry: Registry, change: Callable[[dict[str, Account]], T]) -> T:
    """Change the accounts in one step and return what `change` returned."""
    outcome: list[T] = []

    def attempt(value: Any) -> Any:
        found = _read(value or {})
        outcome[:] = [change(found)]
        return {key: asdict(account) for key, account in found.items()}

    changed(registry, KIND, KEY, attempt)
    return outcome[0]


def _read(value: Mapping[str, Any]) -> dict[str, Account]:
    return {key: Account(**each) for key, each in value.items()}


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
