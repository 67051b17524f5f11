#!/usr/bin/env bash
# HL7 v2 over MLLP: our own sender and receiver (tools/mllp.py) on real sockets. Every patient is a canary.
source "$(dirname -- "$0")/lib.sh"
need

segment lan
host central lan 00:09:5c:10:20:30 192.0.2.90/24 # Philips Medical Systems
host pumps lan 00:03:b1:10:20:40 192.0.2.91/24   # ICU Medical, Inc.
host analyser lan 00:06:6b:51:52:53 192.0.2.92/24 # Sysmex Corporation
host adt lan 00:15:5d:01:02:05 192.0.2.93/24     # Microsoft (Hyper-V)
host engine lan 00:15:5d:01:02:06 192.0.2.10/24  # Microsoft (Hyper-V)
start engine python3 "$TOOLS/mllp.py" serve 2575
start engine python3 "$TOOLS/mllp.py" serve 6661
start engine python3 "$TOOLS/mllp.py" serve 6662 AE
start engine python3 "$TOOLS/mllp.py" serve 6663 AR
start engine python3 "$TOOLS/mllp.py" serve 6664 NONE
for port in 2575 6661 6662 6663 6664; do await_port engine $port; done

send() { # HOST PORT ARGUMENT…
  local from=$1 port=$2
  shift 2
  on "$from" python3 "$TOOLS/mllp.py" send 192.0.2.10 "$port" "$@"
}

capture lan hl7/adt-a01-acknowledged.pcap
send adt 2575 adt-a01
captured

capture lan hl7/adt-two-messages-one-connection.pcap
send adt 2575 adt-a01 adt-a08
captured

capture lan hl7/oru-monitor-obx-18.pcap
send central 2575 oru-monitor
captured

capture lan hl7/oru-pump-prt-port-6661.pcap
send pumps 6661 oru-pump
captured

capture lan hl7/oru-lab.pcap
send analyser 6661 oru-lab
captured

capture lan hl7/other-delimiters.pcap
send pumps 6661 oru-other-delimiters
captured

# The engine refuses: application error, application reject.
capture lan hl7/application-error.pcap
send analyser 6662 oru-lab
captured
capture lan hl7/application-reject.pcap
send analyser 6663 oru-lab
captured

# One message in many segments, and several messages in one write.
capture lan hl7/message-in-40-byte-segments.pcap
send pumps 6661 --slice 40 oru-pump
captured
capture lan hl7/three-messages-in-one-write.pcap
send adt 2575 --together adt-a01 orm-o01 adt-a08
captured

capture lan hl7/not-acknowledged.pcap
send adt 6664 --no-wait adt-a01
captured
