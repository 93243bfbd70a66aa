"""Who asks: the address of the client, as far as the proxies in front are trusted; and settings that say it wrongly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from api.clients import client_of
from dataset.settings import read_settings

NETWORKS = "10.0.0.0/8,fd00::/8"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("0", "203.0.113.1", "1.1.1.1", "203.0.113.1"),
        ("1", "10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("1", "10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("2", "10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        ("2", "10.0.0.1", "1.1.1.1", "10.0.0.1"),
        ("1", "10.0.0.1", "", "10.0.0.1"),
        ("1", "10.0.0.1", "nonsense", "10.0.0.1"),
        ("1", "10.0.0.1", "1.1.1.1:4711", "1.1.1.1"),
        ("1", "10.0.0.1", "[2001:db8:1:2:3::4]:443", "2001:db8:1:2::/64"),
        ("1", "10.0.0.1", "::ffff:1.1.1.1", "1.1.1.1"),
        (NETWORKS, "203.0.113.1", "1.1.1.1", "203.0.113.1"),
        (NETWORKS, "10.0.0.1", "1.1.1.1", "1.1.1.1"),
        (NETWORKS, "10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        (NETWORKS, "10.0.0.1", "10.9.9.9, 1.1.1.1, fd00::2", "1.1.1.1"),
        (NETWORKS, "10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        (NETWORKS, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("0", "2001:db8::1", "", "2001:db8::/64"),
        ("0", "", "", "unknown"),
    ],
)
def test_who_asks(proxies: str, peer: str, forwarded: str, client: str) -> None:
    """By the address of the connection, or as far as proxies are trusted by what they append."""
    trusted = read_settings({"ONRECORD_TRUSTED_PROXIES": proxies}).trusted_proxies
    assert client_of({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, trusted) == client


@given(st.lists(st.ip_addresses(v=4).map(str), max_size=4), st.integers(0, 3))
def test_a_number_of_proxies_is_that_of_werkzeug(forwarded: list[str], proxies: int) -> None:
    """The same client as `ProxyFix` finds."""
    judged: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        judged.append(environ["REMOTE_ADDR"])
        return Response()(environ, start_response)

    environ = {"REMOTE_ADDR": "203.0.113.1", "HTTP_X_FORWARDED_FOR": ", ".join(forwarded)}
    run_wsgi_app(ProxyFix(app, x_for=proxies, x_proto=0, x_host=0), {**create_environ(), **environ})
    assert [client_of(environ, proxies)] == judged


@pytest.mark.parametrize("value", ["x", "-1", "10.0.0.1/8", "1,x", "10.0.0.0/33"])
def test_proxies_that_are_none(value: str) -> None:
    """A number, or networks."""
    with pytest.raises(ValueError, match="ONRECORD_TRUSTED_PROXIES: found"):
        read_settings({"ONRECORD_TRUSTED_PROXIES": value})


@pytest.mark.parametrize("value", ["9464", ":9464", "x:", "127.0.0.1:0", "127.0.0.1:70000"])
def test_places_for_metrics_that_are_none(value: str) -> None:
    """A host and a port."""
    with pytest.raises(ValueError, match="ONRECORD_METRICS: found"):
        read_settings({"ONRECORD_METRICS": value})


@pytest.mark.parametrize("value", ["0/60", "100", "100/0", "100/minute", "-1/60", "1/2/3", " 1/2"])
def test_limits_that_are_none(value: str) -> None:
    """A limit is a number of requests and of seconds."""
    with pytest.raises(ValueError, match="ONRECORD_RATE_LIMIT: found"):
        read_settings({"ONRECORD_RATE_LIMIT": value})
