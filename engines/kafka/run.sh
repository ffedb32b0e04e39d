#!/usr/bin/env bash
# Runs one of Kafka's command line tools, for tests and benchmarks:
#   kafka-run org.apache.kafka.tools.TopicCommand --bootstrap-server kafka:29092 --list
set -euo pipefail

exec /opt/java/bin/java -Xmx"${KAFKA_TOOL_HEAP:-256m}" -Dlog4j2.level=WARN -cp '/opt/kafka/libs/*' "$@"
