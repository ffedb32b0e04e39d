#!/usr/bin/env bash
# A browser for the tests of the console: Debian's chromium, installed where it is missing, with a bounded wait.
set -uo pipefail

# Where test/console/browser.ts looks for it.
chromium=/usr/bin/chromium
[[ -x $chromium ]] && exit 0
if [[ $(id -u) -ne 0 || ! -f /etc/debian_version ]]; then
  echo "chromium.sh: there is no $chromium. Try: install it (Debian: apt-get install chromium)" >&2
  exit 69
fi
apt_get() {
  DEBIAN_FRONTEND=noninteractive timeout "$1" apt-get -qq -y -o DPkg::Lock::Timeout=60 -o Acquire::Retries=3 \
    --no-install-recommends "${@:2}" >/dev/null
}
echo "chromium.sh: installing chromium" >&2
apt_get 180 update && apt_get 600 install chromium fonts-dejavu-core
[[ -x $chromium ]] || {
  echo "chromium.sh: chromium could not be installed. Try: apt-get install chromium" >&2
  exit 69
}
