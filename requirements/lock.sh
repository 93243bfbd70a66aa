#!/bin/sh
# Write the locks of this folder from pyproject.toml: for every system and every Python from 3.11 on,
# with hashes, without any address. uv works in an environment of its own that is thrown away afterwards.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh requirements/venv.sh "$work/venv"
"$work/venv/bin/python" -m pip --disable-pip-version-check --quiet install 'uv>=0.9'

compile() {
    "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml --group build "$@"
}

compile "$@" --output-file requirements/runtime.txt
compile "$@" --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt

# what `make check` and `make bench` run beside us, each in an environment without the rest
for group in standards engines spark citation references sdk fuzz bench; do
    "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --group "pyproject.toml:$group" "$@" --output-file "requirements/$group.txt"
done
