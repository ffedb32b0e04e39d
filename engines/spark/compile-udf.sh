#!/usr/bin/env bash
# Compiles the stream job's Java functions to one jar:  compile-udf SOURCES SPARK_JARS TARGET.jar
# No source is no error: Spark then runs without them, and a job that asks for one fails by its name.
set -euo pipefail

sources=$1 spark_jars=$2 target=$3
mkdir -p "$(dirname "$target")"
mapfile -t files < <(find "$sources" -name '*.java' 2>/dev/null | sort)
if [[ ${#files[@]} -eq 0 ]]; then
  echo "compile-udf: no Java source in $sources, no jar made"
  exit 0
fi
classes=$(mktemp -d)
/opt/java/bin/javac --release 17 -encoding UTF-8 -Xlint:all,-processing,-classfile -proc:none -cp "$spark_jars/*" -d "$classes" "${files[@]}"
/opt/java/bin/jar --create --file "$target" -C "$classes" .
echo "compile-udf: ${#files[@]} source files in $(basename "$target")"
