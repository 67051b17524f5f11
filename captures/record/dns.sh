#!/usr/bin/env bash
# DNS: dnsmasq and BIND, asked by a small resolver of our own (the machine's dig is not needed) and by busybox nslookup.
source "$(dirname -- "$0")/lib.sh"
need dnsmasq-base bind9 busybox

segment lan
host resolver lan 00:15:5d:01:02:09 192.0.2.53/24  # Microsoft (Hyper-V)
host bind lan 00:15:5d:01:02:0a 192.0.2.54/24      # Microsoft (Hyper-V)
host laptop lan 3c:2c:30:0a:0b:0c 192.0.2.50/24    # Dell Inc.
printf '192.0.2.100 pacs.ward.example pacs\n192.0.2.10 engine.ward.example engine\n' >"$WORK/resolver/etc/hosts"
start resolver dnsmasq -k -C /dev/null -u root -x /run/dnsmasq.pid --no-resolv --domain=ward.example --expand-hosts \
  --cname=images.ward.example,pacs.ward.example --txt-record=long.ward.example,"$(printf 'x%.0s' {1..250})"
mkdir -p "$WORK/bind/srv/named" "$WORK/bind/run/named"
cat >"$WORK/bind/srv/named.conf" <<'CONF'
options { directory "/srv/named"; listen-on { any; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
  pid-file none; session-keyfile none; managed-keys-directory "/srv/named"; };
zone "ward.example" { type primary; file "zone"; };
CONF
{
  printf '$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.54\npacs A 192.0.2.100\n'
  printf 'pacs AAAA 2001:db8::100\nimages CNAME pacs\n_dicom._tcp SRV 0 0 11112 pacs\n'
  for i in {1..40}; do printf 'many TXT "record %02d of an answer that does not fit into one datagram"\n' "$i"; done
} >"$WORK/bind/srv/named/zone"
start bind named -g -c /srv/named.conf -u root
await_port resolver 53
await_port bind 53
sleep 0.5

ask() { quiet on laptop python3 "$TOOLS/ask.py" "$@"; sleep 0.1; }

capture lan dns/a-aaaa-cname-ptr.pcap
ask 192.0.2.54 A pacs.ward.example
ask 192.0.2.54 AAAA pacs.ward.example
ask 192.0.2.54 A images.ward.example
ask 192.0.2.54 SRV _dicom._tcp.ward.example
ask 192.0.2.53 PTR 100.2.0.192.in-addr.arpa
captured

capture lan dns/version-bind-chaos.pcap
ask 192.0.2.53 TXT version.bind CH
ask 192.0.2.54 TXT version.bind CH
captured

capture lan dns/nxdomain-and-refused.pcap
ask 192.0.2.54 A nothing.ward.example
ask 192.0.2.54 A www.other.example
captured

capture lan dns/truncated-then-tcp.pcap
ask 192.0.2.54 TXT many.ward.example
captured

# Three questions on one TCP connection, written in one go (RFC 7766 §6.2.1.1).
capture lan dns/tcp-pipelined.pcap
ask --tcp 192.0.2.54 A pacs.ward.example AAAA pacs.ward.example SRV _dicom._tcp.ward.example
captured

capture lan dns/busybox-nslookup.pcap
quiet on laptop busybox nslookup pacs.ward.example 192.0.2.53
captured

# Nobody has the first address; on the second nobody listens (ICMP port unreachable).
capture lan dns/unanswered.pcap
ask 192.0.2.99 A pacs.ward.example
quiet on resolver python3 "$TOOLS/ask.py" 192.0.2.50 A pacs.ward.example
captured
