#!/bin/sh
# Make a virtual environment with the first Python of 3.11 or later: sh requirements/venv.sh FOLDER
# PYTHON=/path/to/python picks one by hand.
set -eu
folder=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if new_enough "$python"; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python cannot make virtual environments: its modules venv and ensurepip are missing." >&2
            echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
            exit 1
        fi
        "$python" -m venv --clear "$folder"
        exit 0
    fi
done
echo "Onrecord needs Python 3.11 or later, and none was found (tried: ${PYTHON:-python3, python3.11 to python3.14})." >&2
echo "Install one, or name it: make PYTHON=/path/to/python serve" >&2
exit 1
