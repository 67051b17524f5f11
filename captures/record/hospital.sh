#!/usr/bin/env bash
# The hospital of the demo: a ward, imaging, a laboratory and an office behind one router, some three minutes.
# The network is built from hospital/answers.json. Real daemons wherever Debian has one; device protocols that
# no free daemon speaks come from tools/devices.py and are synthetic (hospital/README.md says which).
# One capture a VLAN, as a mirror of that VLAN; the port of the PACS is mirrored in addition, so its frames
# come twice. tools/compose.py tags and merges them into the one trunk capture.
source "$(dirname -- "$0")/lib.sh"
need jq inetutils-telnetd inetutils-telnet busybox vsftpd tnftp tftpd-hpa tftp-hpa snmpd snmp openssh-server openssh-client \
  dropbear-bin lighttpd nginx-light openssl curl isc-dhcp-server isc-dhcp-relay isc-dhcp-client dnsmasq-base \
  avahi-daemon dcmtk mosquitto mosquitto-clients iputils-ping
PLAN=$CAPTURES/hospital/answers.json
plan() { jq -r "$@" "$PLAN"; }

# --- the network ---
declare -A GATEWAY
for vlan in 10 20 30 40; do
  segment "v$vlan"
  GATEWAY[$vlan]=10.10.$vlan.1
done
while read -r name vlan ip mac dhcp; do
  [[ $name == router ]] && continue
  if [[ $dhcp == - ]]; then host "$name" "v$vlan" "$mac" "$ip/24" "${GATEWAY[$vlan]}"; else host "$name" "v$vlan" "$mac"; fi
done < <(plan '.devices[] | [.name, .vlan, .ip, .mac, (.dhcp // "-")] | @tsv')
router_mac=$(plan .router.mac)
host router v10 "$router_mac" 10.10.10.1/24
port router v20 "$router_mac" eth1 10.10.20.1/24
port router v30 "$router_mac" eth2 10.10.30.1/24
port router v40 "$router_mac" eth3 10.10.40.1/24
ip netns exec "$TAG-router" sysctl -qw net.ipv4.ip_forward=1
device() { local name=$1; shift; start "$name" python3 "$TOOLS/devices.py" "$@"; }

# --- services: office and servers ---
{
  printf 'authoritative;\ndefault-lease-time 3600;\noption domain-name "ward.example";\noption domain-name-servers 10.10.40.2;\n'
  for vlan in 10 20 30 40; do
    printf 'subnet 10.10.%s.0 netmask 255.255.255.0 { option routers 10.10.%s.1; }\n' $vlan $vlan
  done
  plan '.devices[] | select(.dhcp) | "host \(.name) { hardware ethernet \(.mac); fixed-address \(.ip); }"'
} >"$WORK/infra/srv/dhcpd.conf"
touch "$WORK/infra/srv/leases"
chmod -R a+rwX "$WORK/infra/srv"
start infra dhcpd -4 -f -d --no-pid -cf /srv/dhcpd.conf -lf /srv/leases eth0
start router dhcrelay -4 -d --no-pid -id eth0 -iu eth3 10.10.40.2
plan '.devices[] | "\(.ip) \(.name).ward.example \(.name)"' >"$WORK/infra/etc/hosts"
start infra dnsmasq -k -C /dev/null -u root -x /run/dnsmasq.pid --no-resolv --local=/ward.example/ --local-ttl=300
for port in 2575 6661; do start engine python3 "$TOOLS/mllp.py" serve $port; done

printf 'gateway:%s\n' "$(secret mqtt-gateway)" >"$WORK/broker/srv/users"
mosquitto_passwd -U "$WORK/broker/srv/users" 2>/dev/null
chmod 644 "$WORK/broker/srv/users"
printf 'user root\nlistener 1883\nallow_anonymous false\npassword_file /srv/users\n' >"$WORK/broker/srv/mosquitto.conf"
start broker mosquitto -c /srv/mosquitto.conf

agent() { # HOST DESCRIPTION CONFIGURATION
  printf 'agentAddress udp:161\nsysDescr %s\nsysName %s\nsysLocation Example hospital\nsysContact it@ward.example\n%s\n' \
    "$2" "$1" "$3" >"$WORK/$1/srv/snmpd.conf"
  start "$1" env SNMP_PERSISTENT_DIR=/run/snmp snmpd -f -Lo -C -c /srv/snmpd.conf -p /run/snmpd.pid
}
agent printer 'Example LaserStation 4100 firmware 2.07' 'rocommunity public'
agent switch 'Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE12 (fictitious)' 'rocommunity public'
agent router 'Example router operating system 16.9' "createUser netmon SHA $(secret snmp3-auth) AES $(secret snmp3-priv)
rouser netmon priv"

page() { printf '<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n' "$1" "$1"; }
mkdir -p "$WORK/printer/srv/www/admin" "$WORK/monitor-4/srv/www"
page 'LaserStation 4100 status' >"$WORK/printer/srv/www/index.html"
page 'LaserStation 4100 administration' >"$WORK/printer/srv/www/admin/index.html"
page 'BeneVision bedside monitor service page (fictitious)' >"$WORK/monitor-4/srv/www/index.html"
printf 'service:%s\n' "$(secret http-basic)" >"$WORK/printer/srv/users"
cat >"$WORK/printer/srv/lighttpd.conf" <<'CONF'
server.modules = ("mod_auth", "mod_authn_file")
server.document-root = "/srv/www"
server.port = 80
server.tag = "Apache/2.4.29 (Ubuntu)"
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
auth.backend = "plain"
auth.backend.plain.userfile = "/srv/users"
auth.require = ("/admin" => ("method" => "basic", "realm" => "LaserStation", "require" => "valid-user"))
CONF
start printer lighttpd -D -f /srv/lighttpd.conf
start monitor-4 busybox httpd -f -p 8080 -h /srv/www
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=intranet.ward.example' \
  -keyout "$WORK/intranet/srv/key.pem" -out "$WORK/intranet/srv/cert.pem" 2>/dev/null
cat >"$WORK/intranet/srv/nginx.conf" <<'CONF'
daemon off; master_process off; pid /run/nginx.pid; error_log /var/log/nginx-error.log;
events {}
http {
  access_log off; server_tokens off;
  server { listen 80; return 301 https://intranet.ward.example$request_uri; }
  server { listen 443 ssl; ssl_certificate /srv/cert.pem; ssl_certificate_key /srv/key.pem; location / { return 200 "fictitious\n"; } }
}
CONF
start intranet nginx -c /srv/nginx.conf
mkdir -p "$WORK/printer/etc/avahi/services"
printf '<service-group><name>LaserStation 4100</name><service><type>_ipp._tcp</type><port>631</port><txt-record>ty=Example LaserStation 4100</txt-record></service></service-group>\n' \
  >"$WORK/printer/etc/avahi/services/printer.service"
printf '[server]\nhost-name=printer\nuse-ipv6=no\nenable-dbus=no\n' >"$WORK/printer/srv/avahi-daemon.conf"

# --- services: imaging ---
mkdir -p "$WORK/pacs/srv"/{store,archive}
cat >"$WORK/pacs/srv/dcmqrscp.cfg" <<'CONF'
NetworkTCPPort = 104
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
reading = (READING1, 10.10.40.102, 11113)
ct = (CT_GE_01, 10.10.20.21, 11113)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ARCHIVE /srv/archive RW (50, 1024mb) reading, ct
AETable END
CONF
start pacs storescp -od /srv/store -aet PACS_MAIN 11112
start pacs dcmqrscp -c /srv/dcmqrscp.cfg
ssh-keygen -q -t ed25519 -N '' -f "$WORK/pacs/srv/host_key"
start pacs /usr/sbin/sshd -D -e -f /dev/null -p 22 -h /srv/host_key -o UsePAM=no -o PidFile=none
source "$RECORD/image.sh"
image "$WORK/ct/srv/image.dcm" 1 'GE MEDICAL SYSTEMS'
image "$WORK/mr/srv/image.dcm" 2 'SIEMENS'
image "$WORK/ultrasound/srv/image.dcm" 3 'Philips Medical Systems'

# --- services: laboratory ---
account lab-server lab "$(secret ftp-lab)"
mkdir -p "$WORK/lab-server/srv/tftp"
head -c 7000 /dev/zero | tr '\0' 'F' >"$WORK/lab-server/srv/tftp/firmware-2.4.bin"
printf 'H|\\^&|||XN-1000\nL|1|N\n' >"$WORK/analyser/srv/results-0001.txt"
chmod -R a+rX "$WORK/lab-server/srv"
ftpd() { # HOST OPTION…
  local name=$1 option
  shift
  {
    printf '%s\n' listen=YES listen_ipv6=NO background=NO anonymous_enable=NO local_enable=YES write_enable=YES \
      secure_chroot_dir=/run/vsftpd/empty pam_service_name=login seccomp_sandbox=NO delay_failed_login=0 \
      pasv_min_port=50000 pasv_max_port=50100 xferlog_enable=NO
    for option in "$@"; do printf '%s\n' "$option"; done
  } >"$WORK/$name/srv/vsftpd.conf"
  start "$name" vsftpd /srv/vsftpd.conf
}
ftpd lab-server
start lab-server in.tftpd -L -4 -s -u nobody /srv/tftp
device lab-server astm-serve 5000

# --- services: ward ---
start pump-1 python3 "$TOOLS/inetd.py" 23 python3 "$TOOLS/devices.py" terminal spectrum diag "$(secret telnet-pump)"
account pump-3 plum "$(secret ftp-lab)"
start pump-3 python3 "$TOOLS/inetd.py" 23 telnetd -h -E "/bin/busybox sh"
ftpd pump-3 'ftpd_banner=Plum A+ file service (fictitious) ready.'
device pump-4 braun-serve 4001
start serial-gateway python3 "$TOOLS/inetd.py" 9999 python3 "$TOOLS/devices.py" terminal lantronix setup "$(secret telnet-line)"
device serial-gateway medibus-serve 10001
dropbearkey -t ed25519 -f "$WORK/gateway/srv/host_key" >/dev/null 2>&1
start gateway dropbear -F -E -r /srv/host_key -p 22 -P /run/dropbear.pid
head -c 3000 /dev/zero | tr '\0' 'D' >"$WORK/biomed/srv/drug-library.bin"

for at in 'infra 67' 'infra 53' 'engine 6661' 'broker 1883' 'printer 80' 'printer 161' 'switch 161' 'router 161' 'intranet 443' \
  'pacs 11112' 'pacs 104' 'pacs 22' 'lab-server 21' 'lab-server 69' 'lab-server 5000' 'pump-1 23' 'pump-3 23' 'pump-3 21' \
  'pump-4 4001' 'serial-gateway 9999' 'serial-gateway 10001' 'gateway 22' 'monitor-4 8080'; do
  await_port $at
done
sleep 0.5

# --- the day ---
for vlan in 10 20 30 40; do capture_to "v$vlan" "$WORK/v$vlan.pcap" br0; done
capture_to v20 "$WORK/pacs-port.pcap" pacs-0
talk() { local name=$1; shift; quiet on "$name" python3 "$TOOLS/talk.py" "$@"; }
lease() { # HOST CLASS
  local name=$1 dhcp
  dhcp=$(plan --arg name "$1" '.devices[] | select(.name == $name).dhcp')
  printf '#!/bin/sh\ncase "$reason" in BOUND|RENEW|REBOOT) ip addr replace "$new_ip_address/24" dev eth0; ip route replace default via "$new_routers"; busybox arping -A -q -c 1 -I eth0 "$new_ip_address";; esac\n' >"$WORK/$name/srv/script"
  chmod +x "$WORK/$name/srv/script"
  printf 'send host-name "%s";\nsend vendor-class-identifier "%s";\nrequest subnet-mask, routers, domain-name-servers, domain-name;\n' "$dhcp" "$2" >"$WORK/$name/srv/dhclient.conf"
  quiet on "$name" timeout 15 dhclient -4 -1 -cf /srv/dhclient.conf -sf /srv/script -lf /srv/leases -pf /run/dhclient.pid eth0
}
lease pump-2 'spectrum-wbm'
lease monitor-4 'mindray'
lease bed 'hillrom'
lease office-1 'MSFT 5.0'
lease reading 'MSFT 5.0'
start printer avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /srv/avahi-daemon.conf
device monitor-1 intellivue 10.10.10.21 00:09:fb:10:00:21 BED-12 170
device monitor-2 intellivue 10.10.10.22 00:09:fb:10:00:22 BED-14 170
device monitor-3 carescape 10.10.10.255 10.10.10.23 ICU BED7 170
sleep 3
device central central 10.10.10.21 150

ask() { quiet on office-1 python3 "$TOOLS/ask.py" 10.10.40.2 "$@"; }
web() { local name=$1; shift; quiet on "$name" curl -sk --max-time 5 "$@"; }
mllp() { local name=$1; shift; quiet on "$name" python3 "$TOOLS/mllp.py" send 10.10.40.10 "$@"; }
snmp() { quiet on manager env HOME=/srv SNMPCONFPATH=/srv MIBS= SNMP_PERSISTENT_DIR=/run/snmp "$@"; }
mqtt() { quiet on gateway timeout 5 mosquitto_pub -h 10.10.40.18 -i bed-gateway-7 -u gateway -P "$(secret mqtt-gateway)" -t "$1" -m ok; }
ftp() { local name=$1; printf '%s\n' "$4" | quiet on "$name" tnftp "$2" -n -v "$3"; }
SYSTEM=1.3.6.1.2.1.1

# office: names, intranet, the printer's page (first with a wrong password)
ask A intranet.ward.example
web office-1 -L --resolve intranet.ward.example:443:10.10.40.80 http://10.10.40.80/
ask A printer.ward.example
web office-1 http://10.10.40.70/
web office-1 -u "service:$(secret http-basic-wrong)" http://10.10.40.70/admin/
web office-1 -u "service:$(secret http-basic)" http://10.10.40.70/admin/
snmp snmpwalk -v2c -c public 10.10.40.70 $SYSTEM
snmp snmpget -v2c -c public 10.10.40.3 $SYSTEM.1.0 $SYSTEM.2.0 $SYSTEM.5.0
snmp snmpget -v3 -l authPriv -u netmon -a SHA -A "$(secret snmp3-auth)" -x AES -X "$(secret snmp3-priv)" 10.10.40.1 $SYSTEM.1.0
quiet on manager ping -n -c 2 -i 0.5 10.10.20.10
sleep 8

# ward: feeds, the service laptop's round
mqtt ward3/bed12/status
mllp central 2575 oru-monitor
quiet on central python3 "$TOOLS/devices.py" braun-poll 10.10.10.14 4001
quiet on central python3 "$TOOLS/devices.py" medibus-poll 10.10.10.30 10001
mllp pump-server 6661 oru-pump
sleep 8
talk biomed "expect login:~
send diag
expect password:~
send $(secret telnet-wrong)
expect incorrect
expect login:~
send diag
expect password:~
send $(secret telnet-pump)
expect >~
send show version
expect >~
send exit
wait 0.5" telnet 10.10.10.11
talk biomed "expect #~
send cat /proc/uptime
wait 0.5
send exit
wait 0.5" telnet 10.10.10.13
ftp biomed -p 10.10.10.13 "user plum $(secret ftp-lab)
epsv4
binary
lcd /srv
put drug-library.bin
quit"
talk biomed "expect Password
wait 0.5
close" telnet 10.10.10.30 9999
web biomed http://10.10.10.24:8080/
quiet on biomed ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@10.10.10.40 true
sleep 8

# imaging
for caller in 'ct CT_GE_01 1.2.840.113619.6.55 1_2_5 1.2.840.113619.4.26' \
  'mr SIEMENS_MR_2 1.3.12.2.1107.5.2 MR_VE11C 1.3.12.2.1107.5.9.1'; do
  read -r name title uid version private <<<"$caller"
  quiet on "$name" python3 "$TOOLS/associate.py" 10.10.20.10 11112 "$title" PACS_MAIN "$uid" "$version" "$private"
done
quiet on ct storescu -aet CT_GE_01 -aec ARCHIVE 10.10.20.10 104 /srv/image.dcm
quiet on mr storescu -aet SIEMENS_MR_2 -aec PACS_MAIN 10.10.20.10 11112 /srv/image.dcm
quiet on ultrasound echoscu -aet PHILIPS_US3 -aec ARCHIVE 10.10.20.10 104
quiet on ultrasound storescu -aet PHILIPS_US3 -aec PACS_MAIN 10.10.20.10 11112 /srv/image.dcm
sleep 4
quiet on reading findscu -S -aet READING1 -aec ARCHIVE 10.10.20.10 104 -k QueryRetrieveLevel=STUDY -k "PatientName=$(secret patient-name)*" -k StudyInstanceUID
quiet on reading movescu -S -aet READING1 -aec ARCHIVE --port 11113 -od /srv 10.10.20.10 104 -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.276.0.7230010.3.1.2.999.1
quiet on manager ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null pacsadmin@10.10.20.10 true
mqtt ward3/bed12/status
sleep 8

# laboratory
ftp analyser -p 10.10.30.10 "user lab $(secret ftp-wrong)
user lab $(secret ftp-lab)
epsv4
binary
lcd /srv
put results-0001.txt
quit"
quiet on analyser tftp 10.10.30.10 -m octet -c get firmware-2.4.bin
mllp analyser 2575 oru-lab
quiet on blood-gas python3 "$TOOLS/devices.py" astm-send 10.10.30.10 5000
mllp central 2575 oru-monitor
sleep 10

# a stranger on the ward
quiet on scanner python3 "$TOOLS/probe.py" 10.10.10.200 10.10.10.{11,12,13,14,21,22,23,24} -- 21 22 23 80 104 135 443 445 2575 3389 4001 8080
sleep 15

# the afternoon: the same feeds again
ask A engine.ward.example
mqtt ward3/bed12/status
mllp central 2575 oru-monitor
mllp pump-server 6661 oru-pump
snmp snmpget -v2c -c public 10.10.40.70 $SYSTEM.3.0
snmp snmpget -v2c -c public 10.10.40.3 $SYSTEM.3.0
web office-1 https://10.10.40.80/
quiet on ct echoscu -aet CT_GE_01 -aec PACS_MAIN 10.10.20.10 11112
sleep 60
mqtt ward3/bed12/status
mllp central 2575 oru-monitor
sleep 15
captured 1
START=$(date -u -d '2026-11-21 08:00:00' +%s)
python3 "$TOOLS/compose.py" "$CAPTURES/hospital/ward-and-office.pcap" "$START" \
  "10=$WORK/v10.pcap" "20=$WORK/v20.pcap" "20=$WORK/pacs-port.pcap" "30=$WORK/v30.pcap" "40=$WORK/v40.pcap"

# What only the recording knows: every frame of the PACS' port is a second copy of a frame of VLAN 20.
count() { capinfos -rTmc "$1" | tail -n 1 | cut -d, -f2; }
jq -n --argjson frames "$(count "$CAPTURES/hospital/ward-and-office.pcap")" --argjson duplicates "$(count "$WORK/pacs-port.pcap")" \
  '{ capture: "ward-and-office.pcap", frames: $frames, duplicatesByPortMirror: $duplicates }' >"$CAPTURES/hospital/recording.json"
cat "$CAPTURES/hospital/recording.json"
