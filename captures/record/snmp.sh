#!/usr/bin/env bash
# SNMP: net-snmp's snmpd and its command-line clients.
source "$(dirname -- "$0")/lib.sh"
need snmpd snmp

segment lan
host printer lan 00:1b:a9:0a:0b:0c 192.0.2.70/24  # Brother Industries
host manager lan 00:15:5d:01:02:03 192.0.2.10/24  # Microsoft (Hyper-V)
cat >"$WORK/printer/srv/snmpd.conf" <<CONF
agentAddress udp:161
sysDescr Example LaserStation 4100 firmware 2.07
sysObjectID 1.3.6.1.4.1.8072.3.2.10
sysName printer-ward-3
sysLocation Ward 3, room 12
sysContact service@ward.example
sysServices 72
rocommunity public
rwcommunity $(secret snmp-community)
createUser plainuser
createUser authuser SHA $(secret snmp3-auth)
createUser privuser SHA $(secret snmp3-auth) AES $(secret snmp3-priv)
rouser plainuser noauth
rouser authuser auth
rwuser privuser priv
CONF
start printer env SNMP_PERSISTENT_DIR=/run/snmp snmpd -f -Lo -C -c /srv/snmpd.conf -p /run/snmpd.pid
await_port printer 161
sleep 0.5

client() { quiet on manager env HOME=/srv SNMPCONFPATH=/srv MIBS= SNMP_PERSISTENT_DIR=/run/snmp "$@"; }
SYSTEM=1.3.6.1.2.1.1
DESCRIPTION=$SYSTEM.1.0

capture lan snmp/v1-public-get.pcap
client snmpget -v1 -c public 192.0.2.70 $DESCRIPTION $SYSTEM.2.0 $SYSTEM.5.0
captured

capture lan snmp/v2c-public-walk-system.pcap
client snmpwalk -v2c -c public 192.0.2.70 $SYSTEM
captured

capture lan snmp/v2c-other-community-bulk.pcap
client snmpbulkwalk -v2c -c "$(secret snmp-community)" 192.0.2.70 $SYSTEM
captured

capture lan snmp/v2c-set.pcap
client snmpset -v2c -c "$(secret snmp-community)" 192.0.2.70 1.3.6.1.2.1.2.2.1.7.1 i 1
captured

# A community that the agent does not know is not answered.
capture lan snmp/v2c-private-unanswered.pcap
client snmpget -v2c -c private -t 0.3 -r 1 192.0.2.70 $DESCRIPTION
captured

capture lan snmp/v3-noauth.pcap
client snmpget -v3 -l noAuthNoPriv -u plainuser 192.0.2.70 $DESCRIPTION
captured

capture lan snmp/v3-auth.pcap
client snmpget -v3 -l authNoPriv -u authuser -a SHA -A "$(secret snmp3-auth)" 192.0.2.70 $DESCRIPTION
captured

capture lan snmp/v3-authpriv.pcap
client snmpget -v3 -l authPriv -u privuser -a SHA -A "$(secret snmp3-auth)" -x AES -X "$(secret snmp3-priv)" \
  192.0.2.70 $DESCRIPTION
captured

capture lan snmp/v3-unknown-user.pcap
client snmpget -v3 -l noAuthNoPriv -u stranger 192.0.2.70 $DESCRIPTION
captured

capture lan snmp/traps-v1-v2c.pcap
quiet on printer env MIBS= snmptrap -v1 -c public 192.0.2.10 1.3.6.1.4.1.8072.3.2.10 192.0.2.70 6 17 42
quiet on printer env MIBS= snmptrap -v2c -c public 192.0.2.10 42 1.3.6.1.6.3.1.1.5.1
captured
