/** A number becomes a recipient: Home Assistant's own flow of the subentry, in a form of ours. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Conversation } from "./api.ts";
import type { Hass } from "./hass.ts";
import type { I18n } from "./i18n.ts";
import { displayNumber } from "./numbers.ts";
import { base } from "./styles.ts";

interface FlowStep {
  type: "form" | "create_entry" | "abort";
  flow_id: string;
  data_schema?: { name: string }[] | null;
  errors?: Record<string, string> | null;
  description_placeholders?: Record<string, string> | null;
}

const FLOW = "config/config_entries/subentries/flow";
const TEXTS = "component.smsadmin.config_subentries.recipient";

function asksToConfirm({ data_schema }: FlowStep): boolean {
  return data_schema?.some(({ name }) => name === "confirm") === true;
}

@customElement("smsadmin-recipient-form")
export class RecipientForm extends LitElement {
  @property({ attribute: false }) hass!: () => Hass;
  @property({ attribute: false }) i18n!: I18n;
  @property({ attribute: false }) conversation!: Conversation;
  @state() private _fault = "";
  /** The label of the box that confirms what is doubtful, once the flow offers it. */
  @state() private _confirmLabel = "";
  @state() private _isSaving = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("input") private _field!: HTMLInputElement;
  @query("input[type=checkbox]") private _confirmBox!: HTMLInputElement | null;

  override firstUpdated(): void {
    this._dialog.showModal();
  }

  private async _save(event: Event): Promise<void> {
    event.preventDefault();
    const name = this._field.value.trim();
    this._fault = name ? "" : this.i18n.t("panel.name_missing");
    if (!name || this._isSaving) return this._field.focus();
    this._isSaving = true;
    try {
      await this._create(name);
    } catch (error) {
      this._fault = (error as { body?: { message?: string } }).body?.message ?? this.i18n.t("error.failed");
    } finally {
      this._isSaving = false;
    }
  }

  private async _create(name: string): Promise<void> {
    const hass = this.hass();
    const { config_entry_id, mobiles } = this.conversation;
    const { flow_id } = await hass.callApi<FlowStep>("POST", FLOW, { handler: [config_entry_id, "recipient"] });
    const submit = (more: object) => hass.callApi<FlowStep>("POST", `${FLOW}/${flow_id}`, { name, mobiles, ...more });
    let step = await submit({});
    // The flow takes a confirmation only after it has asked for one.
    if (asksToConfirm(step) && this._confirmBox?.checked) step = await submit({ confirm: true });
    if (step.type === "create_entry") {
      this.dispatchEvent(new CustomEvent("saved"));
      return;
    }
    await this._explain(step);
    // Home Assistant would keep an abandoned form among the flows in progress.
    if (step.type === "form") await hass.callApi("DELETE", `${FLOW}/${flow_id}`);
  }

  /** The flow's own words for what is wrong. */
  private async _explain(step: FlowStep): Promise<void> {
    const { errors, description_placeholders } = step;
    const [error] = Object.values(errors ?? {});
    // The panel's own `hass` does not have them yet.
    const localize = await this.hass().loadBackendTranslation("config_subentries", "smsadmin");
    this._fault = localize(`${TEXTS}.error.${error}`, description_placeholders ?? {}) || this.i18n.t("error.failed");
    this._confirmLabel = asksToConfirm(step) ? localize(`${TEXTS}.step.user.data.confirm`) : "";
  }

  override render() {
    const { t } = this.i18n;
    return html`
      <dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent("closed"))}>
        <form @submit=${this._save}>
          <h2 id="title">${t("panel.add_recipient")}</h2>
          <p>${t("panel.add_recipient_hint", { number: displayNumber(this.conversation.name) })}</p>
          <label><span>${t("panel.add_recipient_name")}</span>
            <input class="field" autocomplete="off" autofocus aria-invalid=${this._fault ? "true" : "false"} aria-describedby="fault" @input=${() => {
              this._fault = "";
            }} /></label>
          <span class="fault" id="fault" role="alert">${this._fault}</span>
          ${this._confirmLabel ? html`<label class="confirm"><input type="checkbox" />${this._confirmLabel}</label>` : nothing}
          <div class="actions">
            <button type="button" class="outlined" @click=${() => this._dialog.close()}>${t("panel.cancel")}</button>
            <button type="submit" class="filled" ?disabled=${this._isSaving}>${t("panel.save")}</button>
          </div>
        </form>
      </dialog>
    `;
  }

  static override styles = [
    base,
    css`
      label span {
        display: block;
        margin-bottom: 4px;
        font-size: 13px;
        color: var(--ink-2);
      }
      .confirm {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
      }
    `,
  ];
}
