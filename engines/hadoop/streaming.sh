#!/usr/bin/env bash
# Submits a Hadoop Streaming job and waits for its end (not with -background); arguments as for `hadoop jar hadoop-streaming.jar`:
#   streaming -D mapreduce.job.reduces=1 -input PATH -output PATH -mapper COMMAND -reducer COMMAND
# The class is called directly: RunJar would first unpack the jar, which is on the class path already.
set -euo pipefail

exec /opt/java/bin/java -Xms32m -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  @/opt/hadoop/java.args org.apache.hadoop.streaming.HadoopStreaming "$@"
