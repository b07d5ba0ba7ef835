/** The parts of Home Assistant's `hass` object that the panel and the card use. */

export interface HassEntity {
  entity_id: string;
  attributes: Record<string, unknown>;
}

export interface EntityRegistryDisplay {
  entity_id: string;
  platform?: string;
  device_id?: string;
}

export interface Hass {
  language: string;
  locale: { language: string; time_format?: string; time_zone?: string; number_format?: string };
  config: { time_zone: string };
  user?: { id: string; is_admin: boolean };
  connected: boolean;
  states: Record<string, HassEntity>;
  panels: Record<string, { url_path: string; config: { _panel_custom?: { name: string } } | null }>;
  entities?: Record<string, EntityRegistryDisplay>;
  connection: {
    subscribeMessage<T>(callback: (event: T) => void, message: object): Promise<() => Promise<void> | void>;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  callWS<T>(message: object): Promise<T>;
  callApi<T>(method: string, path: string, data?: object): Promise<T>;
  hassUrl(path: string): string;
  localize(key: string, values?: Record<string, string>): string;
  loadBackendTranslation(category: string, integration: string): Promise<Hass["localize"]>;
}
