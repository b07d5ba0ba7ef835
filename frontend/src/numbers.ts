/** Phone numbers, as they are typed and shown. The server decides what is one: this only spares a round trip. */

/** A mainland number in groups, as people read it; any other as it is. */
export function displayNumber(mobile: string): string {
  const mainland = /^(1\d{2})(\d{4})(\d{4})$/.exec(mobile);
  return mainland ? mainland.slice(1).join(" ") : mobile;
}

/** What was typed, cut where several numbers stand. */
export function splitNumbers(typed: string): string[] {
  return typed
    .split(/[;,；，、\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Whether it could be a number at all: digits, with what people write between them. */
export function looksLikeNumber(typed: string): boolean {
  const digits = typed
    .normalize("NFKC")
    .replace(/^tel:/i, "")
    .replace(/[\s\p{Pd}\p{Cf}.()/+]/gu, "");
  return /^\d{3,20}$/.test(digits);
}
