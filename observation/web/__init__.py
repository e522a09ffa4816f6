"""HTTP only: parse, call, render. A module a resource."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from observation.called import command
from observation.settings import Context
from observation.store.looking import one_look
from observation.store.server import SAMPLE

from . import (
    access,
    accounts,
    agreement,
    answers,
    api,
    audit,
    auditing,
    backups,
    beginning,
    capture,
    codebook,
    deposits,
    devices,
    erasure,
    exports,
    finish,
    first_steps,
    guard,
    imports,
    interviews,
    kit,
    observations,
    offline,
    paper,
    quarantine,
    sample,
    schedule,
    schools,
    scripts,
    shell,
    studies,
    study_register,
    styles,
    tablets,
    triangulation,
    trouble,
    words,
)
from .beside import Summarising
from .recording import new_id
from .secret import secret_key

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PACKAGE = Path(__file__).parents[1]

triangulation.pages.register_blueprint(agreement.pages)


def create_app(context: Context) -> Flask:
    """Return the application that serves what this context holds; it opens nothing itself."""
    root = files_root()
    app = Flask(__name__, template_folder=root / "templates", static_folder=root / "static")
    app.jinja_options["autoescape"] = True
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of texts by language the first counts where one is missing
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_id"] = new_id  # every form carries the id of the event it makes
    app.jinja_env.globals["command"] = partial(command, context.data)  # for a terminal
    app.jinja_env.globals["sample_study"] = SAMPLE
    app.jinja_env.globals["next_step"] = first_steps.next_step
    app.extensions["observation"] = context
    if context.url != "memory:":
        begin = Summarising(context).begin
        for projected in context.catalogue.of_many:
            projected.elsewhere = begin
    if context.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=context.proxies, x_proto=context.proxies, x_host=0
        )
    words.speak(app)  # first, since what is refused before any page is said in a language too
    forms = guard.protect(app, secret_key(context), context.hosts)
    access.guard(app)
    auditing.keep_log(app)
    for resource in (
        beginning.pages,
        capture.pages,
        paper.pages,
        finish.pages,
        answers.pages,
        studies.pages,
        observations.pages,
        schedule.pages,
        shell.pages,
        offline.files,
        scripts.pages,
        styles.pages,
        tablets.pages,
        quarantine.pages,
        backups.pages,
        schools.pages,
        erasure.pages,
        sample.pages,
        study_register.pages,
        codebook.pages,
        interviews.pages,
        triangulation.pages,
        exports.pages,
        imports.pages,
        kit.public,
        accounts.pages,
        audit.pages,
    ):
        app.register_blueprint(resource)
    for resource in (devices.routes, deposits.routes, kit.routes):
        forms.exempt(resource)  # they know a tablet by its token and use no cookies
        app.register_blueprint(resource)
    app.jinja_env.globals["erasing"] = "erasure.index" in app.view_functions
    api.answer_in_json(app)
    trouble.answer_pages(app)
    app.wsgi_app = _of_one_moment(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def _of_one_moment(answer: WSGIApplication) -> WSGIApplication:
    """What only reads looks at the store once: a page is of one moment."""

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return answer(environ, start)
        with one_look():
            return answer(environ, start)

    return answered


def files_root() -> Path:
    """Return the folder that holds `templates` and `static`: the package's when installed, else the checkout."""
    return PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
