"""The way in for servers: `wsgi:app` for any of them, `python wsgi.py` to serve with granian (HOST, PORT).

As many workers as ONRECORD_WORKERS says, each of which works on requests as `api.lanes` tells; connections that are
slow or say nothing keep none of them from it. A worker that dies is replaced. SIGTERM lets the requests in flight end.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
import sys
import tempfile
from contextlib import ExitStack, suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from api import create_app
from dataset.settings import Settings, read_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: Connections that a worker has open at most; more wait until one is closed.
CONNECTIONS = 1024
#: Milliseconds that a client may take to say what it wants; then its connection is closed, an idle one too.
SLOWEST_HEAD = 15_000
#: Where the allocator of granian (jemalloc) takes memory from, and after how many ms it gives back what is free.
GRANIAN_MEMORY = "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0"
#: The name of that setting in glibc (malloc.h).
M_ARENA_MAX = -8
#: Seconds that requests in flight have to end, once the service was told to.
GRACE = 20


def serve(target: str = "wsgi:app") -> None:
    """Serve an application until told to stop."""
    try:
        settings = read_settings()
    except ValueError as reason:
        sys.exit(f"onrecord cannot serve: {reason}")
    share_memory()
    with ExitStack() as until_the_end:
        if settings.metrics:
            measure(settings.metrics, until_the_end)
        gc.disable()  # nothing that is made until the service is put together is garbage
        application(target)  # says what is missing before a worker is started; one that is forked has it from here
        gc.freeze()  # nor later: it need not be looked through again
        gc.enable()
        refuse_a_port_in_use(settings.host, settings.port, "HOST and PORT")
        run(target, settings)


def run(target: str, settings: Settings) -> None:
    """Let granian serve."""
    from granian import Granian  # noqa: PLC0415 - other servers need none of it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415

    from api import lanes  # noqa: PLC0415
    from api.logs import granian_config  # noqa: PLC0415

    lanes.install(settings.threads, waits=not settings.database_url.startswith("sqlite"))
    Granian(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=1,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=SLOWEST_HEAD),
        websockets=False,
        log_dictconfig=granian_config(),
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    ).serve(target_loader=partial(application, target), wrap_loader=False)


def share_memory() -> None:
    """Have all threads of a worker take memory from one place, and give back what answers no longer need.

    By default the C library keeps such a place for each few threads, and so does the allocator within granian; in time
    each has room for the largest answers. Before any thread is started and granian is loaded.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", GRANIAN_MEMORY)  # noqa: TID251 - where granian's allocator looks for it
    with suppress(AttributeError, OSError):  # only glibc has it, and only glibc needs it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def application(target: str) -> WSGIApplication:
    """An application, from `module:name`."""
    module, _, name = target.partition(":")
    app: WSGIApplication = getattr(import_module(module), name)
    return app


def measure(place: tuple[str, int], until_the_end: ExitStack) -> None:
    """Have all workers count in one folder, and answer with the sums here, where no worker is kept from its work."""
    refuse_a_port_in_use(*place, "ONRECORD_METRICS")
    folder = until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # noqa: TID251 - workers and the library read it from there
    from api import metrics  # noqa: PLC0415 - the library looks at the variable when it is imported

    metrics.answer(folder, *place)


def refuse_a_port_in_use(host: str, port: int, setting: str) -> None:
    """Say so where somebody listens already: granian would share the port with them without a word."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as reason:
        sys.exit(f"onrecord cannot serve on {host} port {port}: {reason.strerror or reason}; set {setting}")


if __name__ == "__main__":
    serve()
elif __name__ != "__mp_main__":  # under which name some systems import this file into the worker first
    app = create_app()
