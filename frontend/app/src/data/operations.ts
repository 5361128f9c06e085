// How do durations, moments and money look to an operator?

import type { Language } from "../language.js";

const UNITS = { he: { s: "שנ׳", min: "דק׳", h: "שע׳" }, en: { s: "s", min: "min", h: "h" } };

/** A time that something took, in its two largest units; `–` when it is not known. */
export function duration(ms: number | null, language: Language): string {
  if (ms === null || Number.isNaN(ms)) return "–";
  const { s, min, h } = UNITS[language];
  const seconds = Math.max(0, ms) / 1000;
  const two = (count: number) => String(Math.floor(count)).padStart(2, "0");
  if (seconds < 10) return `${seconds.toFixed(1)} ${s}`;
  if (seconds < 60) return `${Math.floor(seconds)} ${s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} ${min}`;
  return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} ${h}`;
}

const MOMENTS = new Map<Language, Intl.DateTimeFormat>();

/** A moment, with seconds. */
export function moment(at: string | number, language: Language): string {
  const known = MOMENTS.get(language);
  const format = known ?? new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  if (!known) MOMENTS.set(language, format);
  return format.format(new Date(at));
}

/** US dollars, with as many digits as a small amount needs; `–` when the price is not known. */
export function dollars(amount: string | null): string {
  if (amount === null) return "–";
  const value = Number(amount);
  return `$${value === 0 || value >= 1 ? value.toFixed(2) : value.toFixed(4)}`;
}

/** Milliseconds between two moments; null when one is missing. */
export function between(from: string | null | undefined, to: string | number | null | undefined): number | null {
  if (!from || !to) return null;
  return (typeof to === "number" ? to : Date.parse(to)) - Date.parse(from);
}
