/** Words, numbers and times in the user's language, clock and zone. */
import type { Hass } from "./hass.ts";

type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Texts = Record<string, Text>;
/** The sections of the texts that a bundle carries, in each language. */
export type Languages<Section extends string> = Record<"en" | "zh-Hans" | "zh-Hant", Record<Section, Texts>>;
type Values = Record<string, string | number>;

export type TextLanguage = keyof Languages<string>;

/** The texts for one of Home Assistant's languages: `zh-TW`, `zh-HK` and `zh-Hant` are traditional, every other Chinese is simplified. */
export function textLanguage(language: string): TextLanguage {
  if (!/^zh\b/i.test(language)) return "en";
  return /hant|tw|hk|mo/i.test(language) ? "zh-Hant" : "zh-Hans";
}

/** What decides about texts and times: where it is the same, nothing needs to be drawn again. */
export function localeKey(hass: Hass): string {
  const { language, time_format, time_zone } = hass.locale;
  return [hass.language, language, time_format, time_zone, hass.config.time_zone].join();
}

const DAY = 86_400_000;

export class I18n {
  readonly language: string;
  readonly #texts: Record<string, Texts>;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #dayKey: Intl.DateTimeFormat;
  readonly #minuteKey: Intl.DateTimeFormat;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #zone: string | undefined;

  constructor(hass: Hass, languages: Languages<string>) {
    this.language = hass.language;
    this.#texts = languages[textLanguage(this.language)];
    this.#zone = hass.locale.time_zone === "server" ? hass.config.time_zone : undefined;
    this.#plural = new Intl.PluralRules(textLanguage(this.language));
    this.#number = new Intl.NumberFormat(this.language);
    const format = hass.locale.time_format;
    this.#time = this.#dates({
      hour: "numeric",
      minute: "2-digit",
      ...(format === "12" || format === "24" ? { hourCycle: format === "12" ? "h12" : "h23" } : {}),
    });
    this.#dayKey = new Intl.DateTimeFormat("sv", { timeZone: this.#zone, dateStyle: "short" });
    this.#minuteKey = new Intl.DateTimeFormat("sv", { timeZone: this.#zone, dateStyle: "short", timeStyle: "short" });
    this.#relative = new Intl.RelativeTimeFormat(textLanguage(this.language), { numeric: "auto" });
  }

  /** Sentences as one text: Chinese has no blank between them. */
  sentences(parts: string[]): string {
    return parts.join(textLanguage(this.language) === "en" ? " " : "");
  }

  /** A text by section and key: `panel.title`. */
  readonly t = (key: string, values: Values = {}): string => {
    const [section = "", name = ""] = key.split(".");
    const text = this.#texts[section]?.[name];
    const form = typeof text === "object" ? (text[this.#plural.select(Number(values.n))] ?? text.other) : text;
    return (form ?? key).replace(/\{(\w+)\}/g, (_, field: string) => this.#value(values[field]));
  };

  number(value: number): string {
    return this.#number.format(value);
  }

  /** 21:04. */
  time(at: string): string {
    return this.#time.format(new Date(at));
  }

  /** The date in the user's zone, to compare: 2026-11-26. */
  readonly dayOf = (at: string | Date): string => this.#dayKey.format(new Date(at));

  /** As a field for date and time has it, in the user's zone: 2026-11-26T21:04. */
  readonly fieldOf = (at: Date): string => this.#minuteKey.format(at).replace(" ", "T");

  /** The time that such a field means. */
  readonly instantOf = (value: string): string => {
    const wanted = Date.parse(`${value}Z`);
    let at = wanted;
    // The second time with the distance to UTC of that day.
    for (let step = 0; step < 2; step++) at += wanted - Date.parse(`${this.fieldOf(new Date(at))}Z`);
    return new Date(at).toISOString();
  };

  /** Today, Yesterday, Wednesday, 1 January, or with the year. */
  day(at: string, now = new Date()): string {
    const distance = this.#daysAgo(at, now);
    if (distance === 0 || distance === 1) return capitalised(this.#relative.format(-distance, "day"));
    if (distance > 1 && distance < 7) return this.#format(at, { weekday: "long" });
    return this.#format(
      at,
      this.#isThisYear(at, now)
        ? { weekday: "short", day: "numeric", month: "long" }
        : { day: "numeric", month: "long", year: "numeric" },
    );
  }

  /** For a list: 21:04, Wed, 1 Jan, or with the year. */
  brief(at: string, now = new Date()): string {
    const distance = this.#daysAgo(at, now);
    if (distance === 0) return this.time(at);
    if (distance === 1) return capitalised(this.#relative.format(-1, "day"));
    if (distance > 1 && distance < 7) return this.#format(at, { weekday: "short" });
    return this.#date(at, now);
  }

  /** A time beside others: the clock alone where that is today's, else with its day. */
  moment(at: string, now = new Date()): string {
    const distance = this.#daysAgo(at, now);
    if (distance === 0) return this.time(at);
    const near = distance > -7 && distance < 7;
    const day = () => (near ? this.#format(at, { weekday: "short" }) : this.#date(at, now));
    return `${Math.abs(distance) === 1 ? this.#relative.format(-distance, "day") : day()} ${this.time(at)}`;
  }

  /** Date and time in full. */
  full(at: string): string {
    return `${this.#format(at, { dateStyle: "medium" })} ${this.time(at)}`;
  }

  #value(value: string | number | undefined): string {
    return typeof value === "number" ? this.number(value) : (value ?? "");
  }

  #daysAgo(at: string, now: Date): number {
    return Math.round((Date.parse(this.dayOf(now)) - Date.parse(this.dayOf(at))) / DAY);
  }

  /** 1 Jan, or with the year. */
  #date(at: string, now: Date): string {
    return this.#format(
      at,
      this.#isThisYear(at, now) ? { day: "numeric", month: "short" } : { day: "numeric", month: "numeric", year: "numeric" },
    );
  }

  #isThisYear(at: string, now: Date): boolean {
    return this.dayOf(at).slice(0, 4) === this.dayOf(now).slice(0, 4);
  }

  #format(at: string, options: Intl.DateTimeFormatOptions): string {
    const key = JSON.stringify(options);
    const format = this.#formats.get(key) ?? this.#dates(options);
    this.#formats.set(key, format);
    return format.format(new Date(at));
  }

  #dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return new Intl.DateTimeFormat(this.language, { ...options, timeZone: this.#zone });
  }
}

export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
