"""One table from what is raised to the problem that is answered; nothing raised ever leaves the service unexplained."""

from __future__ import annotations

import logging
from typing import Final

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from api.costs import too_costly
from api.problems import RequestProblem, problem
from api.reading import Elsewhere
from dataset.store.addresses import NotReady
from dataset.store.budget import TooCostly

log = logging.getLogger("onrecord.api")

#: Seconds after which to ask again when no release can be read.
RETRY_AFTER: Final = "5"

#: What werkzeug refuses by itself, by status; all else it may refuse is a malformed request.
REFUSALS: Final = {
    404: ("unknown-path", "Nothing is served at this path."),
    405: ("method-not-allowed", "This path does not answer this method."),
    406: ("not-acceptable", "This path has no representation that Accept admits."),
    413: ("body-too-large", "The request is too large."),
    414: ("address-too-long", "The address is too long."),
    415: ("unexpected-body", "No operation takes a body."),
}


def register(app: Flask) -> None:
    """Answer everything that is raised while `app` works on a request."""
    app.register_error_handler(RequestProblem, answer_problem)
    app.register_error_handler(HTTPException, answer_refusal)
    app.register_error_handler(NotReady, answer_not_ready)
    app.register_error_handler(Elsewhere, answer_from_elsewhere)
    app.register_error_handler(TooCostly, answer_too_costly)
    app.register_error_handler(DBAPIError, answer_lost_database)
    app.register_error_handler(Exception, answer_failure)


def answer_problem(error: RequestProblem) -> Response:
    """Our own refusals."""
    return error.response()


def answer_refusal(error: HTTPException) -> Response:
    """What the router and werkzeug refuse; the headers they ask for (`Allow`) are kept."""
    if error.code is None or error.code >= 500:
        return answer_failure(error)
    name, detail = REFUSALS.get(error.code, ("malformed-request", "The request cannot be read."))
    answer = problem(name, detail).response()
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def answer_not_ready(error: NotReady) -> Response:
    """There is no database, or it holds no release; the reason is for the log and `/readyz`."""
    log.warning("not ready: %s", error, extra={"request_id": g.get("request_id")})
    return problem("not-ready", "No release of the dataset can be read just now.", Retry_After=RETRY_AFTER).response()


def answer_from_elsewhere(_: Elsewhere) -> ResponseReturnValue:
    """A replica that failed: the request is worked on anew, which happens once for each replica at most."""
    try:
        return current_app.dispatch_request()
    except Exception as error:  # noqa: BLE001 - of any kind, as in Flask's own dispatch
        return current_app.handle_user_exception(error)


def answer_too_costly(error: TooCostly) -> Response:
    """A reading that reached its budget; the log tells operators which questions do."""
    log.warning("stopped at %s: %s", error, sorted(request.args), extra={"request_id": g.get("request_id")})
    return too_costly(str(error)).response()


def answer_lost_database(error: DBAPIError) -> Response:
    """A connection that broke is a state that passes; any other failure of a statement is ours."""
    if error.connection_invalidated:
        return answer_not_ready(NotReady("the connection to the database broke"))
    return answer_failure(error)


def answer_failure(error: Exception) -> Response:
    """A mistake of our own: told without internals, logged with them."""
    log.error("request failed", exc_info=error, extra={"request_id": g.get("request_id")})
    return problem("internal-error", f"The log names the request {g.get('request_id', 'without id')}.").response()
