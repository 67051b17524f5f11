#!/usr/bin/env bash
# Ordinary traffic that must raise no alert: everything is either encrypted, current and authenticated, or harmless.
source "$(dirname -- "$0")/lib.sh"
need nginx-light apache2-bin openssl curl openssh-server openssh-client chrony dnsmasq-base isc-dhcp-server isc-dhcp-client \
  avahi-daemon snmpd snmp dcmtk mosquitto mosquitto-clients iputils-ping radvd

segment lan
host server lan 00:15:5d:40:00:10 192.168.40.10/24 192.168.40.1  # Microsoft (Hyper-V)
host infra lan 00:15:5d:40:00:02 192.168.40.2/24 192.168.40.1    # Microsoft (Hyper-V)
host router lan 00:1b:54:aa:00:01 192.168.40.1/24                # Cisco
host office lan 3c:2c:30:40:01:01 192.168.40.101/24 192.168.40.1 # Dell Inc.
host laptop lan 3c:2c:30:40:01:02                                # Dell Inc., by DHCP
host ct lan 44:4b:5d:40:00:21 192.168.40.21/24 192.168.40.1      # GE Healthcare
host tablet lan 3c:2c:30:40:01:03 192.168.40.103/24              # Dell Inc.

# A certificate authority of the ward, and a server certificate that it signed.
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Example ward CA' -keyout "$WORK/ca.key" -out "$WORK/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj '/CN=server.ward.example' -keyout "$WORK/server/srv/key.pem" -out "$WORK/server.csr" 2>/dev/null
printf 'subjectAltName=DNS:server.ward.example,IP:192.168.40.10\n' >"$WORK/extension"
openssl x509 -req -in "$WORK/server.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -CAcreateserial -days 390 \
  -extfile "$WORK/extension" -out "$WORK/server/srv/cert.pem" 2>/dev/null
chmod a+r "$WORK/server/srv/key.pem"
for name in office ct; do cp "$WORK/ca.pem" "$WORK/$name/srv/"; done

cat >"$WORK/server/srv/nginx.conf" <<'CONF'
daemon off; master_process off; pid /run/nginx.pid; error_log /var/log/nginx-error.log;
events {}
http {
  access_log off; server_tokens off;
  server { listen 80; return 301 https://server.ward.example$request_uri; }
  server { listen 443 ssl; ssl_protocols TLSv1.3; ssl_certificate /srv/cert.pem; ssl_certificate_key /srv/key.pem; location / { return 200 "fictitious\n"; } }
}
CONF
start server nginx -c /srv/nginx.conf
mkdir -p "$WORK/infra/srv/www" "$WORK/infra/run/apache2"
printf '<!doctype html><title>Canteen</title><p>Soup of the day</p>\n' >"$WORK/infra/srv/www/index.html"
cat >"$WORK/infra/srv/httpd.conf" <<'CONF'
ServerRoot /srv
ServerName canteen.ward.example
Listen 80
PidFile /run/apache2/pid
ErrorLog /var/log/error.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
TypesConfig /etc/mime.types
User nobody
Group nogroup
DocumentRoot /srv/www
DirectoryIndex index.html
CONF
start infra apache2 -D FOREGROUND -f /srv/httpd.conf

account server clerk "$(secret telnet-pump)"
mkdir -p "$WORK/office/srv/.ssh" "$WORK/server/home/clerk/.ssh"
ssh-keygen -q -t ed25519 -N '' -C fictitious -f "$WORK/office/srv/.ssh/id"
ssh-keygen -q -t ed25519 -N '' -f "$WORK/server/srv/host_key"
cp "$WORK/office/srv/.ssh/id.pub" "$WORK/server/home/clerk/.ssh/authorized_keys"
chown -R --reference="$WORK/server/home/clerk" "$WORK/server/home/clerk/.ssh"
start server /usr/sbin/sshd -D -e -f /dev/null -p 22 -h /srv/host_key -o UsePAM=no -o PidFile=none -o PasswordAuthentication=no

printf '192.168.40.10 server.ward.example\n192.168.40.2 canteen.ward.example\n' >"$WORK/infra/etc/hosts"
start infra dnsmasq -k -C /dev/null -u root -x /run/dnsmasq.pid --no-resolv --local=/ward.example/
printf 'local stratum 3\nallow\npidfile /run/chrony.pid\ncmdport 0\nbindcmdaddress /\n' >"$WORK/infra/srv/chrony.conf"
start infra chronyd -x -d -u root -f /srv/chrony.conf
printf 'authoritative;\ndefault-lease-time 12;\nmax-lease-time 12;\nsubnet 192.168.40.0 netmask 255.255.255.0 { option routers 192.168.40.1; option domain-name-servers 192.168.40.2; range 192.168.40.120 192.168.40.130; }\n' \
  >"$WORK/infra/srv/dhcpd.conf"
touch "$WORK/infra/srv/leases"
chmod -R a+rwX "$WORK/infra/srv"
start infra dhcpd -4 -f -d --no-pid -cf /srv/dhcpd.conf -lf /srv/leases eth0

printf 'agentAddress udp:161\nsysDescr Example router operating system 17.3\nsysName router\nsysContact it@ward.example\ncreateUser netmon SHA-256 %s AES %s\nrouser netmon priv\n' \
  "$(secret snmp3-auth)" "$(secret snmp3-priv)" >"$WORK/router/srv/snmpd.conf"
start router env SNMP_PERSISTENT_DIR=/run/snmp snmpd -f -Lo -C -c /srv/snmpd.conf -p /run/snmpd.pid
mkdir -p "$WORK/server/srv/store"
start server storescp -od /srv/store -aet PACS_TLS +tls /srv/key.pem /srv/cert.pem -ic 2762
printf 'gateway:%s\n' "$(secret mqtt-gateway)" >"$WORK/server/srv/users"
mosquitto_passwd -U "$WORK/server/srv/users" 2>/dev/null
chmod 644 "$WORK/server/srv/users"
printf 'user root\nlistener 8883\nallow_anonymous false\npassword_file /srv/users\ncertfile /srv/cert.pem\nkeyfile /srv/key.pem\ntls_version tlsv1.3\n' >"$WORK/server/srv/mosquitto.conf"
start server mosquitto -c /srv/mosquitto.conf
source "$RECORD/image.sh"
image "$WORK/ct/srv/image.dcm" 1 'GE MEDICAL SYSTEMS'
for at in 'server 443' 'server 22' 'server 2762' 'server 8883' 'infra 80' 'infra 53' 'infra 67' 'infra 123' 'router 161'; do await_port $at; done
sleep 0.5

capture lan benign/tls-web.pcap
quiet on office curl -s --cacert /srv/ca.pem --resolve server.ward.example:443:192.168.40.10 https://server.ward.example/ https://server.ward.example/second
captured

capture lan benign/http-redirect-then-tls.pcap
quiet on office curl -sL --cacert /srv/ca.pem --resolve server.ward.example:443:192.168.40.10 http://192.168.40.10/start
captured

capture lan benign/http-without-login.pcap
quiet on office curl -s http://192.168.40.2/ http://192.168.40.2/nothing-here
captured

capture lan benign/ssh.pcap
quiet on office ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i /srv/.ssh/id clerk@192.168.40.10 true
captured

capture lan benign/dns.pcap
quiet on office python3 "$TOOLS/ask.py" 192.168.40.2 A server.ward.example AAAA server.ward.example A nothing.ward.example
captured

printf 'server 192.168.40.2 iburst\npidfile /run/chrony.pid\ncmdport 0\nbindcmdaddress /\n' >"$WORK/office/srv/chrony.conf"
capture lan benign/ntp.pcap 'not port 67 and not port 68'
quiet on office timeout 9 chronyd -x -d -u root -f /srv/chrony.conf
captured

printf '#!/bin/sh\ncase "$reason" in BOUND|RENEW|REBIND|REBOOT) ip addr replace "$new_ip_address/24" dev eth0;; esac\n' >"$WORK/laptop/srv/script"
chmod +x "$WORK/laptop/srv/script"
printf 'send host-name "clerk-pc-2";\nrequest subnet-mask, routers, domain-name-servers;\n' >"$WORK/laptop/srv/dhclient.conf"
capture lan benign/dhcp-lease-and-renewals.pcap
start laptop dhclient -4 -d -cf /srv/dhclient.conf -sf /srv/script -lf /srv/leases -pf /run/dhclient.pid eth0
sleep 25
captured

for name in office server; do ip -n "$TAG-$name" neigh flush all; done
capture lan benign/arp-and-ping.pcap 'arp or icmp'
quiet on office ping -n -c 5 -i 0.5 192.168.40.10
captured

printf '[server]\nhost-name=tablet-3\nuse-ipv6=no\nenable-dbus=no\n' >"$WORK/tablet/srv/avahi-daemon.conf"
mkdir -p "$WORK/tablet/etc/avahi/services"
capture lan benign/mdns.pcap 'port 5353'
start tablet avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /srv/avahi-daemon.conf
sleep 5
captured

capture lan benign/snmpv3-authpriv.pcap 'port 161'
quiet on office env HOME=/srv SNMPCONFPATH=/srv MIBS= SNMP_PERSISTENT_DIR=/run/snmp snmpwalk -v3 -l authPriv -u netmon -a SHA-256 \
  -A "$(secret snmp3-auth)" -x AES -X "$(secret snmp3-priv)" 192.168.40.1 1.3.6.1.2.1.1
captured

capture lan benign/dicom-over-tls.pcap 'port 2762 or arp'
quiet on ct storescu -aet CT_GE_01 -aec PACS_TLS +tla +cf /srv/ca.pem 192.168.40.10 2762 /srv/image.dcm
captured

capture lan benign/mqtt-over-tls.pcap 'port 8883 or arp'
quiet on office timeout 5 mosquitto_pub -p 8883 --insecure --cafile /srv/ca.pem -h 192.168.40.10 -i clerk-display -u gateway -P "$(secret mqtt-gateway)" -t menu/today -m soup
captured

printf 'interface eth0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix 2001:db8:40::/64 { }; };\n' >"$WORK/router/srv/radvd.conf"
capture lan benign/ipv6-slaac-and-ping.pcap icmp6
ipv6 router
ip -n "$TAG-router" addr add 2001:db8:40::1/64 dev eth0 nodad
ip netns exec "$TAG-router" sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 2
start router radvd -n -m logfile -l /var/log/radvd -C /srv/radvd.conf -p /run/radvd.pid
ipv6 office
sleep 4
quiet on office ping -n -6 -c 2 -i 0.3 2001:db8:40::1
captured

# All of the office's quiet morning at once, tagged, as a trunk mirror shows it.
start=$(date -u -d '2026-11-21 08:00:00' +%s)
mergecap -F pcap -w "$WORK/all.pcap" "$CAPTURES"/benign/{tls-web,http-without-login,ssh,dns,ntp,dhcp-lease-and-renewals,arp-and-ping,mdns,snmpv3-authpriv,dicom-over-tls,mqtt-over-tls,ipv6-slaac-and-ping}.pcap
python3 "$TOOLS/compose.py" "$CAPTURES/benign/office-morning-tagged.pcap" "$start" "40=$WORK/all.pcap"
