#!/usr/bin/env bash
# Copies the run-time jars of one engine, as pinned in FOLDER/pom.xml, to FOLDER/libs:  copy-jars FOLDER
# Maven reads neither the usual proxy variables nor a mirror from the environment, so both are put into its settings.
set -euo pipefail

folder=$1
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT

xml_text() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' <<<"$1"; }
url_decoded() { printf '%b' "${1//%/\\x}"; }

# One <proxy> element from a URL such as http://user:secret@proxy.example:3128; nothing when the URL is empty.
proxy_element() {
  local protocol=$1 url=$2 rest credentials='' host port
  [[ -n $url ]] || return 0
  rest=${url#*://}; rest=${rest%%/*}
  [[ $rest == *@* ]] && { credentials=${rest%@*}; rest=${rest##*@}; }
  host=${rest%:*}; port=${rest##*:}
  [[ $port == "$rest" ]] && port=80
  [[ $port =~ ^[0-9]+$ ]] || { echo "copy-jars: no port number in the $protocol proxy '$host'. Give it as http://host:port" >&2; exit 64; }
  printf '<proxy><id>%s</id><active>true</active><protocol>%s</protocol><host>%s</host><port>%s</port>' \
    "$protocol" "$protocol" "$(xml_text "$host")" "$port"
  [[ -z $credentials ]] || printf '<username>%s</username><password>%s</password>' \
    "$(xml_text "$(url_decoded "${credentials%%:*}")")" "$(xml_text "$(url_decoded "${credentials#*:}")")"
  printf '<nonProxyHosts>%s</nonProxyHosts></proxy>' "$(xml_text "$(java_no_proxy "${NO_PROXY:-${no_proxy:-}}")")"
}

# .example.com,localhost -> *.example.com|localhost
java_no_proxy() { sed 's/ //g; s/,/|/g; s/\(^\||\)\./\1*./g' <<<"$1"; }

mirror_element() {
  [[ -z ${MAVEN_MIRROR:-} ]] || printf '<mirror><id>mirror</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>' "$(xml_text "$MAVEN_MIRROR")"
}

{
  printf '<settings><mirrors>%s</mirrors><proxies>' "$(mirror_element)"
  proxy_element http "${HTTP_PROXY:-${http_proxy:-}}"
  proxy_element https "${HTTPS_PROXY:-${https_proxy:-}}"
  printf '</proxies></settings>\n'
} >"$settings"

# Four of these run at once on however few processors the machine has.
export MAVEN_OPTS='-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m'
mvn -q -B -s "$settings" -f "$folder/pom.xml" -Dmaven.artifact.threads=10 \
  dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder/libs"
echo "$folder: $(find "$folder/libs" -name '*.jar' | wc -l) jars, $(du -sh "$folder/libs" | cut -f1)"
