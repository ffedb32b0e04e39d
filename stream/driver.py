"""Spark's driver: the JVM beside this Python process, and the session in it.

The JVM is started directly, while Python goes on: spark-submit would start one JVM to print the command line of the
next, and Python only when that one is up. Nothing is downloaded; jars and rule are in the image.
"""

import os
import struct
import subprocess
import tempfile
import time

JVM_START_TIMEOUT_S = 300
JVM_OPTIONS = (
    "-XX:+UseSerialGC",
    # Planning runs through much code and little of it often: the second compiler costs more here than it saves.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Xshare:auto",
    "-Dfile.encoding=UTF-8",
)
# The second compiler is for what a replay runs millions of times. With Java's own thresholds, made for many cores, it took
# more of two than all tasks of the first five minutes together.
EXECUTOR_OPTIONS = (
    *("-XX:+UseParallelGC", "-XX:-UsePerfData"),
    *("-XX:Tier4InvocationThreshold=100000", "-XX:Tier4MinInvocationThreshold=12000"),
    *("-XX:Tier4CompileThreshold=300000", "-XX:Tier4BackEdgeThreshold=800000"),
)
# What Spark's launcher opens for Java 17 (org.apache.spark.launcher.JavaModuleOptions).
JVM_MODULES = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in (
        *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util"),
        *("java.util.concurrent", "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.nio.cs"),
        *("sun.security.action", "sun.util.calendar"),
    )
)


def spark_settings(application, host, master, executor_memory, executor_cores):
    """Spark's configuration. What is left out has Spark's default."""
    return {
        "spark.app.name": application,
        "spark.master": master,
        "spark.driver.host": host,
        "spark.driver.bindAddress": "0.0.0.0",
        "spark.driver.extraClassPath": "/opt/spark-extra/*",
        "spark.executor.extraClassPath": "/opt/spark-extra/*",
        "spark.executor.memory": executor_memory,
        "spark.executor.extraJavaOptions": " ".join(EXECUTOR_OPTIONS),
        # The first application of a standalone cluster takes all cores: a second version would wait for ever.
        "spark.cores.max": str(executor_cores),
        # One executor has them all. Else the master spreads them over the workers, an executor's memory on each, and
        # fewer versions find room.
        "spark.executor.cores": str(executor_cores),
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "20s",
        "spark.locality.wait": "0",
        "spark.eventLog.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.broadcast.compress": "false",
        "spark.shuffle.compress": "false",
        "spark.shuffle.sort.bypassMergeThreshold": "200",
        "spark.task.maxFailures": "2",
        "spark.ui.retainedJobs": "5",
        "spark.ui.retainedStages": "5",
        "spark.ui.retainedTasks": "20",
        # An overflow is an error, never a rounding.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        # A text in a question means itself, also where it looks like a variable.
        "spark.sql.variable.substitute": "false",
        # Micro-batches are small: more partitions than one only cost tasks.
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        # The archive's files are few: looking at them here costs less than a job that does.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
        "spark.sql.ui.retainedExecutions": "2",
        "spark.sql.ui.explainMode": "simple",
        "spark.sql.streaming.checkpointFileManagerClass": "snacklab.MemoryCheckpoints",
        "spark.sql.streaming.minBatchesToRetain": "2",
        "spark.sql.streaming.numRecentProgressUpdates": "5",
        "spark.sql.streaming.pollingDelay": "5ms",
        "spark.sql.streaming.ui.enabled": "false",
        "spark.sql.streaming.metricsEnabled": "false",
    }


def start_jvm(settings, heap):
    """Starts the driver's JVM and returns at once. It ends by itself when this process does."""
    spark_home = os.environ["SPARK_HOME"]
    class_path = f"{os.environ.get('SPARK_CONF_DIR', '')}:{spark_home}/jars/*:/opt/spark-extra/*"
    folder = tempfile.mkdtemp(prefix="driver-")
    connection = os.path.join(folder, "connection")
    command = [
        os.path.join(os.environ["JAVA_HOME"], "bin", "java"),
        *(*JVM_OPTIONS, f"-Xmx{heap}", *JVM_MODULES, "-cp", class_path),
        *(f"-D{name}={value}" for name, value in settings.items()),
        "org.apache.spark.api.python.PythonGatewayServer",
    ]
    environment = {**os.environ, "_PYSPARK_DRIVER_CONN_INFO_PATH": connection}
    # The gateway ends at the end of its standard input, which this process holds.
    jvm = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    return jvm, connection


def connect(jvm, connection):
    """Waits for the JVM and returns its SparkSession."""
    ends_s = time.monotonic() + JVM_START_TIMEOUT_S
    while not os.path.exists(connection):
        if jvm.poll() is not None:
            raise RuntimeError(f"the driver's JVM ended with {jvm.returncode} before it was ready: see its log above")
        if time.monotonic() > ends_s:
            raise RuntimeError(f"the driver's JVM was not ready after {JVM_START_TIMEOUT_S} s")
        time.sleep(0.02)
    with open(connection, "rb") as file:
        port = struct.unpack("!i", file.read(4))[0]
        secret = file.read(struct.unpack("!i", file.read(4))[0]).decode("utf-8")
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = secret

    from pyspark.sql import SparkSession

    return SparkSession.builder.getOrCreate()
