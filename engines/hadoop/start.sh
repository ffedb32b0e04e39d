#!/usr/bin/env bash
# Runs one Hadoop daemon:  start namenode | datanode | resourcemanager | nodemanager  [-D NAME=VALUE...]
# The NameNode's storage is formatted on the first start only: a second format would orphan every block.
set -euo pipefail

opens=()
for package in java.lang java.util java.io java.net java.nio; do opens+=(--add-opens "java.base/$package=ALL-UNNAMED"); done
opens+=(--add-opens java.base/sun.nio.ch=ALL-UNNAMED)

# A job of the lab is short and its daemons are small: the first compiler and the serial collector are enough.
java_run() {
  exec /opt/java/bin/java -Xms32m -Xmx"$1" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
    "${opens[@]}" @/opt/hadoop/java.args "${@:2}"
}

# DataNodes share one volume; each holds the lock of one folder in it for as long as it lives, so that any number of
# them finds its blocks again after all containers were made anew. The lock is of the open file, which java inherits.
claim_blocks_folder() {
  local slot
  for slot in {1..64}; do
    exec 9>"/data/blocks-$slot.lock"
    flock -n 9 && blocks_folder=/data/blocks-$slot && return
  done
  echo "start: all 64 folders for blocks in /data are taken by other DataNodes. Scale datanode down" >&2
  exit 69
}

hdfs=org.apache.hadoop.hdfs.server
yarn=org.apache.hadoop.yarn.server
case ${1:-} in
  namenode)
    [[ -f /data/name/current/VERSION ]] || (java_run 160m "$hdfs.namenode.NameNode" -format -nonInteractive)
    java_run "${HADOOP_HEAP:-192m}" "$hdfs.namenode.NameNode" "${@:2}" ;;
  datanode)
    claim_blocks_folder
    java_run "${HADOOP_HEAP:-192m}" "$hdfs.datanode.DataNode" -D "dfs.datanode.data.dir=$blocks_folder" "${@:2}" ;;
  resourcemanager) java_run "${HADOOP_HEAP:-256m}" "$yarn.resourcemanager.ResourceManager" "${@:2}" ;;
  nodemanager) java_run "${HADOOP_HEAP:-192m}" "$yarn.nodemanager.NodeManager" "${@:2}" ;;
  *) echo "start: unknown daemon '${1:-}': use namenode, datanode, resourcemanager or nodemanager" >&2; exit 64 ;;
esac
