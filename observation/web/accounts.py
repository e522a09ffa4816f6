"""The accounts of a study: who may sign in from other machines, as what, and links to choose a password."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from observation.core.errors import Refused
from observation.store.accounts import (
    LEAD,
    ROLES,
    VALID,
    Account,
    accounts,
    assign,
    disable,
    find_account,
    invite,
    reset,
)
from observation.store.devices import revoke_of

from .area import Area, chosen
from .screens import context
from .trouble import not_recorded
from .words import said

pages = Blueprint("accounts", __name__, url_prefix="/accounts")


@dataclass(frozen=True, slots=True)
class Row:
    """An account with its part in the study; `whole` is whether it is this visitor's to give out and to take."""

    account: Account
    role: str
    member: str
    whole: bool


@pages.get("")
def index() -> ResponseReturnValue:
    """Show the accounts, and a form to invite somebody."""
    return _page(chosen())


@pages.post("")
def add() -> ResponseReturnValue:
    """Invite somebody and show the link, this once: only its hash is kept."""
    found, name = chosen(), request.form.get("name", "")
    registry, now = context().store.registry, context().clock.now()
    role, member = request.form.get("role", LEAD), request.form.get("member", "")
    try:
        secret = invite(registry, name, found.id, role, now, member)
    except Refused as refused:
        return not_recorded(refused, _page(found, refused=said(refused)))
    return _page(found, secret, name.strip())


@pages.post("/role")
def part() -> ResponseReturnValue:
    """Give an account another part in the study, or none."""
    found = chosen()
    name = _named(found).name
    role, member = request.form.get("role", ""), request.form.get("member", "")
    registry = context().store.registry
    try:
        assign(registry, name, found.id, role, member)
    except Refused as refused:
        return not_recorded(refused, _page(found, refused=said(refused)))
    if not role:
        revoke_of(registry, name, context().clock.now(), found.id)
    return _back()


@pages.post("/reset")
def anew() -> ResponseReturnValue:
    """Make a password void, end the sessions of its account and show a link to choose another."""
    found = chosen()
    name = _named(found, whole=True).name
    try:
        secret = reset(context().store.registry, name, context().clock.now())
    except Refused as refused:
        return not_recorded(refused, _page(found, refused=said(refused)))
    return _page(found, secret, name)


@pages.post("/disable")
def off() -> ResponseReturnValue:
    """Let an account sign in no more, end its sessions, and revoke the tablets that it enrolled."""
    found = chosen()
    name = _named(found, whole=True).name
    registry, now = context().store.registry, context().clock.now()
    try:
        disable(registry, name, now)
    except Refused as refused:
        return not_recorded(refused, _page(found, refused=said(refused)))
    revoke_of(registry, name, now)
    return _back()


def _named(found: Area, whole: bool = False) -> Account:
    """The account that the form names, if it is in the study, or `whole` the visitor's; else 404."""
    account = find_account(context().store.registry, request.form.get("name", ""))
    row = _row(account, found.id) if account else abort(404)
    if not (row.whole if whole else row.role or g.visitor.here):
        abort(404)
    return row.account


def _row(account: Account, study: str) -> Row:
    # An account of several studies is its leads' together: a password of one gets into all.
    whole = g.visitor.here or all(g.visitor.role(each) == LEAD for each in account.roles)
    role, member = account.roles.get(study, ""), account.members.get(study, "")
    return Row(account, role, member, whole)


def _page(found: Area, secret: str = "", name: str = "", refused: str = "") -> str:
    rows = [_row(each, found.id) for each in accounts(context().store.registry)]
    return render_template(
        "access/accounts.html",
        area=found,
        rows=[row for row in rows if row.role or g.visitor.here],
        roles=ROLES,
        link=_address(secret) if secret else "",
        name=name,
        days=VALID.days,
        refused=refused,
        typed=request.form if refused else {},
    )


def _back() -> ResponseReturnValue:
    study = request.args.get("study")
    if not g.visitor.may("accounts.index", study or chosen().id):  # gave the own part away
        return redirect(url_for("studies.index"), code=303)
    return redirect(url_for("accounts.index", study=study), code=303)


def _address(secret: str) -> str:
    """The link, by a name that other machines know; the secret stands where no log sees it."""
    hosts = context().hosts
    known = context().address or (f"https://{hosts[0]}" if hosts else "")
    base = known or request.host_url.rstrip("/")
    return f"{base}{url_for('access.invitation')}#{secret}"
