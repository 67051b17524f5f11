#!/usr/bin/env bash
# TFTP: tftpd-hpa, and tftp-hpa, curl and busybox as clients.
source "$(dirname -- "$0")/lib.sh"
need tftpd-hpa tftp-hpa curl busybox

segment lan
host analyser lan 00:06:6b:51:52:53 198.51.100.21/24 # Sysmex Corporation
host server lan 00:15:5d:01:02:03 198.51.100.10/24   # Microsoft (Hyper-V)
mkdir -p "$WORK/server/srv/tftp"
head -c 7000 /dev/zero | tr '\0' 'F' >"$WORK/server/srv/tftp/firmware-2.4.bin"
printf 'fictitious configuration\n' >"$WORK/server/srv/tftp/analyser.cfg"
head -c 1200 /dev/zero | tr '\0' 'L' >"$WORK/analyser/srv/events.log"
chmod -R a+rwX "$WORK/server/srv/tftp"
start server in.tftpd -L -4 -c -s -u nobody /srv/tftp
await_port server 69

tftp() { quiet on analyser tftp "$@"; sleep 0.2; }

capture lan tftp/get.pcap
tftp 198.51.100.10 -m octet -c get firmware-2.4.bin
captured

capture lan tftp/put.pcap
tftp 198.51.100.10 -m octet -c put events.log events-0001.log
captured

capture lan tftp/missing-file.pcap
tftp 198.51.100.10 -m octet -c get no-such-file.bin
captured

capture lan tftp/get-netascii.pcap
tftp 198.51.100.10 -m ascii -c get analyser.cfg
captured

# Options (RFC 2347-2349): blksize and tsize are asked for and acknowledged.
capture lan tftp/get-blksize-1024-tsize.pcap
quiet on analyser curl -s --tftp-blksize 1024 tftp://198.51.100.10/firmware-2.4.bin
captured

capture lan tftp/put-blksize-busybox.pcap
quiet on analyser busybox tftp -p -l /srv/events.log -r events-0002.log -b 600 198.51.100.10
captured

# Nobody listens: the request and an ICMP error.
capture lan tftp/no-server.pcap
quiet on server timeout 2 busybox tftp -g -r boot.cfg 198.51.100.21
captured
