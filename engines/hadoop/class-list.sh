#!/usr/bin/env bash
# Writes the list of classes worth archiving:  class-list LIST.gz
# It runs the four daemons on the loopback and a small job twice, with each JVM writing what it loads; what only one of
# them loads is left out, for it gains little. It ends with the first error, and leaves nothing running.
set -euo pipefail

list=$1
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'echo "class-list: failed in line $LINENO; the log of the daemons ends so:" >&2; tail -n 30 "$work/log" >&2' ERR

# The launcher of every JVM reads JDK_JAVA_OPTIONS; %p is the process number.
echo "127.0.0.1 namenode resourcemanager localhost $(hostname)" >"$work/hosts"
export JDK_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/%p.list -Djdk.net.hosts.file=$work/hosts" HADOOP_USER_NAME=snacklab

start_daemon() { /opt/hadoop/start "$@" >>"$work/log" 2>&1 & }

# Bounded: a daemon that does not answer within a minute will not.
until_answer() {
  local attempt
  for attempt in {1..120}; do
    /opt/snacklab/probe http 127.0.0.1 "$@" && return
    sleep 0.5
  done
  echo "class-list: nothing that matches '$3' at 127.0.0.1:$1$2 within 60 s" >&2
  return 1
}

run_job() {
  /opt/hadoop/streaming -D mapreduce.job.reduces=1 -input file:///etc/passwd -output "/training/$1" \
    -mapper cat -combiner cat -reducer cat >>"$work/log" 2>&1
}

start_daemon namenode
start_daemon resourcemanager
until_answer 9870 '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState' Operational
start_daemon datanode
# The job's own JVMs are to write their lists too.
start_daemon nodemanager -D yarn.nodemanager.env-whitelist=JAVA_HOME,HADOOP_CONF_DIR,PATH,JDK_JAVA_OPTIONS
until_answer 9864 '/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo' RUNNING
until_answer 8088 '/jmx?qry=Hadoop:service=ResourceManager,name=ClusterMetrics' '"NumActiveNMs" : 1'
run_job first
run_job second
kill $(jobs -p)
wait

# Left out: classes of other loaders than the usual ones, classes that a library generates, which have other names in
# each run, and what cannot be archived (signed jars, classes of before Java 6). Numbers are of one JVM only.
cat "$work"/*.list | grep -v -e '^#' -e ' source: ' -e '\$\$' -e '^org/bouncycastle/' -e '^com/google/inject/' \
  -e '^com/sun/xml/bind/' -e '^com/sun/jersey/' | sed 's/ id: [0-9]*$//' | LC_ALL=C sort | uniq -d | gzip -9n >"$list"
echo "class-list: $(zcat "$list" | wc -l) classes of $(find "$work" -name '*.list' | wc -l) JVMs"
