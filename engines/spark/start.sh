#!/usr/bin/env bash
# Runs a daemon of the standalone cluster:  spark-start master | worker
# Called directly and not by spark-class, which starts a second JVM only to print the command line of the first.
set -euo pipefail

# The worker builds the command lines of executors; without this it looks for a source tree to find it out.
export SPARK_SCALA_VERSION=2.12

run=(/opt/java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms32m -Xmx"${SPARK_DAEMON_HEAP:-160m}"
  -XX:+ExitOnOutOfMemoryError -cp "$SPARK_CONF_DIR:$SPARK_HOME/jars/*")

case ${1:-} in
  master)
    exec "${run[@]}" org.apache.spark.deploy.master.Master --host spark-master --port 7077 --webui-port 8080 ;;
  worker)
    # An application's folder is of use for a look at its log, and must not pile up with every restart of the job.
    exec "${run[@]}" -Dspark.worker.cleanup.enabled=true -Dspark.worker.cleanup.interval=600 \
      -Dspark.worker.cleanup.appDataTtl=3600 org.apache.spark.deploy.worker.Worker spark://spark-master:7077 \
      --cores "${SPARK_WORKER_CORES:-2}" --memory "${SPARK_WORKER_MEMORY:-2g}" --webui-port 8081 --work-dir /data/work ;;
  *) echo "spark-start: unknown daemon '${1:-}': use master or worker" >&2; exit 64 ;;
esac
