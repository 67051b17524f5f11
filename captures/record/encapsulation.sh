#!/usr/bin/env bash
# Link types, tunnels and fragments. Recorded where this kernel can: VXLAN, Linux cooked captures, raw IP (tun),
# fragments. Everything else wraps a recorded conversation (tools/encapsulate.py) and is synthetic.
source "$(dirname -- "$0")/lib.sh"
need vsftpd tnftp snmpd snmp iputils-ping

BASE=$CAPTURES/ftp/login-success-passive-upload.pcap
BASE6=$CAPTURES/ndp/neighbour-solicitation-and-ping.pcap
mkdir -p "$CAPTURES/encapsulation"
for kind in vlan vlan-priority-tag qinq-802.1ad qinq-two-8100 llc-snap mpls mpls-ethernet-pseudowire pppoe gre gre-ethernet \
  gre-checksum-key-sequence erspan-1 erspan-2 erspan-3 erspan-3-platform-subheader geneve vlan-in-vxlan-in-vlan ip-in-ip \
  ip4-in-ip6 gtp-u gtp-u-extension-header null loop ppp ip-in-ip-16-deep; do
  python3 "$TOOLS/encapsulate.py" "$kind" "$BASE" "$CAPTURES/encapsulation/$kind.pcap"
done
for kind in ip6-in-ip4 ip6-extension-headers; do
  python3 "$TOOLS/encapsulate.py" "$kind" "$BASE6" "$CAPTURES/encapsulation/$kind.pcap"
done

segment lan
host analyser lan 00:06:6b:51:52:53 198.51.100.21/24 # Sysmex Corporation
host server lan 00:15:5d:01:02:03 198.51.100.10/24   # Microsoft (Hyper-V)
account server lab "$(secret ftp-lab)"
printf 'H|\\^&|||XN-CANARY\nL|1|N\n' >"$WORK/analyser/srv/results-0001.txt"
printf '%s\n' listen=NO listen_ipv6=YES background=NO anonymous_enable=NO local_enable=YES write_enable=YES \
  secure_chroot_dir=/run/vsftpd/empty pam_service_name=login seccomp_sandbox=NO delay_failed_login=0 \
  pasv_min_port=50000 pasv_max_port=50100 xferlog_enable=NO >"$WORK/server/srv/vsftpd.conf"
ipv6 server
ipv6 analyser
start server vsftpd /srv/vsftpd.conf
await_port server 21
upload() { # ADDRESS
  printf 'user lab %s\nbinary\nlcd /srv\nput results-0001.txt\nquit\n' "$(secret ftp-lab)" |
    quiet on analyser tnftp -p -n -v "$1"
}

# A VXLAN between the two hosts, made by the kernel; the conversation runs inside.
vxlan() { # HOST REMOTE MAC ADDRESS
  ip -n "$TAG-$1" link add vx0 type vxlan id 5000 remote "$2" dstport 4789 dev eth0
  ip -n "$TAG-$1" link set vx0 address "$3"
  quiet_interface "$TAG-$1" vx0
  ip netns exec "$TAG-$1" sysctl -qw net.ipv6.conf.vx0.disable_ipv6=1
  ip -n "$TAG-$1" addr add "$4" dev vx0
  ip -n "$TAG-$1" link set vx0 up
}
vxlan server 198.51.100.21 00:15:5d:0a:02:03 10.20.30.10/24
vxlan analyser 198.51.100.10 00:06:6b:0a:52:53 10.20.30.21/24
sleep 1.5
capture lan encapsulation/vxlan.pcap 'udp port 4789'
upload 10.20.30.10
captured

# Linux cooked: tcpdump on all interfaces of the server, version 2 and 1.
capture_to server "$CAPTURES/encapsulation/linux-sll2.pcap" any 'ip or arp'
upload 198.51.100.10
captured
capture_to server "$CAPTURES/encapsulation/linux-sll.pcap" any -y LINUX_SLL 'ip or arp'
upload 198.51.100.10
captured

# Raw IP: a tun device, which has no link layer; the program behind it is a plain UDP tunnel.
tunnel() { # HOST ADDRESS PEER REMOTE
  start "$1" python3 "$TOOLS/tunnel.py" "$4"
  await 5 ip -n "$TAG-$1" link show tun0
  ip -n "$TAG-$1" addr add "$2" peer "$3" dev tun0
  ip netns exec "$TAG-$1" sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1
  ip -n "$TAG-$1" link set tun0 up
}
tunnel server 10.20.31.10 10.20.31.21 198.51.100.21
tunnel analyser 10.20.31.21 10.20.31.10 198.51.100.10
capture_to server "$CAPTURES/encapsulation/raw-ip.pcap" tun0
upload 10.20.31.10
captured

# The whole conversation over IPv6.
ip -n "$TAG-server" addr add 2001:db8:5::10/64 dev eth0 nodad
ip -n "$TAG-analyser" addr add 2001:db8:5::21/64 dev eth0 nodad
capture lan encapsulation/ip6-ftp-upload.pcap
upload 2001:db8:5::10
captured

# Fragments: an SNMP answer of several kilobytes, over both versions of IP.
cat >"$WORK/server/srv/snmpd.conf" <<'CONF'
agentAddress udp:161,udp6:161
sysDescr Example LaserStation 4100 firmware 2.07
sysName printer-ward-3
sysContact service@ward.example
rocommunity public
rocommunity6 public
CONF
start server env SNMP_PERSISTENT_DIR=/run/snmp snmpd -f -Lo -C -c /srv/snmpd.conf -p /run/snmpd.pid
await_port server 161
walk() { # ADDRESS
  quiet on analyser env MIBS= snmpbulkget -v2c -c public -Cn0 -Cr90 "$1" 1.3.6.1.2.1.1
}
capture lan encapsulation/ip4-fragments.pcap ip
walk 198.51.100.10
captured
capture lan encapsulation/ip6-fragments.pcap 'ip6 and not icmp6'
walk 'udp6:[2001:db8:5::10]'
captured
for kind in fragments-reversed fragments-overlapping fragment-lost; do
  python3 "$TOOLS/disturb.py" "$kind" "$CAPTURES/encapsulation/ip4-fragments.pcap" "$CAPTURES/encapsulation/ip4-$kind.pcap"
done
