"""The accounts of a server: who may sign in from other machines, and links to choose a password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from observation.core.errors import Refused
from observation.store.accounts import LEAD, VALID, accounts, disable, invite, reset

from .area import chosen
from .screens import context
from .trouble import not_recorded
from .words import said

pages = Blueprint("accounts", __name__, url_prefix="/accounts")


@pages.get("")
def index() -> ResponseReturnValue:
    """Show the accounts, and a form to invite somebody."""
    return _page()


@pages.post("")
def add() -> ResponseReturnValue:
    """Invite somebody and show the link, this once: only its hash is kept."""
    name = request.form.get("name", "")
    registry, now = context().store.registry, context().clock.now()
    try:
        secret = invite(registry, name, chosen().id, LEAD, now)
    except Refused as refused:
        return not_recorded(refused, _page(refused=said(refused), typed=name))
    return _page(secret, name.strip())


@pages.post("/reset")
def anew() -> ResponseReturnValue:
    """Make a password void, end the sessions of its account and show a link to choose another."""
    name = request.form.get("name", "")
    registry = context().store.registry
    try:
        secret = reset(registry, name, context().clock.now())
    except Refused as refused:
        return not_recorded(refused, _page(refused=said(refused)))
    return _page(secret, name)


@pages.post("/disable")
def off() -> ResponseReturnValue:
    """Let an account sign in no more, and end its sessions."""
    name = request.form.get("name", "")
    try:
        disable(context().store.registry, name, context().clock.now())
    except Refused as refused:
        return not_recorded(refused, _page(refused=said(refused)))
    return redirect(url_for("accounts.index"), code=303)


def _page(secret: str = "", name: str = "", refused: str = "", typed: str = "") -> str:
    here = chosen().id
    return render_template(
        "access/accounts.html",
        accounts=[(each, each.roles.get(here, "")) for each in accounts(context().store.registry)],
        link=_address(secret) if secret else "",
        name=name,
        days=VALID.days,
        refused=refused,
        typed=typed,
    )


def _address(secret: str) -> str:
    """The link, by a name that other machines know; the secret stands where no log sees it."""
    hosts = context().hosts
    known = context().address or (f"https://{hosts[0]}" if hosts else "")
    base = known or request.host_url.rstrip("/")
    return f"{base}{url_for('access.invitation')}#{secret}"
