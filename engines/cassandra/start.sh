#!/usr/bin/env bash
# Runs Cassandra. Its heap must be given: left alone it takes a quarter or a half of the machine.
set -euo pipefail

exec /opt/java/bin/java -Xms"${CASSANDRA_HEAP:-512m}" -Xmx"${CASSANDRA_HEAP:-512m}" @/opt/cassandra/conf/jvm.options \
  -cp '/opt/cassandra/libs/*' org.apache.cassandra.service.CassandraDaemon
