/**
 * What this project uses from Debian, and what for. Nothing here is needed to replay a capture: a test whose
 * program is missing is skipped and says so.
 *
 * `program` is what is looked for; on another system it may come from anywhere.
 */
export const PACKAGES = [
  // `system`: what `npm test` uses.
  {
    group: "system",
    program: "tshark",
    package: "tshark",
    reason:
      "second opinion on frames, fields and streams (test/source, test/packet, test/protocols)",
  },
  {
    group: "system",
    program: "capinfos",
    package: "wireshark-common",
    reason: "second opinion on packet counts and file types (test/source)",
  },
  {
    group: "system",
    program: "tcpdump",
    package: "tcpdump",
    reason: "writes the captures that are read through a pipe (test/source)",
  },
  {
    group: "system",
    program: "mosquitto",
    package: "mosquitto",
    reason: "a real broker for the MQTT path (test/sink, test/collector)",
  },
  {
    group: "system",
    program: "influxd",
    package: "influxdb",
    reason: "a real time-series database (test/collector)",
  },
  {
    group: "system",
    program: "ip",
    package: "iproute2",
    reason: "network namespaces for tests on a wire of their own (test/system)",
  },
  // `record`: the daemons of captures/record.
  { group: "record", program: "tcpdump", package: "tcpdump", reason: "records" },
  { group: "record", program: "ip", package: "iproute2", reason: "namespaces and veth pairs" },
  { group: "record", program: "storescp", package: "dcmtk", reason: "DICOM, both ends" },
  { group: "record", program: "vsftpd", package: "vsftpd", reason: "FTP server" },
  { group: "record", program: "telnetd", package: "inetutils-telnetd", reason: "Telnet server" },
  { group: "record", program: "in.tftpd", package: "tftpd-hpa", reason: "TFTP server" },
  { group: "record", program: "snmpd", package: "snmpd", reason: "SNMP agent" },
  { group: "record", program: "snmpget", package: "snmp", reason: "SNMP manager" },
  { group: "record", program: "sshd", package: "openssh-server", reason: "SSH server" },
  { group: "record", program: "dhcpd", package: "isc-dhcp-server", reason: "DHCP server" },
  { group: "record", program: "dhclient", package: "isc-dhcp-client", reason: "DHCP client" },
  { group: "record", program: "dnsmasq", package: "dnsmasq-base", reason: "DNS server" },
  { group: "record", program: "lighttpd", package: "lighttpd", reason: "HTTP server" },
  { group: "record", program: "curl", package: "curl", reason: "HTTP, FTP and TFTP client" },
  { group: "record", program: "avahi-daemon", package: "avahi-daemon", reason: "mDNS" },
  { group: "record", program: "mosquitto", package: "mosquitto", reason: "MQTT broker" },
  // `bench`: the peers of bench/replay.ts.
  { group: "bench", program: "tcpdump", package: "tcpdump", reason: "the limit: read and copy" },
  { group: "bench", program: "ndpiReader", package: "libndpi-bin", reason: "names protocols" },
  { group: "bench", program: "prads", package: "prads", reason: "lists assets" },
  { group: "bench", program: "p0f", package: "p0f", reason: "names operating systems" },
  { group: "bench", program: "time", package: "time", reason: "peak memory of a program" },
  { group: "bench", program: "tshark", package: "tshark", reason: "decodes everything" },
];
