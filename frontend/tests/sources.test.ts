/** Rules about the sources themselves. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import en from "../src/translations/en.json";
import hans from "../src/translations/zh-Hans.json";
import hant from "../src/translations/zh-Hant.json";

const sources = readdirSync("src")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(`src/${name}`, "utf8") }));
const all = sources.map(({ text }) => text).join("\n");

/** Home Assistant has these on every page; any other may be missing, or vanish with the next release. */
const ALLOWED = new Set(["ha-card", "ha-icon", "ha-svg-icon", "ha-menu-button"]);

test("only elements that Home Assistant has on every page are used", () => {
  const used = [...all.matchAll(/<\/?((?:ha|hui|paper|mwc|md|state|dialog|more-info|wa)-[a-z-]+)/g)].map(([, tag]) => tag ?? "");
  assert.deepEqual(
    used.filter((tag) => !ALLOWED.has(tag)),
    [],
  );
});

test("what texts hold is never HTML", () => {
  for (const word of [
    "unsafeHTML",
    "unsafeSVG",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "ha-markdown",
    "<iframe",
  ]) {
    assert.ok(!all.includes(word), word);
  }
});

test("nothing is loaded from elsewhere", () => {
  assert.deepEqual(all.match(/https?:\/\/[^\s"'`)]+/g), null);
});

type Sections = Record<string, Record<string, unknown>>;

function shape(texts: Sections): Record<string, string[]> {
  const placeholders = (text: unknown) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g))].sort().join();
  const keys = (section: Record<string, unknown>) =>
    Object.keys(section)
      .sort()
      .map((key) => `${key} ${placeholders(section[key])}`);
  return Object.fromEntries(Object.entries(texts).map(([name, section]) => [name, keys(section)]));
}

test("the three languages have the same texts with the same placeholders", () => {
  assert.deepEqual(shape(hans), shape(en));
  assert.deepEqual(shape(hant), shape(en));
});

test("every text that is named exists, and every text is named", () => {
  const keys = Object.entries(en).flatMap(([section, texts]) => Object.keys(texts).map((key) => `${section}.${key}`));
  const named = [...all.matchAll(/["`]((?:message|composer|panel|error|card|unconfirmed)\.\w+)["`]/g)].map(
    ([, key]) => key ?? "",
  );
  assert.deepEqual(
    named.filter((key) => !keys.includes(key)),
    [],
  );
  const prefixes = [...all.matchAll(/`((?:\w+)\.\w*)\$\{/g)].map(([, prefix]) => prefix ?? "");
  const isNamed = (key: string) =>
    named.includes(key) || prefixes.some((prefix) => prefix && key.startsWith(prefix)) || key.startsWith("card.");
  assert.deepEqual(
    keys.filter((key) => !isNamed(key)),
    [],
  );
});

test("the API is interfaces alone, one property a line", () => {
  const lines = readFileSync("src/api.ts", "utf8").split("\n");
  const others = lines.filter(
    (line) =>
      !/^(\s*\/?\*.*|import type .*|export interface \w+ \{|\}|| {2}("smsadmin\/\w+"|\w+): [^;{}]+;)$/.test(line) &&
      !/^ {2}\/\*\*.*\*\/$/.test(line),
  );
  assert.deepEqual(others, []);
});
