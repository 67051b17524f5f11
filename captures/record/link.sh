#!/usr/bin/env bash
# ARP, ICMP, NDP: what the kernel's own stack says (and radvd for router advertisements).
source "$(dirname -- "$0")/lib.sh"
need iputils-ping radvd busybox

segment lan
segment far
host pump lan 58:42:e4:0a:0b:0c 192.0.2.31/24 192.0.2.1   # Baxter International Inc
host monitor lan 00:0f:14:0a:0b:0c 192.0.2.32/24 192.0.2.1 # Mindray Co., Ltd.
host router lan 00:00:0c:07:ac:01 192.0.2.1/24            # Cisco
port router far 00:00:0c:07:ac:02 eth1 198.51.100.1/24
host server far 00:15:5d:01:02:0c 198.51.100.9/24 198.51.100.1 # Microsoft (Hyper-V)
ip netns exec "$TAG-router" sysctl -qw net.ipv4.ip_forward=1
forget() { local name; for name in "$@"; do ip -n "$TAG-$name" neigh flush all; done; }
ping() { quiet on "$@"; }

capture lan arp/request-and-reply.pcap
ping pump ping -n -c 2 -i 0.2 192.0.2.32
captured

forget pump monitor router
capture lan arp/gratuitous-and-probe.pcap
quiet on monitor busybox arping -A -c 1 -w 1 -I eth0 192.0.2.32
quiet on monitor busybox arping -U -c 1 -w 1 -I eth0 192.0.2.32
quiet on pump busybox arping -D -c 2 -w 1 -I eth0 192.0.2.44
captured

# The same packets on both sides of a router: other MACs, TTL less by one.
forget pump monitor router server
capture lan arp/routed-near-side.pcap
capture far arp/routed-far-side.pcap
ping pump ping -n -c 2 -i 0.2 198.51.100.9
captured

forget pump router
capture lan icmp/unreachable-and-ttl-exceeded.pcap
ping pump ping -n -c 1 -W 1 -t 1 198.51.100.9
ping pump ping -n -c 1 -W 1 203.0.113.9
quiet on pump python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", ("192.0.2.32", 9999))'
captured 1

cat >"$WORK/router/srv/radvd.conf" <<'CONF'
interface eth0 {
  AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvManagedFlag off;
  prefix 2001:db8:3::/64 { AdvOnLink on; AdvAutonomous on; };
  RDNSS 2001:db8:3::53 { };
};
CONF
capture lan ndp/slaac-with-radvd.pcap
ipv6 router
ip -n "$TAG-router" addr add 2001:db8:3::1/64 dev eth0 nodad
ip netns exec "$TAG-router" sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 2
start router radvd -n -m logfile -l /var/log/radvd -C /srv/radvd.conf -p /run/radvd.pid
ipv6 monitor
sleep 5
captured

capture lan ndp/neighbour-solicitation-and-ping.pcap
ping monitor ping -n -6 -c 2 -i 0.2 2001:db8:3::1
captured
