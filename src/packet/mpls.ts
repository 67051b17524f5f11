/** MPLS label stack (RFC 3032). What lies under it is told by its first nibble (RFC 4928 §3). */
import { u8 } from "./bytes.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet, Tunnel } from "./packet.ts";

const ENTRY = 4;
const BOTTOM_OF_STACK = 1;
const LABEL_LIMIT = 16;
/** RFC 4385: pseudowire control word, then the Ethernet frame. */
const CONTROL_WORD = 4;

export function decodeMpls(packet: Packet): Layer {
  packet.tunnels |= Tunnel.Mpls;
  for (let label = 0; label < LABEL_LIMIT; label++) {
    if (!has(packet, ENTRY)) return stop(packet);
    const bottom = u8(packet.bytes, packet.cursor + 2) & BOTTOM_OF_STACK;
    packet.cursor += ENTRY;
    if (bottom !== 0) return decodeBottom(packet);
  }
  return stop(packet, Fault.TooDeep);
}

function decodeBottom(packet: Packet): Layer {
  if (!has(packet, 1)) return stop(packet);
  const nibble = u8(packet.bytes, packet.cursor) >> 4;
  if (nibble === 4) return Layer.Ipv4;
  if (nibble === 6) return Layer.Ipv6;
  if (nibble !== 0 || !has(packet, CONTROL_WORD)) return stop(packet, Fault.Unknown);
  packet.cursor += CONTROL_WORD;
  return Layer.Ethernet;
}
