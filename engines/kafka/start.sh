#!/usr/bin/env bash
# Runs the broker; formats its storage on the first start only.
# SNACKLAB_PORT_KAFKA is the host's port: a client on the host is told to come back to it.
set -euo pipefail

conf=/opt/kafka/conf/server.properties
run=(/opt/java/bin/java -Dlog4j2.configurationFile=/opt/kafka/conf/log4j2.properties -cp '/opt/kafka/libs/*')

if [[ ! -f /data/log/meta.properties ]]; then
  cluster_id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | cut -c1-22)
  "${run[@]}" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format -t "$cluster_id" -c "$conf"
fi

# The second compiler only for what is run very often: with Java's own thresholds, made for many cores, it took a third of
# what an idle broker uses of two.
second_compiler=(-XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=12000
  -XX:Tier4CompileThreshold=300000 -XX:Tier4BackEdgeThreshold=800000)
exec "${run[@]}" "${second_compiler[@]}" -Xms"${KAFKA_HEAP:-384m}" -Xmx"${KAFKA_HEAP:-384m}" -XX:+UseSerialGC \
  -XX:MaxDirectMemorySize=128m -XX:+ExitOnOutOfMemoryError kafka.Kafka "$conf" \
  --override "advertised.listeners=IN://kafka:29092,OUT://127.0.0.1:${SNACKLAB_PORT_KAFKA:-9092}"
