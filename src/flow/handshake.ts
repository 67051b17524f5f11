/** What the first packets of a conversation tell: who began it, whether it is whole, whether it has ended. */
import { IpProtocol, type Packet, TcpFlag } from "../packet/packet.ts";
import { type Flow, FlowState, Side } from "./flow.ts";

/** Notes SYN, FIN and RST of a TCP packet from `side`. */
export function followHandshake(flow: Flow, side: Side, packet: Packet): void {
  const flags = packet.tcpFlags;
  if ((flags & TcpFlag.Syn) !== 0) {
    if (side === Side.Originator) {
      flow.state |= FlowState.Syn;
      flow.originatorInitial = packet.sequence;
    } else {
      flow.state |= FlowState.SynAck;
      flow.responderInitial = packet.sequence;
    }
  }
  if ((flags & TcpFlag.Fin) !== 0) {
    flow.state |= side === Side.Originator ? FlowState.OriginatorFin : FlowState.ResponderFin;
  }
  if ((flags & TcpFlag.Rst) !== 0) flow.state |= FlowState.Reset;
}

/** FIN from both ends, or RST. */
export function isClosed(flow: Flow): boolean {
  const fins = FlowState.OriginatorFin | FlowState.ResponderFin;
  return flow.has(FlowState.Reset) || (flow.state & fins) === fins;
}

/** TCP without a SYN, or a datagram that looks like an answer. A SYN-ACK comes from the responder. */
export function isMidstream(packet: Packet): boolean {
  if (packet.protocol === IpProtocol.Tcp) {
    return (packet.tcpFlags & (TcpFlag.Syn | TcpFlag.Ack)) !== TcpFlag.Syn;
  }
  return packet.protocol === IpProtocol.Udp && looksReversed(packet);
}

/** Well-known ports belong to responders. Only a first guess: content may turn the flow round. */
export function looksReversed(packet: Packet): boolean {
  if (packet.protocol === IpProtocol.Tcp && (packet.tcpFlags & TcpFlag.Syn) !== 0) return true;
  const { sourcePort, destinationPort } = packet;
  if (sourcePort < 1024 && destinationPort >= 1024) return true;
  if (packet.protocol === IpProtocol.Udp) return false;
  return sourcePort < destinationPort && destinationPort >= 32768 && sourcePort < 32768;
}

/** Whether the packet is for many. */
export function isGroup(packet: Packet): boolean {
  const first = packet.bytes[packet.destination] as number;
  if (packet.ipVersion === 6) return first === 0xff;
  if (first >= 224) return true;
  const mac = packet.destinationMac;
  return mac >= 0 && ((packet.bytes[mac] as number) & 1) === 1;
}
