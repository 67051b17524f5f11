#!/usr/bin/env bash
# What networks and mirrors do to TCP: synthetic disturbances of recorded conversations (tools/disturb.py), and real
# mirrors: a switch that copies ingress and egress of its ports (tc mirred), and both sides of a router in one capture.
source "$(dirname -- "$0")/lib.sh"
need vsftpd tnftp

mkdir -p "$CAPTURES/tcp" "$CAPTURES/mirror"
BASE=$CAPTURES/hl7/message-in-40-byte-segments.pcap
for kind in out-of-order reversed retransmitted overlapping contradicting-retransmission gap sequence-wrap one-sided-client \
  one-sided-server mid-stream no-end; do
  python3 "$TOOLS/disturb.py" "$kind" "$BASE" "$CAPTURES/tcp/$kind.pcap"
done
for kind in one-sided-client one-sided-server mid-stream; do
  python3 "$TOOLS/disturb.py" "$kind" "$CAPTURES/telnet/login-success-whole-lines.pcap" "$CAPTURES/tcp/telnet-$kind.pcap"
done
python3 "$TOOLS/disturb.py" every-frame-twice "$CAPTURES/ftp/login-success-passive-upload.pcap" "$CAPTURES/mirror/every-frame-twice-synthetic.pcap"

segment lan
segment far
host analyser lan 00:06:6b:51:52:53 198.51.100.21/24 198.51.100.1 # Sysmex Corporation
host server far 00:15:5d:01:02:03 203.0.113.10/24 203.0.113.1     # Microsoft (Hyper-V)
host local lan 00:15:5d:01:02:0d 198.51.100.10/24                 # Microsoft (Hyper-V)
host router lan 00:1b:54:aa:00:01 198.51.100.1/24                 # Cisco
port router far 00:1b:54:aa:00:01 eth1 203.0.113.1/24
ip netns exec "$TAG-router" sysctl -qw net.ipv4.ip_forward=1
printf 'H|\\^&|||XN-CANARY\nL|1|N\n' >"$WORK/analyser/srv/results-0001.txt"
for name in server local; do
  account $name lab "$(secret ftp-lab)"
  printf '%s\n' listen=YES listen_ipv6=NO background=NO anonymous_enable=NO local_enable=YES write_enable=YES \
    secure_chroot_dir=/run/vsftpd/empty pam_service_name=login seccomp_sandbox=NO delay_failed_login=0 \
    pasv_min_port=50000 pasv_max_port=50100 xferlog_enable=NO >"$WORK/$name/srv/vsftpd.conf"
  start $name vsftpd /srv/vsftpd.conf
  await_port $name 21
done
upload() { # ADDRESS
  printf 'user lab %s\nepsv4\nbinary\nlcd /srv\nput results-0001.txt\nquit\n' "$(secret ftp-lab)" |
    quiet on analyser tnftp -p -n -v "$1"
}

# SPAN of two access ports, both directions: each frame between them is copied where it enters and where it leaves.
ip -n "$TAG-lan" link add span type veth peer name span-out
ip -n "$TAG-lan" link set span up
ip -n "$TAG-lan" link set span-out up
for interface in analyser-0 local-0; do
  ip netns exec "$TAG-lan" tc qdisc add dev $interface clsact
  for direction in ingress egress; do
    ip netns exec "$TAG-lan" tc filter add dev $interface $direction protocol all u32 match u32 0 0 \
      action mirred egress mirror dev span
  done
done
capture_to lan "$CAPTURES/mirror/span-ingress-and-egress.pcap" span-out
upload 198.51.100.10
captured

# A mirror that sees both sides of a router: every packet twice, with other MAC addresses and another TTL.
capture_to lan "$WORK/near.pcap" br0
capture_to far "$WORK/far.pcap" br0
upload 203.0.113.10
captured
for name in near far; do cp "$WORK/$name.pcap" "$CAPTURES/mirror/routed-$name-side.pcap"; done
start=$(date -u -d '2026-11-21 08:00:00' +%s)
python3 "$TOOLS/compose.py" "$CAPTURES/mirror/routed-both-sides.pcap" "$start" "0=$WORK/near.pcap" "0=$WORK/far.pcap"
python3 "$TOOLS/compose.py" "$CAPTURES/mirror/routed-both-sides-tagged.pcap" "$start" "10=$WORK/near.pcap" "20=$WORK/far.pcap"
