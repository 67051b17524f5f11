#!/usr/bin/env bash
# DHCP: ISC dhcpd and dhcrelay; ISC dhclient and busybox udhcpc as clients.
source "$(dirname -- "$0")/lib.sh"
need isc-dhcp-server isc-dhcp-client isc-dhcp-relay udhcpc iproute2

segment lan
segment far
host server lan 00:15:5d:01:02:08 192.168.40.2/24     # Microsoft (Hyper-V)
host workstation lan 3c:2c:30:0a:0b:0c                # Dell Inc.
host camera lan 00:40:8c:0a:0b:0c                     # Axis Communications
host pump far 00:03:b1:10:20:50                       # ICU Medical, Inc.
host router lan 00:00:0c:07:ac:01 192.168.40.1/24     # Cisco
port router far 00:00:0c:07:ac:02 eth1 192.168.30.1/24
ip netns exec "$TAG-router" sysctl -qw net.ipv4.ip_forward=1
ip -n "$TAG-server" route add default via 192.168.40.1

cat >"$WORK/server/srv/dhcpd.conf" <<'CONF'
authoritative;
default-lease-time 20;
max-lease-time 40;
option domain-name "ward.example";
option domain-name-servers 192.168.40.53;
subnet 192.168.40.0 netmask 255.255.255.0 {
  option routers 192.168.40.1;
  range 192.168.40.100 192.168.40.110;
}
subnet 192.168.30.0 netmask 255.255.255.0 {
  option routers 192.168.30.1;
  option tftp-server-name "192.168.40.2";
  filename "pump-firmware.bin";
  range 192.168.30.100 192.168.30.110;
}
CONF
touch "$WORK/server/srv/leases"
chmod -R a+rwX "$WORK/server/srv"
start server dhcpd -4 -f -d --no-pid -cf /srv/dhcpd.conf -lf /srv/leases eth0
start router dhcrelay -4 -d --no-pid -id eth1 -iu eth0 192.168.40.2
await_port server 67
sleep 0.5

# A client script that only sets the address, on this host's interface alone.
cat >"$WORK/script" <<'SCRIPT'
#!/bin/sh
case "${reason:-$1}" in
  BOUND | RENEW | REBIND | REBOOT | bound | renew)
    ip addr replace "${new_ip_address:-$ip}/24" dev eth0 ;;
  EXPIRE | RELEASE | STOP | deconfig) ip addr flush dev eth0 ;;
esac
SCRIPT
for name in workstation camera pump; do install -m 755 "$WORK/script" "$WORK/$name/srv/script"; done
cat >"$WORK/workstation/srv/dhclient.conf" <<'CONF'
send host-name "office-pc-17";
send vendor-class-identifier "MSFT 5.0";
request subnet-mask, routers, domain-name-servers, domain-name, interface-mtu;
timeout 10;
CONF
printf 'send host-name "pump-0042";\nsend vendor-class-identifier "example-pump";\nrequest subnet-mask, routers;\n' \
  >"$WORK/pump/srv/dhclient.conf"
dhclient() { # HOST OPTION…
  local name=$1
  shift
  quiet on "$name" timeout 15 dhclient -4 -1 -cf /srv/dhclient.conf -sf /srv/script -lf /srv/leases \
    -pf /run/dhclient.pid "$@" eth0
}

# Discover to acknowledgement, a renewal to the server alone (lease of 20 s), and the release.
capture lan dhcp/dhclient-lease-renewal-release.pcap 'not port 67 or not src 192.168.40.1'
start workstation dhclient -4 -d -cf /srv/dhclient.conf -sf /srv/script -lf /srv/leases -pf /run/dhclient.pid eth0
sleep 22
dhclient workstation -r
captured

capture lan dhcp/udhcpc-lease.pcap
quiet on camera busybox udhcpc -f -q -n -i eth0 -s /srv/script -x hostname:axis-cam-3 -V 'udhcp 1.35.0'
captured

# A client that remembers its address asks for it at once (INIT-REBOOT); the server knows better (NAK).
ip -n "$TAG-camera" addr flush dev eth0
capture lan dhcp/request-refused.pcap
on camera python3 - <<'PY'
import os, socket, struct

mac = bytes.fromhex("00408c0a0b0c")
options = b"\x63\x82\x53\x63" + b"\x35\x01\x03" + b"\x32\x04" + socket.inet_aton("10.99.99.99") + b"\x0c\x0aaxis-cam-3" + b"\xff"
packet = struct.pack("!BBBBIHH", 1, 1, 6, 0, 0x0A0B0C0D, 0, 0x8000) + bytes(16) + mac + bytes(10 + 192) + options
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
client.setsockopt(socket.SOL_SOCKET, 25, b"eth0\0")  # SO_BINDTODEVICE
client.bind(("", 68))
client.sendto(packet, ("255.255.255.255", 67))
client.settimeout(3)
client.recv(1500)
PY
captured

# Through a relay: on the server's side the router speaks for the client (giaddr).
capture far dhcp/relayed-client-side.pcap
capture lan dhcp/relayed-server-side.pcap
dhclient pump
captured

# Nobody answers.
ip -n "$TAG-camera" addr flush dev eth0
kill $(ip netns pids "$TAG-server")
capture lan dhcp/discover-unanswered.pcap
quiet on camera busybox udhcpc -f -q -n -t 2 -T 1 -i eth0 -s /srv/script -x hostname:axis-cam-3
captured
