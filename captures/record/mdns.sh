#!/usr/bin/env bash
# mDNS and DNS-SD: two avahi daemons announce themselves and browse.
source "$(dirname -- "$0")/lib.sh"
need avahi-daemon dbus

segment lan
host printer lan 00:1b:a9:0a:0b:0c 192.0.2.70/24 # Brother Industries
host tablet lan 3c:2c:30:0a:0b:1c 192.0.2.51/24  # Dell Inc.
for name in printer tablet; do
  mkdir -p "$WORK/$name/srv/avahi/services"
  cat >"$WORK/$name/srv/avahi-daemon.conf" <<CONF
[server]
host-name=$name-ward-3
use-ipv4=yes
use-ipv6=no
enable-dbus=no
[publish]
publish-hinfo=yes
publish-workstation=yes
CONF
done
# avahi reads its services from /etc/avahi/services, so this host gets a directory of its own there.
mkdir -p "$WORK/printer/etc/avahi/services" "$WORK/tablet/etc/avahi/services"
cp /etc/avahi/hosts "$WORK/printer/etc/avahi/" 2>/dev/null || true
cat >"$WORK/printer/etc/avahi/services/printer.service" <<'XML'
<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>LaserStation 4100 in ward 3</name>
  <service>
    <type>_ipp._tcp</type><port>631</port>
    <txt-record>txtvers=1</txt-record>
    <txt-record>ty=Example LaserStation 4100</txt-record>
    <txt-record>product=(LaserStation 4100)</txt-record>
    <txt-record>usb_MFG=Example</txt-record>
    <txt-record>usb_MDL=LaserStation 4100</txt-record>
    <txt-record>note=Ward 3</txt-record>
    <txt-record>adminurl=http://printer-ward-3.local./</txt-record>
  </service>
  <service><type>_http._tcp</type><port>80</port></service>
</service-group>
XML

capture lan mdns/announce-probe-goodbye.pcap
start printer avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /srv/avahi-daemon.conf
sleep 6
kill $(ip netns pids "$TAG-printer")
captured 1

start printer avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /srv/avahi-daemon.conf
sleep 10
capture lan mdns/query-and-answer.pcap
on tablet python3 - <<'PY'
import socket, struct, time

def name(text):
    return b"".join(bytes((len(label),)) + label.encode() for label in text.split(".")) + b"\0"

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
client.bind(("192.0.2.51", 5353))
client.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
client.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.51"))
for text, kind in (("_services._dns-sd._udp.local", 12), ("_ipp._tcp.local", 12), ("printer-ward-3.local", 1)):
    client.sendto(struct.pack("!HHHHHH", 0, 0, 1, 0, 0, 0) + name(text) + struct.pack("!HH", kind, 1), ("224.0.0.251", 5353))
    time.sleep(0.7)
# A one-shot resolver asks from another port and gets a unicast answer (RFC 6762 §6.7).
legacy = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
legacy.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.51"))
legacy.sendto(struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0) + name("printer-ward-3.local") + struct.pack("!HH", 1, 1), ("224.0.0.251", 5353))
legacy.settimeout(2)
legacy.recv(1500)
PY
captured
