"""Who asks, for rate limits and for nothing else: the address of the client, also behind proxies that are trusted.

`X-Forwarded-For` is what anybody may send, and proxies append to it the address that asked them. So it is read from its
end, and only as far as proxies are trusted: a number of them (as in werkzeug's `ProxyFix`), or those of some networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from werkzeug.http import parse_list_header

from dataset.settings import Proxies

Address = IPv4Address | IPv6Address


def client_of(environ: Mapping[str, Any], proxies: Proxies) -> str:
    """Who a request is counted for: an IPv4 address, or the /64 that an IPv6 client has for itself."""
    peer = address_of(environ.get("REMOTE_ADDR", ""))
    forwarded = parse_list_header(environ.get("HTTP_X_FORWARDED_FOR", "")) if proxies else []
    found = _by_number(forwarded, peer, proxies) if isinstance(proxies, int) else _by_network(forwarded, peer, proxies)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found) if found else "unknown"


def _by_number(forwarded: list[str], peer: Address | None, proxies: int) -> Address | None:
    if not proxies or len(forwarded) < proxies:
        return peer
    return address_of(forwarded[-proxies]) or peer


def _by_network(forwarded: list[str], peer: Address | None, proxies: Any) -> Address | None:
    found = peer
    while forwarded and found and any(found in network for network in proxies):
        before = address_of(forwarded.pop())
        if before is None:
            return found
        found = before
    return found


def address_of(text: str) -> Address | None:
    """An address as servers and proxies write it, with a port or without; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
