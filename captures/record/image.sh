# Sourced by the scripts that record DICOM: a synthetic image of 16 by 16 black pixels, made with dump2dcm.
# image FILE NUMBER MANUFACTURER
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
