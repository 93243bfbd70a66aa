"""The way in for servers: `wsgi:app` for any of them, `python wsgi.py` to serve with granian (HOST, PORT).

One worker whose threads answer several requests at once; more workers are a matter of the server that is put in front.
SIGTERM lets the requests in flight end.
"""

from __future__ import annotations

import socket
import sys

from api import create_app


def serve() -> None:
    """Serve until told to stop."""
    from granian import Granian  # noqa: PLC0415 - other servers need none of it
    from granian.constants import Interfaces  # noqa: PLC0415

    from api.logs import granian_config  # noqa: PLC0415
    from dataset.settings import read_settings  # noqa: PLC0415

    try:
        settings = read_settings()
    except ValueError as reason:
        sys.exit(f"onrecord cannot serve: {reason}")
    create_app(settings)  # says what is missing before a worker is started
    refuse_a_port_in_use(settings.host, settings.port)
    Granian(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        websockets=False,
        log_dictconfig=granian_config(),
        workers_kill_timeout=8,
    ).serve()


def refuse_a_port_in_use(host: str, port: int) -> None:
    """Say so where somebody listens already: granian would share the port with them without a word."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as reason:
        sys.exit(f"onrecord cannot serve on {host} port {port}: {reason.strerror or reason}; set HOST and PORT")


if __name__ == "__main__":
    serve()
elif __name__ != "__mp_main__":  # under which name some systems import this file into the worker first
    app = create_app()
