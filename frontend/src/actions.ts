/** What can be done about a text that was sent: cancel it, or send it again. */
import type { ReactiveControllerHost } from "lit";
import type { Item, NumberState } from "./api.ts";
import { type Client, CommandError, newCallId } from "./client.ts";
import type { I18n } from "./i18n.ts";
import { toneOf } from "./states.ts";

/** Where the text is shown. */
export interface View {
  client: () => Client;
  i18n: () => I18n;
  /** The account of what is shown. */
  entryId: () => string;
  /** Read what is shown again; what is shown then. */
  read: () => Promise<readonly Item[]>;
  setNotice: (notice: string) => void;
}

/** One thing at a time for each text: a second click on a button does nothing until the first one is done. */
export class Actions {
  readonly #host: ReactiveControllerHost;
  readonly #view: View;
  readonly #busy = new Set<number>();

  constructor(host: ReactiveControllerHost, view: View) {
    this.#host = host;
    this.#view = view;
  }

  isBusy({ id }: Item): boolean {
    return this.#busy.has(id);
  }

  async cancel(item: Item): Promise<void> {
    const message_ids = item.numbers.filter(({ state }) => state === "queued").map(({ message_id }) => message_id);
    const isCancelled = ({ message_id, state }: NumberState) => message_ids.includes(message_id) && state === "cancelled";
    await this.#run(item, async () => {
      try {
        await this.#view.client().call("smsadmin/cancel", { config_entry_id: this.#view.entryId(), message_ids });
      } catch (error) {
        // It is done where the answer to an earlier click was lost.
        const shown = (await this.#view.read()).find(({ id }) => id === item.id);
        if (!shown?.numbers.some(isCancelled)) throw error;
      }
    });
  }

  /** Returns whether the text was sent. */
  sendAgain(item: Item, numbers: readonly NumberState[]): Promise<boolean> {
    return this.#run(item, async () => {
      const { errors } = await this.#view.client().call("smsadmin/send", {
        call_id: newCallId(),
        config_entry_id: this.#view.entryId(),
        conversations: [],
        mobiles: [],
        message_ids: numbers.map(({ message_id }) => message_id),
        message: "",
        send_at: null,
      });
      if (errors.length) throw new CommandError("refused", this.#view.i18n().sentences(errors.map(({ message }) => message)));
    });
  }

  /** Run an action, and show its failure; its button can be used again once what became of the text is shown. */
  async #run(item: Item, action: () => Promise<void>): Promise<boolean> {
    if (this.#busy.has(item.id)) return false;
    this.#busy.add(item.id);
    this.#view.setNotice("");
    this.#host.requestUpdate();
    let isDone = true;
    try {
      await action();
    } catch (error) {
      isDone = false;
      const { t } = this.#view.i18n();
      const { code, message } = error as CommandError;
      this.#view.setNotice(code === "offline" ? t("error.offline") : message || t("error.failed"));
    }
    await this.#view.read();
    this.#busy.delete(item.id);
    this.#host.requestUpdate();
    return isDone;
  }
}

/** The numbers that each text failed for, without those that the same words were sent to again: the later text shows what became of it. */
export function failedNumbers(items: readonly Item[]): ReadonlyMap<number, readonly NumberState[]> {
  const later = new Set<string>();
  const failed = new Map<number, readonly NumberState[]>();
  for (const { id, message, numbers } of [...items].reverse()) {
    const keyOf = ({ mobile }: NumberState) => JSON.stringify([mobile, message]);
    failed.set(
      id,
      numbers.filter((number) => toneOf(number.state) === "failed" && !later.has(keyOf(number))),
    );
    for (const number of numbers) if (number.state !== "cancelled") later.add(keyOf(number));
  }
  return failed;
}
