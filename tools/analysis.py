"""The Parquet files of a release, asked by an engine that spreads over cores or machines: DuckDB or Spark.

    python tools/analysis.py duckdb FOLDER
    python tools/analysis.py spark FOLDER --master "local-cluster[2,1,1024]"

FOLDER is that of a release, as `onrecord build` makes it. It prints the answers as JSON, with the seconds of each. It
needs nothing of Onrecord, only the engine. `tests/check/test_analysis.py` compares its answers with the service's.
"""

import argparse
import atexit
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

Rows = list[list[object]]

#: Name → SQL that both engines read; `{each}` is the function of theirs that makes rows of a list, `{unit}` a unit.
QUESTIONS = {
    "claims_by_modality": "SELECT modality, count(*) FROM claims GROUP BY modality",
    "claims_by_source": "SELECT source, count(*) FROM claims GROUP BY source",
    "claims_by_publisher": """
        SELECT s.publisher, count(*) FROM claims c JOIN sources s ON c.source = s.id GROUP BY s.publisher
    """,
    "claims_by_topic": "SELECT topic, count(*) FROM (SELECT {each}(topics) AS topic FROM claims) t GROUP BY topic",
    "quotes_by_speaker": "SELECT speaker, count(*) FROM quotes GROUP BY speaker",
    "figures": """
        SELECT id, claimant, quantity_value, quantity_min, quantity_max FROM claims WHERE quantity_unit = '{unit}'
    """,
    "claims_of_questions": """
        SELECT answer.question, answer.position, count(*) FROM (SELECT {each}(answers) AS answer FROM claims) t
        GROUP BY answer.question, answer.position
    """,
}
TYPES = ("claims", "quotes", "sources")


def duckdb_asks(folder: Path) -> Callable[[str], Rows]:
    """DuckDB in this process."""
    import duckdb  # noqa: PLC0415 - either engine is enough

    connection = duckdb.connect()
    for name in TYPES:
        connection.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
    return lambda sql: [list(row) for row in connection.execute(sql.replace("{each}", "unnest")).fetchall()]


def spark_asks(folder: Path, master: str) -> Callable[[str], Rows]:
    """Spark under a master; `local-cluster[2,1,1024]` is two workers on this machine, of one core and 1,024 MB each."""
    import pyspark  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ.setdefault("SPARK_HOME", pyspark.__path__[0])  # noqa: TID251 - its workers look for their programs there
    if master.startswith("local"):  # or its processes look for each other under the name of this machine
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # noqa: TID251

    made = SparkSession.builder.master(master).appName("onrecord").config("spark.sql.shuffle.partitions", "4")
    session = made.config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)
    for name in TYPES:
        session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    return lambda sql: [list(row) for row in session.sql(sql.replace("{each}", "explode")).collect()]


def ordered(rows: Iterable[list[object]]) -> Rows:
    """Rows in an order that both engines share."""
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row])


def main() -> None:
    """Ask every question and print the answers."""
    options = argparse.ArgumentParser(description="Ask the Parquet files of a release.")
    options.add_argument("engine", choices=("duckdb", "spark"))
    options.add_argument("folder", type=lambda text: Path(text).resolve())
    options.add_argument("--master", default="local[2]", help="of Spark")
    options.add_argument("--unit", default="containers", help="of the figures that are listed")
    asked = options.parse_args()
    begun = time.monotonic()
    ask = duckdb_asks(asked.folder) if asked.engine == "duckdb" else spark_asks(asked.folder, asked.master)
    seconds, answers = {"start": time.monotonic() - begun}, {}
    for name, sql in QUESTIONS.items():
        begun = time.monotonic()
        answers[name] = ordered(ask(sql.replace("{unit}", asked.unit)))
        seconds[name] = time.monotonic() - begun
    told = {"answers": answers, "seconds": {name: round(value, 3) for name, value in seconds.items()}}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
