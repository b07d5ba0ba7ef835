/** A page that stands for Home Assistant: a `hass` object, the elements that it has on every page, its router, and a backend in memory. */
import { Backend, type Options } from "./backend.ts";

interface Settings extends Options {
  isDark: boolean;
  /** The panel, or the card. */
  what: "panel" | "card";
  version: string;
  /** Of Home Assistant, where its user wants times in it. */
  serverZone: string;
}

const DEFAULTS: Settings = {
  language: "en",
  isAdmin: true,
  size: 1,
  depth: 40,
  accounts: 1,
  delay: 0,
  logError: null,
  isDark: false,
  what: "panel",
  version: "",
  serverZone: "",
};

/** Given in the URL once, kept over navigation and reloads. */
function readSettings(): Settings {
  const given = new URLSearchParams(location.search).get("settings");
  if (given) sessionStorage.setItem("harness", given);
  return { ...DEFAULTS, ...(JSON.parse(sessionStorage.getItem("harness") ?? "{}") as Partial<Settings>) };
}

customElements.define(
  "ha-menu-button",
  class extends HTMLElement {
    connectedCallback() {
      this.innerHTML = `<button aria-label="Sidebar" style="width:48px;height:48px;border:0;background:none;color:inherit;display:grid;place-items:center">
      <svg viewBox="0 0 24 24" width="24" height="24" fill="currentColor"><path d="M3,6H21V8H3V6M3,11H21V13H3V11M3,16H21V18H3V16Z"/></svg></button>`;
      this.toggleAttribute("hidden", !matchMedia("(max-width: 870px)").matches);
    }
  },
);
customElements.define(
  "ha-card",
  class extends HTMLElement {
    connectedCallback() {
      this.style.cssText =
        "background: var(--card-background-color); border: 1px solid var(--divider-color); border-radius: 12px";
    }
  },
);

customElements.define("home-assistant", class extends HTMLElement {});

const settings = readSettings();
document.documentElement.classList.toggle("dark", settings.isDark);
document.documentElement.lang = settings.language;
const backend = new Backend(settings);
backend.version = settings.version;
const listeners = new Map<string, Set<() => void>>();
const connection = {
  async subscribeMessage(callback: (event: never) => void) {
    return backend.subscribe(callback as (event: unknown) => void);
  },
  addEventListener: (type: string, listener: () => void) =>
    void listeners.set(type, (listeners.get(type) ?? new Set()).add(listener)),
  removeEventListener: (type: string, listener: () => void) => void listeners.get(type)?.delete(listener),
};
let connected = true;

function hass() {
  return {
    language: settings.language,
    locale: { language: settings.language, time_format: "24", time_zone: settings.serverZone ? "server" : "local" },
    config: { time_zone: settings.serverZone || "Asia/Shanghai" },
    user: { id: settings.isAdmin ? "admin" : "other", is_admin: settings.isAdmin },
    connected,
    panels: { texts: { url_path: "smsadmin", config: { _panel_custom: { name: "smsadmin-panel" } } } },
    states: { "notify.mother": { entity_id: "notify.mother", attributes: {} } },
    entities: { "notify.mother": { entity_id: "notify.mother", platform: "smsadmin" } },
    connection,
    callWS: (message: { type: string }) =>
      connected ? backend.handle(message as never) : Promise.reject({ error: { code: 3, message: "Connection lost" } }),
    async callApi(_method: string, path: string, data?: { name: string; mobiles: string[]; confirm?: boolean }) {
      if (!path.endsWith("/f1")) return { type: "form", flow_id: "f1" };
      if (data?.name === "wrong") return { type: "form", flow_id: "f1", errors: { name: "empty_name" } };
      if (data?.name === "Mother" && !data.confirm)
        return { type: "form", flow_id: "f1", errors: { name: "name_exists" }, data_schema: [{ name: "confirm" }] };
      if (data) backend.makeRecipient(data.mobiles[0] ?? "", data.name);
      return { type: "create_entry", flow_id: "f1" };
    },
    hassUrl: (path: string) => path,
    localize: () => "",
    loadBackendTranslation: async () => (key: string) => `[${key}]`,
  };
}

const PREFIX = "/smsadmin";
const main = document.querySelector("main") as HTMLElement;
await import(`/static/${settings.version}/${settings.what}.js`);
if (settings.what === "card") await customElements.whenDefined("smsadmin-conversation-card");
const element = document.createElement(
  settings.what === "panel" ? "smsadmin-panel" : "smsadmin-conversation-card",
) as HTMLElement & Record<string, unknown>;

function route() {
  element.route = { prefix: PREFIX, path: location.pathname.slice(PREFIX.length) };
}

function update() {
  element.hass = hass();
  element.narrow = innerWidth < 870;
}

if (settings.what === "card") {
  main.classList.add("dashboard");
  (element.setConfig as (config: object) => void)({
    type: "custom:smsadmin-conversation-card",
    entity: "notify.mother",
    texts: 4,
  });
}
route();
update();
main.append(element);
addEventListener("popstate", route);
addEventListener("location-changed", route);
addEventListener("resize", update);

Object.assign(window, {
  backend,
  harness: {
    update,
    setLanguage(language: string) {
      settings.language = language;
      update();
    },
    setConnected(isConnected: boolean) {
      connected = isConnected;
      update();
      for (const listener of listeners.get(isConnected ? "ready" : "disconnected") ?? []) listener();
    },
  },
});
