# Shared by the record scripts; source it, do not run it. Bash, root, Linux, Debian 12.
#
# A script builds a small network out of network namespaces: one bridge ("the switch") and one
# namespace a host, joined by veth pairs. Real daemons and clients run in the host namespaces.
# tcpdump listens on the bridge, where every forwarded frame passes once, like on a mirror port.
#
# Nothing outside is touched: a host sees its own /etc/passwd, /etc/shadow, /home, /run and
# /var/log (bind mounts of a temporary directory), and at the end exactly the processes inside
# the namespaces made here are ended, by pid, and the namespaces and the directory removed.

set -euo pipefail
shopt -s inherit_errexit

RECORD=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
CAPTURES=$(dirname -- "$RECORD")
TOOLS=$RECORD/tools
WORK=$(mktemp -d -t auscult-record-XXXXXX)
chmod 755 "$WORK"
TAG=au$$
SEGMENTS=()
HOSTS=()
export LC_ALL=C.UTF-8 TZ=UTC

say() { printf '%s\n' "$*" >&2; }

# need PACKAGE…: Debian packages; installed only when missing. Their services are never started.
need() {
  local missing=() package
  for package in "$@" iproute2 tcpdump ethtool tshark python3; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  say "installing: ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# secret KEY: a string of canaries.txt
secret() { awk -v key="$1" '$1 == key { print $2; found = 1 } END { exit !found }' "$CAPTURES/canaries.txt"; }

version() { dpkg-query -W -f='${Version}' "$1"; }

cleanup() {
  local status=$? name pids
  set +e
  for name in "${HOSTS[@]}" "${SEGMENTS[@]}"; do
    pids=$(ip netns pids "$TAG-$name" 2>/dev/null)
    [[ -n $pids ]] && kill $pids 2>/dev/null
  done
  sleep 0.2
  for name in "${HOSTS[@]}" "${SEGMENTS[@]}"; do
    pids=$(ip netns pids "$TAG-$name" 2>/dev/null)
    [[ -n $pids ]] && kill -9 $pids 2>/dev/null
    ip netns del "$TAG-$name" 2>/dev/null
  done
  if [[ -n ${KEEP:-} ]]; then say "kept $WORK"; else rm -rf -- "$WORK"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

quiet_interface() { # NAMESPACE INTERFACE: what is captured is what a wire would carry
  ip netns exec "$1" ethtool -K "$2" rx off tx off sg off tso off gso off gro off >/dev/null 2>&1 || true
}

# segment NAME: a switch of its own
segment() {
  local ns=$TAG-$1
  SEGMENTS+=("$1")
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$ns" link add br0 type bridge stp_state 0 mcast_snooping 0 forward_delay 0
  ip -n "$ns" link set br0 up
}

# host NAME SEGMENT MAC [ADDRESS/LENGTH [GATEWAY]]: a machine with one port on a switch
host() {
  local name=$1 segment=$2 mac=$3 address=${4:-} gateway=${5:-} ns=$TAG-$1
  HOSTS+=("$name")
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$ns" link set lo up
  local root=$WORK/$name
  mkdir -p "$root"/{etc/update-motd.d,home,run,log,srv}
  grep -E ':[0-9]{1,3}:[0-9]+:' /etc/passwd | grep -v '^root:' >"$root/etc/passwd"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >>"$root/etc/passwd"
  awk -F: '{ print $1 ":*:20000:0:99999:7:::" }' "$root/etc/passwd" >"$root/etc/shadow"
  printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
  : >"$root/etc/resolv.conf"
  : >"$root/etc/motd"
  printf '%s\n' "$name" >"$root/etc/hostname"
  port "$name" "$segment" "$mac" eth0 "$address"
  [[ -z $gateway ]] || ip -n "$ns" route add default via "$gateway"
}

# port HOST SEGMENT MAC INTERFACE [ADDRESS/LENGTH]: one more port for a host
port() {
  local name=$1 segment=$TAG-$2 mac=$3 interface=$4 address=${5:-} ns=$TAG-$1 peer
  peer=$(printf '%.11s-%s' "$name" "${interface#eth}")
  ip -n "$segment" link add "$peer" type veth peer name "$interface" netns "$ns"
  ip -n "$segment" link set "$peer" master br0
  ip -n "$segment" link set "$peer" up
  quiet_interface "$segment" "$peer"
  ip -n "$ns" link set "$interface" address "$mac"
  quiet_interface "$ns" "$interface"
  ip -n "$ns" link set "$interface" up
  [[ -z $address ]] || ip -n "$ns" addr add "$address" dev "$interface"
}

# ipv6 HOST: link-local address and router solicitations, as a fresh kernel would
ipv6() {
  ip netns exec "$TAG-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 \
    net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0 \
    net.ipv6.conf.eth0.addr_gen_mode=0
}

# account HOST USER PASSWORD [SHELL]: a throw-away account that exists on this host only
account() {
  local root=$WORK/$1 uid
  uid=$((3000 + $(wc -l <"$root/etc/passwd")))
  printf '%s:x:%d:100:fictitious:/home/%s:%s\n' "$2" "$uid" "$2" "${4:-/bin/sh}" >>"$root/etc/passwd"
  printf '%s:%s:20000:0:99999:7:::\n' "$2" "$(openssl passwd -6 "$3")" >>"$root/etc/shadow"
  mkdir -p "$root/home/$2"
  chown "$uid:100" "$root/home/$2"
}

# on HOST COMMAND…: run inside the host, with its own name, accounts and directories
on() {
  local name=$1 root=$WORK/$1
  shift
  ${SESSION:-} ip netns exec "$TAG-$name" unshare --mount --uts --propagation private \
    bash "$TOOLS/enter.sh" "$root" "$name" "$@"
}

# start HOST COMMAND…: the same in the background. In a session of its own: Apache ends its whole
# process group when it is told to stop.
start() {
  local name=$1
  SESSION=setsid on "$@" >"$WORK/$name/log/daemon.$RANDOM" 2>&1 </dev/null &
}

# await SECONDS COMMAND…: until the command succeeds
await() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || { say "gave up waiting for: $*"; return 1; }
    sleep 0.1
  done
}

listens() { ip netns exec "$TAG-$1" ss -Hlntu "sport = :$2" | grep -q .; }
await_port() { await 10 listens "$1" "$2"; } # HOST PORT

CAPTURE_PIDS=()
# capture SEGMENT FILE [tcpdump argument…]: begins; FILE is relative to captures/
capture() {
  local segment=$1 file=$CAPTURES/$2
  shift 2
  mkdir -p -- "$(dirname -- "$file")"
  capture_to "$segment" "$file" br0 "$@"
}

capture_to() { # SEGMENT FILE INTERFACE [argument…]
  local ns=$TAG-$1 file=$2 interface=$3 log
  shift 3
  log=$WORK/tcpdump.$RANDOM
  ip netns exec "$ns" tcpdump -Z root -i "$interface" -s 0 -U --immediate-mode -B 8192 -w "$file" "$@" 2>"$log" &
  CAPTURE_PIDS+=($!)
  await 5 grep -q 'listening on' "$log"
}

# captured: ends every running capture
captured() {
  sleep "${1:-0.4}"
  local pid
  for pid in "${CAPTURE_PIDS[@]}"; do
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  CAPTURE_PIDS=()
}

# quiet FILE COMMAND…: the client's own output is of no interest
quiet() { "$@" >/dev/null 2>&1 || true; }

# show FILE FIELD…: what tshark reads, for the eye
show() {
  local file=$CAPTURES/$1 fields=()
  shift
  local field
  for field in "$@"; do fields+=(-e "$field"); done
  tshark -r "$file" -T fields "${fields[@]}" 2>/dev/null | awk 'NF' | sort | uniq -c | sort -rn | head -20
}
