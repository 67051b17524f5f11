/**
 * Moves a frame to other addresses, in place, so that each copy of a capture is other hosts talking: the
 * flows, devices and tables of the program that reads it grow with its size. Checksums are left wrong, as
 * most captures from a sending host have them; multicast and broadcast stay what they are.
 */

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];

/** `copy` 0 leaves the frame as it is; up to 255 copies differ from each other. */
export function shiftAddresses(
  bytes: Uint8Array,
  start: number,
  length: number,
  copy: number,
): void {
  if (copy === 0 || length < 14) return;
  shiftMac(bytes, start, copy);
  shiftMac(bytes, start + 6, copy);
  let at = start + 12;
  const end = start + length;
  while (at + 4 <= end && VLAN_TAGS.includes(u16(bytes, at))) at += 4;
  const etherType = u16(bytes, at);
  const network = at + 2;
  if (etherType === IPV4 && network + 20 <= end) {
    shiftIpv4(bytes, network + 12, copy);
    shiftIpv4(bytes, network + 16, copy);
  } else if (etherType === IPV6 && network + 40 <= end) {
    shiftIpv6(bytes, network + 8, copy);
    shiftIpv6(bytes, network + 24, copy);
  } else if (etherType === ARP && network + 28 <= end) {
    shiftMac(bytes, network + 8, copy);
    shiftIpv4(bytes, network + 14, copy);
    shiftIpv4(bytes, network + 24, copy);
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function shiftMac(bytes: Uint8Array, at: number, copy: number): void {
  if (((bytes[at] ?? 0) & 1) === 0) bytes[at + 4] = (bytes[at + 4] ?? 0) + copy;
}

/** The second octet: it is neither the class of the address nor the host in its subnet. */
function shiftIpv4(bytes: Uint8Array, at: number, copy: number): void {
  const first = bytes[at] ?? 0;
  if (first === 0 || first === 127 || first >= 224) return;
  bytes[at + 1] = (bytes[at + 1] ?? 0) + copy;
}

function shiftIpv6(bytes: Uint8Array, at: number, copy: number): void {
  if (bytes[at] !== 0xff) bytes[at + 9] = (bytes[at + 9] ?? 0) + copy;
}
