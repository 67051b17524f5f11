#!/usr/bin/env bash
# DICOM upper layer: DCMTK's storescp, dcmqrscp, echoscu, storescu, findscu, movescu. Every patient is a canary.
source "$(dirname -- "$0")/lib.sh"
need dcmtk openssl

segment lan
host ct lan 44:4b:5d:0a:0b:0c 192.0.2.101/24     # GE Healthcare
host mr lan 88:4b:39:0a:0b:0d 192.0.2.102/24     # Siemens AG, Healthcare Sector
host us lan 7c:94:b2:0a:0b:0e 192.0.2.103/24     # Philips Healthcare PCCI
host reading lan 3c:2c:30:0a:0b:0f 192.0.2.104/24 # Dell Inc.
host pacs lan 00:15:5d:01:02:07 192.0.2.100/24   # Microsoft (Hyper-V)

source "$RECORD/image.sh"
image "$WORK/ct/srv/image.dcm" 1 'GE MEDICAL SYSTEMS'
image "$WORK/mr/srv/image.dcm" 2 'SIEMENS'
image "$WORK/us/srv/image.dcm" 3 'Philips Medical Systems'

mkdir -p "$WORK/pacs/srv"/{store,archive}
cat >"$WORK/pacs/srv/dcmqrscp.cfg" <<'CONF'
NetworkTCPPort = 104
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
reading = (READING1, 192.0.2.104, 11113)
ct = (CT_GE_01, 192.0.2.101, 11113)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ARCHIVE /srv/archive RW (50, 1024mb) reading, ct
AETable END
CONF
start pacs storescp -od /srv/store -aet PACS_MAIN 11112
start pacs dcmqrscp -c /srv/dcmqrscp.cfg
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=pacs.ward.example' \
  -keyout "$WORK/pacs/srv/key.pem" -out "$WORK/pacs/srv/cert.pem" 2>/dev/null
start pacs storescp -od /srv/store -aet PACS_TLS +tls /srv/key.pem /srv/cert.pem -ic 2762
for port in 11112 104 2762; do await_port pacs $port; done

capture lan dicom/echo-accepted.pcap
quiet on ct echoscu -aet CT_GE_01 -aec PACS_MAIN 192.0.2.100 11112
captured

capture lan dicom/store-accepted.pcap
quiet on ct storescu -aet CT_GE_01 -aec PACS_MAIN 192.0.2.100 11112 /srv/image.dcm
captured

# Two modalities at the same time, an unencrypted association each.
capture lan dicom/store-two-modalities.pcap
quiet on mr storescu -aet SIEMENS_MR_2 -aec PACS_MAIN 192.0.2.100 11112 /srv/image.dcm &
quiet on us storescu -aet PHILIPS_US3 -aec PACS_MAIN 192.0.2.100 11112 /srv/image.dcm
wait $!
captured

# dcmqrscp knows its callers (and says "called AE title not recognized" to those it does not know).
capture lan dicom/rejected-unknown-caller.pcap
quiet on us echoscu -aet STRANGER -aec ARCHIVE 192.0.2.100 104
captured
capture lan dicom/rejected-called-ae.pcap
quiet on ct echoscu -aet CT_GE_01 -aec NO_SUCH_AE 192.0.2.100 104
captured

capture lan dicom/aborted-by-caller.pcap
quiet on mr echoscu --abort -aet SIEMENS_MR_2 -aec PACS_MAIN 192.0.2.100 11112
captured

capture lan dicom/store-to-archive-port-104.pcap
quiet on ct storescu -aet CT_GE_01 -aec ARCHIVE 192.0.2.100 104 /srv/image.dcm
captured

capture lan dicom/find-study-root.pcap
quiet on reading findscu -S -aet READING1 -aec ARCHIVE 192.0.2.100 104 \
  -k QueryRetrieveLevel=STUDY -k "PatientName=$(secret patient-name)*" -k StudyInstanceUID -k PatientID
captured

capture lan dicom/move-study.pcap
quiet on reading movescu -S -aet READING1 -aec ARCHIVE --port 11113 -od /srv 192.0.2.100 104 \
  -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.276.0.7230010.3.1.2.999.1
captured

# Modality worklist asked of a server that does not offer it: no presentation context is accepted.
capture lan dicom/no-presentation-context-accepted.pcap
quiet on ct findscu -W -aet CT_GE_01 -aec PACS_MAIN 192.0.2.100 11112 -k ScheduledProcedureStepSequence
captured

# An association is all that is readable without TLS; with TLS nothing is.
capture lan dicom/echo-over-tls.pcap
quiet on ct echoscu -aet CT_GE_01 -aec PACS_TLS +tla -ic 192.0.2.100 2762
captured
