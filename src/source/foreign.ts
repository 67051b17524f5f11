/** What a file is that is no capture, as far as its first bytes tell: for the sentence that refuses it. */

/** First bytes in hexadecimal, and how people call what begins like this. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ["504b0304", "a ZIP archive: unpack it first"],
  ["504b0506", "an empty ZIP archive"],
  ["fd377a58", "packed with xz: unpack it first"],
  ["425a68", "packed with bzip2: unpack it first"],
  ["28b52ffd", "packed with zstd: unpack it first"],
  ["04224d18", "packed with lz4: unpack it first"],
  ["377abcaf", "a 7z archive: unpack it first"],
  ["1f8b", "gzip data inside gzip data, or gzip of a kind that zlib does not read"],
  ["736e6f6f70", "a snoop capture: convert it with editcap"],
  ["474d4255", "a Network Monitor capture: convert it with editcap"],
  ["52545353", "a Network Monitor capture: convert it with editcap"],
  ["5452534e494646", "a Sniffer capture: convert it with editcap"],
  ["58435000", "a Sniffer capture: convert it with editcap"],
  ["6274736e6f6f70", "a Bluetooth capture"],
  ["7f454c46", "a program"],
  ["25504446", "a PDF document"],
  ["3c3f786d6c", "XML text"],
  ["efbbbf", "text"],
];

/** How much of the file `describeForeign` looks at. */
const LOOKED_AT = 64;

/** Completes "it is …". `bytes` from `start` to `end` are the file's first. */
export function describeForeign(bytes: Uint8Array, start: number, end: number): string {
  const head = bytes.subarray(start, Math.min(end, start + LOOKED_AT));
  const hex = Buffer.from(head.buffer, head.byteOffset, head.length).toString("hex");
  for (const [signature, name] of SIGNATURES) if (hex.startsWith(signature)) return name;
  return head.every(isText) ? "text" : "not in a capture format we know (pcap or pcapng)";
}

/** Printable ASCII, UTF-8 beyond it, or the white space that text has. */
function isText(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
