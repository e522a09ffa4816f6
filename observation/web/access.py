"""Who looks: whoever sits at the server itself, or somebody who signed in with an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Refused
from observation.store import accounts, sessions
from observation.store.attempts import TooSoon, admit, forgive
from observation.store.sessions import Session

from .api import PREFIX, Denied, refusal
from .guard import is_loopback
from .moments import day_and_time, local
from .roles import ROWS, Row, Visitor, study_for
from .screens import context
from .trouble import not_recorded
from .words import said

pages = Blueprint("access", __name__)

SESSION = "signed-in"  # of the cookie: the secret of the session
# Fields that sign in, with whatever else is sent. What begins with _ is on no page to be read.
NAME, PASSWORD = "_name", "_password"
REPEATED, SECRET = "_repeated", "_secret"  # of an invitation
CHOSEN = "_chosen"  # another password
# Where on the two pages stands what the store says that a reason is about.
OF_INVITATION = {"name": NAME, "password": PASSWORD, "secret": SECRET}
OF_CHANGE = {"before": PASSWORD, "password": CHOSEN}
PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")  # what a proxy adds
PLAIN = N_("This address is not safe; a tablet sends to the one that begins with https://.")
WRONG = N_("This name and password do not belong together; look at both again.")
NO_ROLE = N_("This account has a part in no study here any more; ask a lead.")

# As browsers describe themselves; the first that fits, since most name others too.
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
MACHINES = ("iPad", "iPhone", "Android", "Windows", "Mac", "Linux")


def guard(app: Flask) -> None:
    """Let nobody from another machine read or change anything without an account."""
    app.before_request(_admit)
    app.context_processor(_of_visitor)
    app.register_blueprint(pages)


def from_this_machine() -> bool:
    """Return whether the request was made on the server itself, and not passed on from elsewhere."""
    passed_on = any(name in request.headers for name in PASSED_ON)
    return is_loopback(request.remote_addr or "") and not passed_on


@pages.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for a name and a password."""
    return _sign_in(url_for("access.enter"), 200, to=_own(request.args.get("to", "")))


@pages.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Begin a session and go on to the page that was asked for."""
    to = _own(request.form.get("to", ""))
    try:
        _enter(request.form.get(NAME, ""), request.form.get(PASSWORD, ""))
    except Refused as refused:
        screen = _sign_in(url_for("access.enter"), _status(refused), refused, to)
        return not_recorded(refused, screen, _status(refused))
    return redirect(to, code=303)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser; what tablets keep stays."""
    secret = session.pop(SESSION, None)
    if secret:
        sessions.end(context().store.registry, sessions.key_of(str(secret)))
    return redirect(url_for("access.sign_in"), code=303)


@pages.get("/invitation")
def invitation() -> ResponseReturnValue:
    """Ask for the password that an invited account is to have; the secret stands behind the # of the address."""
    return _invitation()


@pages.post("/invitation")
def accept() -> ResponseReturnValue:
    """Give the invited account its password and begin a session."""
    registry, now = context().store.registry, context().clock.now()
    try:
        if request.form.get(PASSWORD, "") != request.form.get(REPEATED, ""):
            raise Refused(N_("The two passwords differ; type the same twice.")).at(REPEATED)
        admit(registry, (_place(),), now)
        account = accounts.accept(
            registry,
            request.form.get(SECRET, "").strip(),
            request.form.get(PASSWORD, ""),
            now,
            request.form.get(NAME, ""),
        )
    except Refused as refused:
        refused.at(OF_INVITATION.get(refused.field, refused.field))
        return not_recorded(refused, _invitation(said(refused)), _status(refused))
    forgive(registry, (_place(),))
    sessions.end_all(registry, account.name)
    _begin(account.name)
    return redirect(url_for("studies.index"), code=303)


@pages.post("/account/password")
def change() -> ResponseReturnValue:
    """Give the own account another password; all other browsers have to sign in again."""
    visitor: Visitor = g.visitor
    if not visitor.session:
        abort(404)
    registry, now = context().store.registry, context().clock.now()
    places = (_place(), f"account {visitor.account.casefold()}")
    try:
        if request.form.get(CHOSEN, "") != request.form.get(REPEATED, ""):
            raise Refused(N_("The two passwords differ; type the same twice.")).at(REPEATED)
        admit(registry, places, now)
        accounts.change_password(
            registry, visitor.account, request.form.get(PASSWORD, ""), request.form.get(CHOSEN, "")
        )
    except Refused as refused:
        refused.at(OF_CHANGE.get(refused.field, refused.field))
        return not_recorded(refused, _account(said(refused)), _status(refused))
    forgive(registry, places)
    _begin(visitor.account)
    return redirect(url_for("access.account", changed=1), code=303)


@pages.get("/account")
def account() -> ResponseReturnValue:
    """Show where this account is signed in."""
    return _account()


def _account(refused: str = "") -> str:
    visitor: Visitor = g.visitor
    registry, now = context().store.registry, context().clock.now()
    found = sessions.sessions(registry, now, visitor.account) if visitor.session else []
    rows = [
        (each, named(each.browser), day_and_time(local(each.began)), day_and_time(local(each.used)))
        for each in found
    ]
    return render_template(
        "access/account.html",
        rows=rows,
        refused=refused,
        changed="changed" in request.args,
        least=accounts.LEAST,
    )


@pages.post("/account/sessions/<key>")
def end(key: str) -> ResponseReturnValue:
    """End one of the own sessions."""
    visitor: Visitor = g.visitor
    registry, now = context().store.registry, context().clock.now()
    if not visitor.session:
        abort(404)
    if key not in {each.key for each in sessions.sessions(registry, now, visitor.account)}:
        abort(404)
    sessions.end(registry, key)
    return redirect(url_for("access.account"), code=303)


def named(agent: str) -> str:
    """Return what a browser's own description says of it in two words: `Firefox · Windows`."""
    words = (next((w for w in known if w in agent), "") for known in (BROWSERS, MACHINES))
    return " · ".join(filter(None, words)).replace("Edg", "Edge").replace("OPR", "Opera")


def _of_visitor() -> dict[str, Any]:
    """What templates ask: who looks, and whether a route may be used in the study that is looked at."""
    visitor, study = g.get("visitor", Visitor()), g.get("study", "")
    return {"visitor": visitor, "may": lambda endpoint: visitor.may(endpoint, study)}


def _admit() -> ResponseReturnValue | None:
    here = from_this_machine()
    g.visitor = _visitor(_session(), here)
    plain = not here and not request.is_secure
    if plain and request.path.startswith(PREFIX):
        return refusal(Denied(403, PLAIN), 403)
    if plain and request.blueprint != "styles":
        return render_template("access/plain.html"), 403
    if request.endpoint is None or ROWS.get(request.endpoint, Row()).open:
        return None
    refused = None
    if not (g.visitor.session or here) and request.method == "POST" and NAME in request.form:
        try:
            _enter(request.form[NAME], request.form.get(PASSWORD, ""))
        except Refused as error:
            refused = error
    if g.visitor.session or here:
        g.study = "" if here else study_for(g.visitor, request.endpoint)
        return None
    if request.method == "GET":
        return _sign_in(url_for("access.enter"), 401, refused, _own(request.full_path))
    # Whatever was typed is sent again with the name and the password.
    return _sign_in(request.full_path, 401 if refused is None else _status(refused), refused)


def _session() -> Session | None:
    """The session of this browser, if it is not over."""
    secret = session.get(SESSION)
    registry, now = context().store.registry, context().clock.now()
    return sessions.session_of(registry, str(secret), now) if secret else None


def _visitor(found: Session | None, here: bool) -> Visitor:
    """Whoever asks with this session, as long as its account may still sign in."""
    if found is None:
        return Visitor(here=here)
    account = accounts.find_account(context().store.registry, found.account)
    if account is None or account.disabled:
        return Visitor(here=here)
    return Visitor(found, here, account.roles, account.members)


def _enter(name: str, password: str) -> Session:
    """Begin a session; raise Refused for a name and a password that do not belong together, or too many tries."""
    registry, now = context().store.registry, context().clock.now()
    places = (_place(), f"account {name.strip().casefold()}")
    admit(registry, places, now)
    account = accounts.verified(registry, name, password)
    if account is None:
        raise Refused(WRONG).at(PASSWORD)
    forgive(registry, places)
    if not account.roles:
        raise Refused(NO_ROLE)
    return _begin(account.name)


def _begin(name: str) -> Session:
    """Begin a session in this browser; another secret than before, whoever may know that one."""
    registry, now = context().store.registry, context().clock.now()
    before = session.get(SESSION)
    if before:
        sessions.end(registry, sessions.key_of(str(before)))
    secret = sessions.begin(registry, name, request.user_agent.string, now)
    session[SESSION] = secret
    found = sessions.session_of(registry, secret, now)
    assert found
    g.visitor = _visitor(found, from_this_machine())
    return found


def _sign_in(
    action: str, status: int, refused: Refused | None = None, to: str = ""
) -> ResponseReturnValue:
    kept = MultiDict(request.form) if request.method == "POST" else MultiDict()
    for name in (NAME, PASSWORD, "to", "csrf_token"):
        kept.poplist(name)
    page = render_template(
        "access/sign_in.html",
        action=action,
        refused=said(refused) if refused else "",
        name=request.form.get(NAME, ""),
        to=to,
        kept=list(kept.items(multi=True)),
        file=bool(request.files),
    )
    return page, status


def _invitation(refused: str = "") -> str:
    return render_template(
        "access/invitation.html",
        least=accounts.LEAST,
        refused=refused,
        secret=request.form.get(SECRET, ""),
        names=accounts.names_first(context().store.registry),
        name=request.form.get(NAME, accounts.FIRST),
        longest=accounts.LONGEST_NAME,
    )


def _own(path: str) -> str:
    """A path of this server, for anything else the first page."""
    plain = path.rstrip("?")
    local = plain.startswith("/") and not plain.startswith(("//", "/\\")) and plain.isprintable()
    return plain if local else url_for("studies.index")


def _place() -> str:
    return f"address {request.remote_addr}"


def _status(refused: Refused) -> int:
    return 429 if isinstance(refused, TooSoon) else 422
