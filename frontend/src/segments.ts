/** What a text becomes on its way out, and how many texts it is charged as: the same rules as `gateway/segments.py` and the sender. */

const SINGLE = 70;
const PART = 67;
const SIGNED = /^\s*【[^【】]+】.*$|^.*【[^【】]+】\s*$/s;
// The server leaves out control characters except newline and tab.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Nothing that a phone would show: the server refuses it. */
export function isBlank(message: string): boolean {
  return /^[\s\p{Cc}\p{Cf}]*$/u.test(message);
}

/** The text as it goes out; one that carries a signature gets no second one. */
export function signed(message: string, signature: string): string {
  return signature === "" || SIGNED.test(message) ? message : `【${signature}】${message}`;
}

/** Split a text into its signature and the rest: the signature is the same everywhere, so it is shown smaller. */
export function splitSignature(message: string, signature: string): [string, string] {
  const front = `【${signature}】`;
  return signature !== "" && message.startsWith(front) ? [front, message.slice(front.length)] : ["", message];
}

export interface Estimate {
  /** UTF-16 units, as networks count; an emoji has two. */
  characters: number;
  /** Characters that fit into the number of texts that it takes. */
  room: number;
  texts: number;
  /** Characters that the account's charset lacks. */
  lacking: number;
}

export function estimate(message: string, signature: string, charset: "utf-8" | "gb2312"): Estimate {
  const text = signed(message, signature).replace(CONTROLS, "");
  const characters = text.length;
  const texts = characters <= SINGLE ? 1 : Math.ceil(characters / PART);
  return { characters, room: texts === 1 ? SINGLE : texts * PART, texts, lacking: charset === "gb2312" ? lacking(text) : 0 };
}

let gbk: Set<string> | undefined;

/** Everything in GBK, by decoding all of its pairs: browsers can decode it, but not encode it. */
function gbkCharacters(): Set<string> {
  if (gbk) return gbk;
  const pairs: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) pairs.push(lead, trail);
  }
  gbk = new Set(new TextDecoder("gbk").decode(new Uint8Array(pairs)));
  gbk.delete("\ufffd");
  return gbk;
}

function lacking(text: string): number {
  return [...text].filter((character) => character > "\x7f" && !gbkCharacters().has(character)).length;
}
