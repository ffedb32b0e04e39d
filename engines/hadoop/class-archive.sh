#!/usr/bin/env bash
# Makes every JVM of Hadoop start in about half the processor time: the classes of LIST.gz are stored parsed and
# verified in one archive (class data sharing), which pays most for a job, made of JVMs that live for seconds.
#   class-archive FOLDER LIST.gz
# A class that is named and gone is passed over: after a change of version the list only does less good, until it is
# made again; see the target hadoop-classes in the Dockerfile.
set -euo pipefail

folder=$1 list=$(mktemp)
trap 'rm -f "$list"' EXIT
zcat "$2" >"$list"
/opt/java/bin/java "@$folder/java.args" -Xshare:dump -Xlog:disable -Xlog:all=error \
  -XX:SharedClassListFile="$list" -XX:SharedArchiveFile="$folder/classes.jsa"
printf -- '-XX:SharedArchiveFile=%s\n' "$folder/classes.jsa" >>"$folder/java.args"
echo "class-archive: $(wc -l <"$list") classes, $(du -h "$folder/classes.jsa" | cut -f1)"
