/** TCP (RFC 9293 §3.1). */
import { i32, u8, u16 } from "./bytes.ts";
import { has, type Layer, stop } from "./layer.ts";
import { Fault, type Packet } from "./packet.ts";

const HEADER = 20;

export function decodeTcp(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  const header = (u8(bytes, cursor + 12) >> 4) * 4;
  if (header < HEADER || cursor + header > packet.claimed) return stop(packet, Fault.Malformed);
  packet.transport = cursor;
  packet.sourcePort = u16(bytes, cursor);
  packet.destinationPort = u16(bytes, cursor + 2);
  packet.sequence = i32(bytes, cursor + 4);
  packet.acknowledgment = i32(bytes, cursor + 8);
  packet.tcpFlags = u8(bytes, cursor + 13);
  packet.tcpWindow = u16(bytes, cursor + 14);
  packet.cursor = cursor + header;
  return stop(packet, packet.cursor > packet.limit ? Fault.Cut : packet.fault);
}
