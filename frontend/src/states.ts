/** The states of a number of a sent text, a received text, and what they mean for the reader. */

export type State =
  | "queued"
  | "scheduled"
  | "submitting"
  | "accepted"
  | "rejected"
  | "unconfirmed"
  | "not_sent"
  | "cancelled"
  | "delivered"
  | "expired"
  | "undeliverable"
  | "unknown"
  | "blacklisted"
  | "busy"
  | "other"
  | "received"
  | "quarantined";

/** How a state is coloured, and which symbol shows it to readers who see no colours. */
export type Tone = "delivered" | "accepted" | "going" | "scheduled" | "waiting" | "unclear" | "failed" | "ended" | "received";

const TONES: Record<State, Tone> = {
  queued: "waiting",
  scheduled: "scheduled",
  submitting: "going",
  accepted: "accepted",
  rejected: "failed",
  unconfirmed: "unclear",
  not_sent: "failed",
  cancelled: "ended",
  delivered: "delivered",
  expired: "failed",
  undeliverable: "failed",
  unknown: "unclear",
  blacklisted: "failed",
  busy: "going",
  other: "unclear",
  received: "received",
  quarantined: "unclear",
};

/** From what a reader has to know first to what needs no attention. */
const SEVERITY: readonly Tone[] = [
  "failed",
  "unclear",
  "waiting",
  "going",
  "scheduled",
  "accepted",
  "ended",
  "delivered",
  "received",
];

/** A state that a newer server may have, and this panel doesn't know, is unclear. */
export function toneOf(state: State): Tone {
  return TONES[state] ?? "unclear";
}

/** The numbers of one text, counted by what became of them. */
export interface Summary {
  /** The worst state, which is shown in words. */
  state: State;
  tone: Tone;
  total: number;
  delivered: number;
  failed: number;
  unclear: number;
}

export function summarise(states: readonly State[]): Summary {
  const tones = states.map(toneOf);
  const count = (tone: Tone) => tones.filter((each) => each === tone).length;
  const tone = SEVERITY.find((each) => tones.includes(each)) ?? "unclear";
  return {
    state: states[tones.indexOf(tone)] ?? "unknown",
    tone,
    total: states.length,
    delivered: count("delivered"),
    failed: count("failed"),
    unclear: count("unclear"),
  };
}
