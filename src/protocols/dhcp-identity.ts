/**
 * What a DHCP client says of itself, from the options of its message. Normative: RFC 2132 §9, RFC 3004,
 * RFC 3925, RFC 4361, RFC 4578, RFC 4702.
 */
import type { Observer } from "../observation/observer.ts";
import { u16, u32 } from "../packet/bytes.ts";
import { Code, type DhcpOptions } from "./dhcp-options.ts";
import { TextBuilder } from "./text-builder.ts";

const COMMA = 0x2c;
const DOT = 0x2e;
/** RFC 4702 §2.1: the name is in DNS wire format. */
const FQDN_ENCODED = 0x04;

const parameters = new TextBuilder(512);
const order = new TextBuilder(512);
const requested = new TextBuilder(16);
const fqdn = new TextBuilder(256);

/** Adds every field about the client to the observation that was begun. */
export function describeClient(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  optionText(about, "vendor_class", bytes, options, Code.VendorClass);
  parameterList(about, bytes, options);
  optionOrder(about, options);
  hostName(about, bytes, options);
  userClass(about, bytes, options);
  clientIdentifier(about, bytes, options);
  vendorIdentifying(about, bytes, options);
  if (options.size(Code.Architecture) >= 2) {
    about.number("architecture", u16(bytes, options.at(Code.Architecture)));
  }
  const wanted = options.at(Code.RequestedAddress);
  if (options.size(Code.RequestedAddress) === 4) {
    requested.clear().ipv4(bytes, wanted);
    about.text("requested_address", requested.bytes, 0, requested.length);
  }
}

/** A text option as it is. */
export function optionText(
  about: Observer,
  field: string,
  bytes: Uint8Array,
  options: DhcpOptions,
  code: number,
): void {
  const at = options.at(code);
  about.text(field, bytes, at, at + options.size(code));
}

/** Printable ASCII as it is, anything else as hexadecimal digits in `builder`. */
export function readable(
  about: Observer,
  field: string,
  builder: TextBuilder,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (isPrintable(bytes, start, end)) {
    about.text(field, bytes, start, end);
    return;
  }
  builder.clear();
  for (let at = start; at < end; at++) builder.hex(bytes[at] as number, 2);
  about.text(field, builder.bytes, 0, builder.length);
}

function parameterList(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  const at = options.at(Code.ParameterList);
  const size = options.size(Code.ParameterList);
  parameters.clear();
  for (let index = 0; index < size; index++) {
    if (index > 0) parameters.byte(COMMA);
    parameters.decimal(bytes[at + index] as number);
  }
  about.text("parameter_list", parameters.bytes, 0, parameters.length);
}

function optionOrder(about: Observer, options: DhcpOptions): void {
  order.clear();
  for (let index = 0; index < options.count; index++) {
    if (index > 0) order.byte(COMMA);
    order.decimal(options.codeAt(index));
  }
  about.text("options", order.bytes, 0, order.length);
}

/** Option 12; without one the name of option 81, which also stands alone as `fqdn`. */
function hostName(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  optionText(about, "host.name", bytes, options, Code.HostName);
  const size = options.size(Code.ClientFqdn);
  if (size <= 3) return;
  const at = options.at(Code.ClientFqdn);
  fqdn.clear();
  if (((bytes[at] as number) & FQDN_ENCODED) === 0) fqdn.range(bytes, at + 3, at + size);
  else decodeLabels(bytes, at + 3, at + size);
  about.text("fqdn", fqdn.bytes, 0, fqdn.length);
  if (options.size(Code.HostName) === 0) about.text("host.name", fqdn.bytes, 0, fqdn.length);
}

/** Labels without compression into `fqdn`; what does not fit its length ends the name. */
function decodeLabels(bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  while (at < end) {
    const length = bytes[at] as number;
    if (length === 0 || length > 63 || at + 1 + length > end) return;
    if (fqdn.length > 0) fqdn.byte(DOT);
    fqdn.range(bytes, at + 1, at + 1 + length);
    at += 1 + length;
  }
}

/** RFC 3004 wants a length before each class; many clients send bare text. */
function userClass(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  const size = options.size(Code.UserClass);
  if (size === 0) return;
  let at = options.at(Code.UserClass);
  let end = at + size;
  const length = bytes[at] as number;
  if (size > 1 && length > 0 && length < size) {
    at += 1;
    end = at + length;
  }
  if (isPrintable(bytes, at, end)) about.text("user_class", bytes, at, end);
}

/** Type 0 is text of the client's choice (RFC 2132 §9.14), 1 its MAC address, 255 a DUID (RFC 4361). */
function clientIdentifier(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  const size = options.size(Code.ClientIdentifier);
  if (size < 2) return;
  const at = options.at(Code.ClientIdentifier);
  const type = bytes[at] as number;
  about.number("client_id_type", type);
  if (type === 0 && isPrintable(bytes, at + 1, at + size)) {
    about.text("client_id", bytes, at + 1, at + size);
  }
}

/** Enterprise number and the text of its first item. */
function vendorIdentifying(about: Observer, bytes: Uint8Array, options: DhcpOptions): void {
  const size = options.size(Code.VendorIdentifying);
  if (size < 5) return;
  const at = options.at(Code.VendorIdentifying);
  about.number("enterprise", u32(bytes, at));
  const end = Math.min(at + size, at + 5 + (bytes[at + 4] as number));
  if (isPrintable(bytes, at + 5, end)) about.text("vendor_text", bytes, at + 5, end);
}

/** Printable ASCII to the last byte, apart from zeros at the end; not empty. */
function isPrintable(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last--;
  for (let at = start; at < last; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return last > start;
}
