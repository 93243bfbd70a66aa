"""The pages for people: the documentation at `/docs`, the way to it from `/`; and the one for machines, `/llms.txt`.

The assets come from the package that carries Swagger UI, so nothing is fetched from elsewhere; the policy admits no
inline script and no other host.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import flask_swagger_ui
from flask import Blueprint, Response, redirect, send_file
from werkzeug.wrappers import Response as AnyResponse

from api.answers import send
from api.negotiation import HTML, JSON, chosen

#: Swagger UI draws its icons from `data:` images and sets no style in its markup.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_OURS = Path(__file__).resolve().parents[1] / "static"
_SWAGGER = Path(flask_swagger_ui.__file__).resolve().parent / "dist"

#: Name under /docs → file.
ASSETS: Final = {
    "docs.js": _OURS / "docs.js",
    "page.css": _OURS / "page.css",
    "swagger-ui.css": _SWAGGER / "swagger-ui.css",
    "swagger-ui-bundle.js": _SWAGGER / "swagger-ui-bundle.js",
    "favicon-32x32.png": _SWAGGER / "favicon-32x32.png",
}

INDEX: Final = (
    '{"docs":"/docs","openapi":"/v1/openapi.json","dataset":"/v1/dataset","releases":"/v1/releases",'
    '"problems":"/problems","ready":"/readyz","llms":"/llms.txt"}'
)

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def index() -> AnyResponse:
    """Programs get paths to go on from, browsers the documentation."""
    return redirect("/docs") if chosen([JSON, HTML]) == HTML else send(INDEX)


@blueprint.get("/docs")
def docs() -> Response:
    """The documentation page."""
    chosen([HTML])
    return page((_OURS / "docs.html").read_text(encoding="utf-8"))


@blueprint.get("/llms.txt")
def llms() -> Response:
    """What a language model should know before it asks: the rules, the main addresses, the recipes."""
    answer = send_file(_OURS / "llms.txt", mimetype="text/plain", max_age=3600)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def page(text: str) -> Response:
    """An answer of HTML, under the policy of pages."""
    return Response(text, content_type=f"{HTML}; charset=utf-8", headers={"Content-Security-Policy": POLICY})


def serve_asset(name: str) -> Response:
    """One of the files of the page."""
    answer = send_file(ASSETS[name], max_age=3600)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


for asset in ASSETS:
    blueprint.add_url_rule(f"/docs/{asset}", asset.replace(".", "_"), serve_asset, defaults={"name": asset})
