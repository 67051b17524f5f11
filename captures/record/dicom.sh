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

# image FILE MODALITY MANUFACTURER: 16 by 16 pixels of nothing, made with dump2dcm
image() {
  cat >"$WORK/image.dump" <<DUMP
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [1.2.276.0.7230010.3.1.4.999.$2]
(0008,0020) DA [20261121]
(0008,0050) SH [$(secret accession)]
(0008,0060) CS [OT]
(0008,0064) CS [WSD]
(0008,0070) LO [$3]
(0008,0090) PN [$(secret doctor-name)^]
(0008,1030) LO [$(secret study-description)]
(0010,0010) PN [$(secret patient-name)^$(secret patient-given)]
(0010,0020) LO [$(secret patient-id)]
(0010,0030) DA [$(secret patient-birth)]
(0010,0040) CS [F]
(0020,000d) UI [1.2.276.0.7230010.3.1.2.999.1]
(0020,000e) UI [1.2.276.0.7230010.3.1.3.999.$2]
(0020,0010) SH [1]
(0020,0011) IS [1]
(0020,0013) IS [1]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 16
(0028,0011) US 16
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OW $(printf '0000%.0s\\' {1..127})0000
DUMP
  dump2dcm -q "$WORK/image.dump" "$1"
}
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
