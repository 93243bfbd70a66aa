"""Parameters that several operations take, said once: a list, its counts, exports and citations have the same filters.

Each goes to the components of the document under its name; where lists differ in what they say of one, under that of
the first list that has it too: `claims.kind`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

Parameter = dict[str, Any]


def share(paths: dict[str, Any]) -> dict[str, Parameter]:
    """The parameters that more than one operation takes, by their name as components; references take their place."""
    taken: dict[str, list[tuple[str, list[Parameter], int]]] = {}
    for path, parameters in _lists(paths):
        for index, parameter in enumerate(parameters):
            if parameter["in"] == "path":
                continue  # it belongs to its path, and the list may have a filter of that name
            place = path, parameters, index
            taken.setdefault(json.dumps(parameter, sort_keys=True), []).append(place)
    shared = {text: places for text, places in taken.items() if len(places) > 1}
    alike = Counter(json.loads(text)["name"] for text in shared)
    components: dict[str, Parameter] = {}
    for text, places in shared.items():
        parameter = json.loads(text)
        noun = places[0][0].removeprefix("/v1/").partition("/")[0]
        name = parameter["name"] if alike[parameter["name"]] == 1 else f"{noun}.{parameter['name']}"
        assert name not in components, f"two parameters of one name: {name}"
        components[name] = places[0][1][places[0][2]]
        for _, parameters, index in places:
            parameters[index] = {"$ref": f"#/components/parameters/{name}"}
    return components


def _lists(paths: dict[str, Any]) -> Iterator[tuple[str, list[Parameter]]]:
    for path, item in paths.items():
        for holder in (item, item["get"]):
            if holder.get("parameters"):
                yield path, holder["parameters"]
