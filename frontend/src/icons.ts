/** Symbols drawn as plain SVG: no element of Home Assistant's has to be loaded for them. */
import {
  mdiAccountGroup,
  mdiAccountPlusOutline,
  mdiAlertCircle,
  mdiAlertOutline,
  mdiArrowDown,
  mdiArrowLeft,
  mdiArrowLeftTop,
  mdiCalendarSearchOutline,
  mdiCancel,
  mdiCheck,
  mdiCheckAll,
  mdiChevronDown,
  mdiClockOutline,
  mdiClose,
  mdiContentCopy,
  mdiDotsVertical,
  mdiHelpCircleOutline,
  mdiMagnify,
  mdiMessageTextOutline,
  mdiPound,
  mdiSend,
  mdiSquareEditOutline,
  mdiTextBoxRemoveOutline,
  mdiTimerSandEmpty,
  mdiTrayArrowDown,
  mdiUploadOutline,
} from "@mdi/js";
import { html, type TemplateResult } from "lit";
import type { Tone } from "./states.ts";

export const ICONS = {
  add: mdiSquareEditOutline,
  addPerson: mdiAccountPlusOutline,
  alert: mdiAlertOutline,
  answer: mdiArrowLeftTop,
  back: mdiArrowLeft,
  calendar: mdiCalendarSearchOutline,
  clock: mdiClockOutline,
  close: mdiClose,
  copy: mdiContentCopy,
  done: mdiCheck,
  down: mdiArrowDown,
  download: mdiTrayArrowDown,
  expand: mdiChevronDown,
  group: mdiAccountGroup,
  menu: mdiDotsVertical,
  message: mdiMessageTextOutline,
  number: mdiPound,
  search: mdiMagnify,
  send: mdiSend,
  unreadable: mdiTextBoxRemoveOutline,
};

export const TONE_ICONS: Record<Tone, string> = {
  delivered: mdiCheckAll,
  accepted: mdiCheck,
  going: mdiUploadOutline,
  scheduled: mdiClockOutline,
  waiting: mdiTimerSandEmpty,
  unclear: mdiHelpCircleOutline,
  failed: mdiAlertCircle,
  ended: mdiCancel,
  received: mdiArrowLeftTop,
};

export function icon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}
