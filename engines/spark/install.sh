#!/usr/bin/env bash
# Installs the stream job's Python and, with it, Spark: /opt/py, and /opt/spark as a link into it.
# unused-jars.txt names what no part of the lab loads (other cluster managers, Hive, machine learning): 200 MB.
set -euo pipefail

export PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1
[[ -n ${PIP_INDEX_URL:-} ]] || unset PIP_INDEX_URL

python3 -m venv /opt/py
/opt/py/bin/pip install -q -r /build/requirements.txt
spark=$(echo /opt/py/lib/python3.*/site-packages/pyspark)
while read -r pattern; do
  # shellcheck disable=SC2086  # a pattern is meant to expand
  rm -f "$spark"/jars/$pattern
done </build/unused-jars.txt
rm -rf "$spark"/{examples,data,licenses} /opt/py/lib/python3.*/site-packages/cassandra/**/*.c
ln -s "$spark" /opt/spark
echo "spark: $(find "$spark/jars" -name '*.jar' | wc -l) jars, $(du -shL "$spark" | cut -f1)"
