/**
 * Every answer of the corpus that we do not give, with the reason. A fact is named by file, key and index in
 * the manifest, never by what it says: some captures hold log-ins of real people. One that agrees again
 * fails the test, so that the list stays true.
 */
export interface Disagreement {
  /**
   * `corpus`: its answer is wrong. `choice`: we differ on purpose. `later`: it takes a protocol that has no
   * analyzer yet. `gap`: we should know and do not; counts against the score.
   */
  readonly cause: "corpus" | "choice" | "later" | "gap";
  readonly reason: string;
  readonly facts: readonly string[];
}

export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    cause: "corpus",
    reason: "The event is about a file that a server sent; the user agent in it is the client's.",
    facts: ["zeek/Teredo.pcap#eve[0].checks[23].http.http_user_agent"],
  },
  {
    cause: "corpus",
    reason: "nDPI puts the client's SSH identification into its field for a server name.",
    facts: [
      "ndpi/custom_categories.pcapng#software[0]",
      "ndpi/custom_categories.pcapng#software[1]",
      "ndpi/ssh.pcap#software[0]",
      "ndpi/ssh.pcap#software[1]",
    ],
  },
  {
    cause: "corpus",
    reason:
      "HTTP over IPv6 in IPv4: the answer names the outer address, which is the tunnel's end. We name the inner one.",
    facts: ["malcolm/Tunnels.pcap#software[7]", "malcolm/Tunnels.pcap#software[8]"],
  },
  {
    cause: "corpus",
    reason: "The SNMP message is a quotation in an ICMP error: nobody sent it there.",
    facts: ["tcpdump/icmp-cksum-oobr-3.pcapng#snmp[0]"],
  },
  {
    cause: "choice",
    reason:
      "The object identifier is written as an OCTET STRING: tshark marks the message as malformed, and nothing is taken from it.",
    facts: ["arkime/snmpv3_synthetic.pcap#snmp[13]"],
  },
  {
    cause: "choice",
    reason:
      "The model stands in the shell's prompt after a Telnet login. What a shell prints is not taken, but for lines that name a system or a version.",
    facts: ["malcolm/Telnet.pcap#devices[0]"],
  },
  {
    cause: "later",
    reason: "802.11 frames: a wired mirror port gives none, and the file is refused by name.",
    facts: [
      "arkime/80211http.pcap#software[0]",
      "arkime/80211http.pcap#software[1]",
      "arkime/80211http.pcap#software[2]",
    ],
  },
  {
    cause: "later",
    reason: "HTTP inside SOCKS.",
    facts: [
      "arkime/socks5-http-302-frag.pcap#software[0]",
      "arkime/socks5-http-302-frag.pcap#software[1]",
      "arkime/socks5-http-302-frag.pcap#software[2]",
    ],
  },
  {
    cause: "later",
    reason: "HTTP inside AYIYA, a tunnel of old IPv6 brokers.",
    facts: [
      "malcolm/Tunnels.pcap#software[11]",
      "malcolm/Tunnels.pcap#software[12]",
      "malcolm/Tunnels.pcap#software[13]",
    ],
  },
  {
    cause: "later",
    reason: "DHCP inside 802.11 inside CAPWAP.",
    facts: [
      "ndpi/capwap.pcap#devices[0]",
      "ndpi/capwap.pcap#devices[0].hostname",
      "ndpi/capwap.pcap#devices[0].dhcp_fingerprint",
      "ndpi/capwap.pcap#devices[2]",
      "ndpi/capwap.pcap#devices[2].hostname",
      "ndpi/capwap.pcap#devices[2].dhcp_param_list",
    ],
  },
  {
    cause: "later",
    reason: "RTSP and SSDP only look like HTTP.",
    facts: ["ndpi/rtsp_setup_http.pcapng#software[0]", "ndpi/ssdp-m-search-ua.pcap#software[0]"],
  },
];
