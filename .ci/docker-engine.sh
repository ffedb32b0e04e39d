#!/usr/bin/env bash
# Makes a Debian machine without Docker, and without a reachable image registry, able to build and run the lab.
#   docker-engine.sh start   engine, compose and base images; each step is skipped where it is already done
#   docker-engine.sh stop    ends the daemon if, and only if, start began it; packages, images and data stay
# Every step has a limit in seconds and ends with what to do. It changes nothing where docker already answers and has
# both base images, which is so on a user's machine: this script is for machines of the gate.
set -euo pipefail

base_image=debian:bookworm-slim
node_image=node:20-bookworm-slim
# Health checks with a short interval at the start (start_interval) need this much.
engine_version_min=25
state=${SNACKLAB_ENGINE_STATE:-${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/snacklab-engine}
record=$state/dockerd.started

main() {
  case ${1:-} in
    start) start ;;
    stop) stop ;;
    *) fail 64 "unknown command '${1:-}'" "use: docker-engine.sh start | stop" ;;
  esac
}

start() {
  mkdir -p "$state"
  # Two runs at once would install, and import, over each other.
  exec 9>"$state/lock"
  flock -w 900 9 || fail 69 "another start has held $state/lock for 900 s" "see what it is doing: fuser $state/lock"
  if ! answers; then
    has_engine || install_engine
    start_daemon
  fi
  check_version
  import_base_images
  docker compose version >&2
}

# Ends the process that start recorded; a number alone may by now belong to some other process.
stop() {
  [[ -f $record ]] || return 0
  local pid begun
  read -r pid begun <"$record"
  if [[ $(process_begun "$pid") == "$begun" ]]; then
    kill "$pid" 2>/dev/null || true
    until_true 60 process_is_gone "$pid" "$begun" ||
      fail 70 "dockerd (process $pid) did not end within 60 s of being asked" "see $state/dockerd.log, then: kill -9 $pid"
  fi
  rm -f "$record"
}

has_engine() { command -v dockerd && docker compose version && docker buildx version; } >/dev/null 2>&1

answers() { timeout 10 docker info; } >/dev/null 2>&1

# Debian 12 has no compose v2 and an engine that is too old; those packages come from the next release, pinned so that
# nothing else does. containerd and runc stay Debian 12's.
install_engine() {
  need_root "install the engine"
  [[ -f /etc/debian_version ]] || fail 69 "this machine has no Docker engine and is no Debian" "install Docker $engine_version_min or later with compose v2"
  local codename sources=/etc/apt/sources.list.d/debian.sources target=()
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  if [[ $codename == bookworm ]]; then
    [[ -f $sources ]] || fail 69 "$sources is missing, so Debian's mirror is not known" "install docker.io $engine_version_min or later, docker-compose and docker-buildx by hand"
    next_release_sources "$sources" >/etc/apt/sources.list.d/snacklab-trixie.sources
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 50\n' >/etc/apt/preferences.d/snacklab-trixie
    target=(-t trixie)
  fi
  say "installing the engine"
  run_bounded 180 "updating the package lists" apt_get update
  run_bounded 300 "installing containerd and debootstrap" apt_get install containerd debootstrap iptables
  run_bounded 300 "installing docker and compose" apt_get install "${target[@]}" docker.io docker-cli docker-compose docker-buildx
}

# Only the paragraphs of the release itself: the next release's updates and security have other names.
next_release_sources() {
  awk 'BEGIN { RS = ""; ORS = "\n\n" } /Suites:[^\n]*bookworm( |\n|$)/ && !/bookworm-security/ {
    gsub(/bookworm-(updates|backports)/, ""); gsub(/bookworm/, "trixie"); print }' "$1"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=60 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confold --no-install-recommends "$@"
}

# In a session of its own: an interrupt of the gate must not take the daemon away before its containers are ended.
start_daemon() {
  need_root "start the Docker daemon"
  say "starting dockerd"
  setsid dockerd >"$state/dockerd.log" 2>&1 9>&- &
  local pid=$!
  printf '%s %s\n' "$pid" "$(process_begun "$pid")" >"$record"
  until_true 60 answers_or_ended "$pid"
  answers || fail 69 "dockerd did not answer within 60 s (last line: $(tail -n 1 "$state/dockerd.log"))" "read $state/dockerd.log"
}

answers_or_ended() { answers || ! kill -0 "$1" 2>/dev/null; }

check_version() {
  local version
  version=$(timeout 10 docker version --format '{{.Server.Version}}')
  [[ ${version%%.*} -ge $engine_version_min ]] ||
    fail 69 "the Docker engine is version $version" "install $engine_version_min or later: health checks at the start need it"
}

# The two images that the Dockerfile starts from, made of Debian's packages where no registry can be reached. A name that
# is there already is left alone, whatever made it.
import_base_images() {
  local missing=() image
  for image in "$base_image" "$node_image"; do
    timeout 30 docker image inspect "$image" >/dev/null 2>&1 || missing+=("$image")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  try_to_pull "${missing[@]}" && return 0
  need_root "make the base images ${missing[*]}"
  say "making ${missing[*]}"
  local root
  root=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$root'" EXIT
  make_root_folder "$root"
  for image in "${missing[@]}"; do
    [[ $image == "$base_image" ]] && import_image "$root" "$image"
    [[ $image == "$node_image" ]] && add_node "$root" && import_image "$root" "$image" -c 'CMD ["node"]'
  done
  rm -rf "$root"
  trap - EXIT
}

# Quick to fail where there is no way to a registry.
try_to_pull() {
  local image
  for image in "$@"; do timeout 60 docker pull -q "$image" >/dev/null 2>&1 || return 1; done
}

make_root_folder() {
  local root=$1 mirror
  command -v debootstrap >/dev/null || run_bounded 300 "installing debootstrap" apt_get install debootstrap
  mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  run_bounded 300 "making a Debian root folder" debootstrap --variant=minbase --include=ca-certificates,libstdc++6 \
    bookworm "$root" ${mirror:+"$mirror"}
  # the machine's own certificate authorities: a build may have to reach package registries through a proxy
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  run_bounded 60 "updating the root folder's certificates" chroot "$root" update-ca-certificates
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
}

# The machine's own Node, which must be the version that the image's name promises and run on Debian 12's libraries.
add_node() {
  local root=$1 version
  command -v node >/dev/null || fail 69 "there is no node on this machine to make $node_image from" "install Node 20"
  cp -L "$(command -v node)" "$root/usr/local/bin/node"
  version=$(chroot "$root" /usr/local/bin/node --version) || fail 69 "the machine's node does not run on Debian 12" "install Node 20 built for it"
  [[ $version == v20.* ]] || fail 69 "the machine's node is $version, and $node_image is to be made of it" "install Node 20"
}

import_image() {
  local root=$1 image=$2
  tar -C "$root" --one-file-system -c . | timeout 180 docker import "${@:3}" - "$image" >/dev/null ||
    fail 70 "$image could not be imported within 180 s" "is there room for 300 MB in $(timeout 10 docker info --format '{{.DockerRootDir}}')?"
}

# Runs a command that may not take longer than so many seconds; its output is shown only when it fails.
run_bounded() {
  local limit_s=$1 what=$2 output code=0
  output=$(mktemp "$state/output.XXXXXX")
  # timeout cannot call a function: a shell of its own gets the one that is used
  timeout "$limit_s" bash -c "$(declare -f apt_get); \"\$@\"" bash "${@:3}" >"$output" 2>&1 9>&- || code=$?
  if [[ $code -ne 0 ]]; then
    tail -n 20 "$output" >&2
    rm -f "$output"
    [[ $code -eq 124 ]] && fail 69 "$what took more than $limit_s s" "is the package mirror reachable from here?"
    fail 69 "$what failed with $code" "its last lines are above"
  fi
  rm -f "$output"
}

# until_true SECONDS COMMAND...: asks twice a second, until it is true or the time is over.
until_true() {
  local end=$((SECONDS + $1))
  until "${@:2}"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.5
  done
}

# When a process began, in ticks since boot: with it, its number names it for good. Empty when there is none.
process_begun() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
process_is_gone() { [[ $(process_begun "$1") != "$2" ]]; }

need_root() { [[ $(id -u) -eq 0 ]] || fail 69 "only root can $1" "run this as root, or install and start Docker yourself"; }
say() { echo "docker-engine: $1" >&2; }
fail() {
  echo "docker-engine: $2. Try: $3" >&2
  exit "$1"
}

main "$@"
