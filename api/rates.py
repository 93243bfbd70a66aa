"""Rate limits, where an operator sets one: so many requests of a client in a window of time, told in every answer.

Windows are fixed, so what `RateLimit` says is exact: `r` requests are left for the next `t` seconds (the IETF draft
"RateLimit header fields for HTTP"). Requests are counted by the library `limits`; several workers must count in one
store. When that store cannot be reached requests are answered uncounted: a limit is there to share the service fairly,
and none is better than no service.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Final

from flask import Flask, Response, g, request
from limits import RateLimitItemPerSecond
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from api.clients import client_of
from api.problems import problem
from dataset.settings import Rate, Settings

log = logging.getLogger("onrecord.api")

#: What load balancers and watchers ask, as often as they like.
UNCOUNTED: Final = ("/healthz", "/readyz")
#: Seconds for which a store that failed is left alone.
PAUSE: Final = 5.0
#: Seconds to wait for a store; they come to every request while it does not answer.
PATIENCE: Final = 0.5
MEMORY: Final = "memory://"


def register(app: Flask, rate: Rate, settings: Settings) -> None:
    """Limit the requests of each client of `app`.

    Raises:
        SystemExit: the store is none that can be used, or several workers would count apart.
    """
    if settings.workers > 1 and settings.rate_store == MEMORY:
        sys.exit(
            f"onrecord cannot serve: ONRECORD_RATE_LIMIT with ONRECORD_WORKERS={settings.workers} needs a store that "
            "all workers share; set ONRECORD_RATE_STORE, to redis://HOST:PORT for example"
        )
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    options = patience if settings.rate_store.startswith(("redis", "valkey")) else {}
    try:
        storage = storage_from_string(settings.rate_store, wrap_exceptions=True, **options)
    except (ConfigurationError, ValueError, ImportError) as reason:
        sys.exit(f"onrecord cannot serve: ONRECORD_RATE_STORE cannot be used: {reason}")
    rates = Rates(FixedWindowRateLimiter(storage), rate, settings)
    app.before_request(rates.count)
    app.after_request(rates.tell)


class Rates:
    """The limit of an application, and the state of its store."""

    def __init__(self, limiter: FixedWindowRateLimiter, rate: Rate, settings: Settings) -> None:
        self._limiter = limiter
        self._rate = rate
        self._item = RateLimitItemPerSecond(rate.requests, rate.seconds, namespace="onrecord")
        self._proxies = settings.trusted_proxies
        self._policy = f'"client";q={rate.requests};w={rate.seconds}'
        self._paused_until = 0.0

    def count(self) -> None:
        """Count a request.

        Raises:
            RequestProblem: it is one too many.
        """
        if request.path in UNCOUNTED or request.method == "OPTIONS" or time.monotonic() < self._paused_until:
            return
        client = client_of(request.environ, self._proxies)
        try:
            allowed = self._limiter.hit(self._item, client)
            ends, left = self._limiter.get_window_stats(self._item, client)
        except StorageError as reason:
            self._paused_until = time.monotonic() + PAUSE
            log.error("requests are not counted for %s s: %s", PAUSE, reason)  # noqa: TRY400 - a state, no mistake
            return
        seconds = min(max(1, round(ends - time.time())), self._rate.seconds)
        g.rate_limit = f'"client";r={left};t={seconds}'
        if not allowed:
            detail = f"More than {self._rate.requests} requests in {self._rate.seconds} seconds."
            raise problem("too-many-requests", detail, Retry_After=str(seconds))

    def tell(self, answer: Response) -> Response:
        """Say in an answer what is left."""
        if "rate_limit" in g:
            answer.headers["RateLimit-Policy"] = self._policy
            answer.headers["RateLimit"] = g.rate_limit
        return answer
