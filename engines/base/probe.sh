#!/usr/bin/env bash
# Health probe of a container, without a JVM or any installed client: it speaks a few bytes of the protocol itself.
# Exit 0 when the answer proves that the engine serves requests; anything else, and silence for 3 s, is exit 1.
#   probe kafka HOST PORT            an ApiVersions request is answered
#   probe cassandra HOST PORT        an OPTIONS frame is answered by SUPPORTED
#   probe http HOST PORT PATH REGEX  the page is found and its text matches
set -u

answer_timeout_s=3

# Sends a request given in hexadecimal and prints the first answer bytes in hexadecimal.
exchange_hex() {
  local host=$1 port=$2 request=$3 answer_bytes=$4
  exec 3<>"/dev/tcp/$host/$port" || return 1
  # shellcheck disable=SC2059  # the format is the request
  printf "$(sed 's/../\\x&/g' <<<"$request")" >&3
  timeout "$answer_timeout_s" head -c "$answer_bytes" <&3 | od -An -v -tx1 | tr -d ' \n'
}

# Kafka's protocol guide: size, api key 18, version 0, correlation 1, no client id. Answer: size, correlation, error 0.
probe_kafka() {
  [[ $(exchange_hex "$1" "$2" 0000000a0012000000000001ffff 10) =~ ^.{8}000000010000$ ]]
}

# CQL binary protocol, version 4: opcode 05 is OPTIONS, and 06 in the answer's fifth byte is SUPPORTED.
probe_cassandra() {
  [[ $(exchange_hex "$1" "$2" 040000000500000000 5) == 8400000006 ]]
}

probe_http() {
  local host=$1 port=$2 path=$3 pattern=$4 page
  exec 3<>"/dev/tcp/$host/$port" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$host" >&3
  page=$(timeout "$answer_timeout_s" cat <&3 | tr -d '\0')
  [[ $page =~ ^HTTP/1\.[01]\ 200 && $page =~ $pattern ]]
}

case ${1:-} in
  kafka | cassandra | http) "probe_$1" "${@:2}" 2>/dev/null ;;
  *) echo "probe: unknown protocol '${1:-}': use kafka, cassandra or http" >&2; exit 2 ;;
esac
