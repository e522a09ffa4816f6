"""HTTP only: parse, call, render. A module a resource."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from observation.settings import Context

from . import (
    agreement,
    answers,
    api,
    backups,
    beginning,
    capture,
    codebook,
    deposits,
    devices,
    exports,
    finish,
    guard,
    imports,
    interviews,
    kit,
    observations,
    offline,
    paper,
    quarantine,
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

PACKAGE = Path(__file__).parents[1]

triangulation.pages.register_blueprint(agreement.pages)


def create_app(context: Context) -> Flask:
    """Return the application that serves what this context holds; it opens nothing itself."""
    root = files_root()
    app = Flask(__name__, template_folder=root / "templates", static_folder=root / "static")
    app.jinja_options["autoescape"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_id"] = new_id  # every form carries the id of the event it makes
    app.extensions["observation"] = context
    if context.url != "memory:":
        begin = Summarising(context).begin
        for projected in context.catalogue.of_many:
            projected.elsewhere = begin
    forms = guard.protect(app, secret_key(context))
    words.speak(app)
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
        study_register.pages,
        codebook.pages,
        interviews.pages,
        triangulation.pages,
        exports.pages,
        imports.pages,
        kit.public,
    ):
        app.register_blueprint(resource)
    for resource in (devices.routes, deposits.routes, kit.routes):
        forms.exempt(resource)  # they know a tablet by its token and use no cookies
        app.register_blueprint(resource)
    api.answer_in_json(app)
    trouble.answer_pages(app)
    return app


def files_root() -> Path:
    """Return the folder that holds `templates` and `static`: the package's when installed, else the checkout."""
    return PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
