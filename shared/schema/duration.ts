// Durations and timestamps in proto3 JSON (protobuf documentation, "ProtoJSON format"): decimal seconds with `s`, and RFC 3339.

/** A span or point of time as protobuf holds it; both parts of a negative duration are negative or zero. */
export interface SecondsAndNanos {
  readonly seconds: number;
  readonly nanos: number;
}

/** google.protobuf.Duration: about 10,000 years either way. */
const MAX_DURATION_SECONDS = 315_576_000_000;
const NANOS = 1_000_000_000;

/** Reads "0.25s"; undefined for anything else. At least one digit before the point and one to nine after it. */
export function parseDuration(text: string): SecondsAndNanos | undefined {
  const found = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = "", fraction = ""] = found;
  const direction = sign === "-" ? -1 : 1;
  return durationOf(direction * Number(whole), direction * Number(fraction.padEnd(9, "0")));
}

/** The duration of these parts, or undefined where they are out of range or of unlike signs. */
export function durationOf(seconds: number, nanos: number): SecondsAndNanos | undefined {
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanos)) return undefined;
  if (Math.abs(seconds) > MAX_DURATION_SECONDS || Math.abs(nanos) >= NANOS) return undefined;
  if (seconds * nanos < 0) return undefined;
  return { seconds: seconds + 0, nanos: nanos + 0 };
}

/** Seconds with no fraction, or one of 3, 6 or 9 digits: "5s", "0.250s". */
export function renderDuration({ seconds, nanos }: SecondsAndNanos): string {
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(seconds)}${renderFraction(Math.abs(nanos))}s`;
}

export function compareDurations(a: SecondsAndNanos, b: SecondsAndNanos): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

function renderFraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Days from 1 January of year 0 to 1970-01-01 in the Gregorian calendar. */
const EPOCH_DAY = 719_528;

/** Reads an RFC 3339 time and gives it in UTC, as canonical JSON has it; undefined for anything else. */
export function normalizeTimestamp(text: string): string | undefined {
  const found = TIMESTAMP.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const valid = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!valid || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = (daysBefore(year, month) + day - 1 - EPOCH_DAY) * 86_400 + hour * 3600 + minute * 60 + second;
  return renderTimestamp({
    seconds: local - offsetSeconds(found[8] ?? "Z"),
    nanos: Number((found[7] ?? "").padEnd(9, "0")),
  });
}

/** The UTC form of seconds since 1970; undefined outside the years 1 to 9999. */
export function renderTimestamp({ seconds, nanos }: SecondsAndNanos): string | undefined {
  const days = Math.floor(seconds / 86_400) + EPOCH_DAY;
  const rest = seconds - (days - EPOCH_DAY) * 86_400;
  let year = Math.max(0, Math.floor(days / 365.2425) - 1);
  while (daysBefore(year + 1, 1) <= days) year += 1;
  if (year < 1 || year > 9999 || !Number.isInteger(nanos) || nanos < 0 || nanos >= NANOS) return undefined;
  let month = 1;
  while (month < 12 && daysBefore(year, month + 1) <= days) month += 1;
  const date = [pad(year, 4), pad(month, 2), pad(days - daysBefore(year, month) + 1, 2)].join("-");
  const time = [rest / 3600, (rest / 60) % 60, rest % 60].map((part) => pad(Math.floor(part), 2)).join(":");
  return `${date}T${time}${renderFraction(nanos)}Z`;
}

function offsetSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return zone.startsWith("-") ? -minutes * 60 : minutes * 60;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function daysBefore(year: number, month: number): number {
  const past = year - 1;
  const leapDays = year === 0 ? 0 : Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + 1;
  let days = year * 365 + leapDays;
  for (let earlier = 1; earlier < month; earlier += 1) days += daysIn(year, earlier);
  return days;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
