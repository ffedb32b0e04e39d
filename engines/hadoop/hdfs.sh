#!/usr/bin/env bash
# HDFS's own tools, for who looks into the archive:  hdfs dfs -ls -R /snacklab | hdfs dfsadmin -report | hdfs fsck /
set -euo pipefail

case ${1:-} in
  dfs) main=org.apache.hadoop.fs.FsShell ;;
  dfsadmin) main=org.apache.hadoop.hdfs.tools.DFSAdmin ;;
  fsck) main=org.apache.hadoop.hdfs.tools.DFSck ;;
  *) echo "hdfs: unknown tool '${1:-}': use hdfs dfs, hdfs dfsadmin or hdfs fsck" >&2; exit 64 ;;
esac

exec /opt/java/bin/java -Xms16m -Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 @/opt/hadoop/java.args "$main" "${@:2}"
