/** The round picture of a conversation: a letter and a colour of its name's, or a symbol. */
import { html, type TemplateResult } from "lit";
import type { Conversation } from "./api.ts";
import { ICONS, icon } from "./icons.ts";

/** The first character that people see: one Chinese character, one letter, one emoji. */
export function initial(name: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name.trim());
  return first ? first.segment.toLocaleUpperCase() : "?";
}

/** A hue for a name: the same one everywhere and always. */
export function hue(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return (hash % 12) * 30;
}

export function avatar(conversation: Pick<Conversation, "kind" | "name" | "mobiles">): TemplateResult {
  if (conversation.kind === "unreadable")
    return html`<span class="avatar plain" aria-hidden="true">${icon(ICONS.unreadable)}</span>`;
  if (conversation.kind === "number") return html`<span class="avatar plain" aria-hidden="true">${icon(ICONS.number)}</span>`;
  const picture = conversation.mobiles.length > 1 ? icon(ICONS.group) : initial(conversation.name);
  return html`<span class="avatar" style="--hue: ${hue(conversation.name)}" aria-hidden="true">${picture}</span>`;
}
