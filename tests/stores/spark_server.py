"""Spark on a JVM, serving Spark Connect: prints the port, and ends when its standard input does.

It runs in a process of its own because one process has either a classic session or sessions of Spark Connect.
"""

import socket
import sys

from pyspark.sql import SparkSession

SETTINGS = {
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.log.level": "OFF",
}


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    builder = SparkSession.builder.master("local[2]").config("spark.connect.grpc.binding.port", str(port))
    for setting, value in SETTINGS.items():
        builder = builder.config(setting, value)
    session = builder.getOrCreate()
    print(port, flush=True)  # read by whoever started this process
    sys.stdin.read()
    session.stop()


if __name__ == "__main__":
    main()
