/** The commands of `api.ts`, called through whatever `hass` is at the moment. */
import type { ChangeEvent, ErrorCodes, Requests, Responses } from "./api.ts";
import type { Hass } from "./hass.ts";

type Command = keyof Requests;

/** Why a command failed: a code of the server's, or that there is no connection. */
export class CommandError extends Error {
  constructor(
    readonly code: keyof ErrorCodes | "offline" | string,
    message: string,
  ) {
    super(message);
  }
}

export class Client {
  constructor(readonly hass: () => Hass) {}

  async call<C extends Command>(type: C, request: Requests[C]): Promise<Responses[C]> {
    try {
      return await this.hass().callWS<Responses[C]>({ type, language: this.hass().language, ...request });
    } catch (error) {
      throw commandError(error);
    }
  }

  /** Home Assistant's connection subscribes again automatically when it is back. */
  subscribe(onChange: (event: ChangeEvent) => void, request: Requests["smsadmin/subscribe"]) {
    const message = { type: "smsadmin/subscribe", language: this.hass().language, ...request };
    return this.hass().connection.subscribeMessage<ChangeEvent>(onChange, message);
  }

  /** Let the browser download an export. */
  async download(request: Requests["smsadmin/export"]): Promise<void> {
    const { path } = await this.call("smsadmin/export", request);
    const link = Object.assign(document.createElement("a"), { href: this.hass().hassUrl(path), download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  }
}

/** The connection rejects with a number where it was lost, or is not there; the server with a word. */
function commandError(error: unknown): CommandError {
  const { code, message } = ((error as { error?: unknown }).error ?? error) as { code?: unknown; message?: string };
  return new CommandError(typeof code === "string" ? code : "offline", message ?? "");
}

/** A call's name that no other call has. Pages without https have no `crypto.randomUUID`. */
export function newCallId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
