import { err, ok, type Result } from "../base/result.ts";

/** Prints a point of time, in milliseconds since 1970-01-01T00:00:00Z. */
export type TimeFormat = (wallMs: number) => string;

/** A point of time taken apart, in UTC. */
interface CivilTime {
  readonly wallMs: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

type Field = (time: CivilTime) => string;

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

const two = (value: number): string => String(value).padStart(2, "0");
const blank = (value: number): string => String(value).padStart(2, " ");
const twelve = (hour: number): number => hour % 12 || 12;
const dayName = ({ weekday }: CivilTime): string => DAYS[weekday] ?? "";
const monthName = ({ month }: CivilTime): string => MONTHS[month - 1] ?? "";
const isoDate: Field = ({ year, month, day }) => `${year}-${two(month)}-${two(day)}`;
const clock: Field = ({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`;
const usDate: Field = ({ year, month, day }) => `${two(month)}/${two(day)}/${two(year % 100)}`;

/** The conversions of strftime in the C locale, for UTC. */
const FIELDS: Readonly<Record<string, Field>> = {
  "%": () => "%",
  a: (time) => dayName(time).slice(0, 3),
  A: dayName,
  b: (time) => monthName(time).slice(0, 3),
  B: monthName,
  c: (time) =>
    `${dayName(time).slice(0, 3)} ${monthName(time).slice(0, 3)} ${blank(time.day)} ${clock(time)} ${time.year}`,
  C: ({ year }) => two(Math.floor(year / 100)),
  d: ({ day }) => two(day),
  D: usDate,
  e: ({ day }) => blank(day),
  F: isoDate,
  h: (time) => monthName(time).slice(0, 3),
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(twelve(hour)),
  j: ({ dayOfYear }) => String(dayOfYear).padStart(3, "0"),
  k: ({ hour }) => blank(hour),
  l: ({ hour }) => blank(twelve(hour)),
  m: ({ month }) => two(month),
  M: ({ minute }) => two(minute),
  n: () => "\n",
  p: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  r: ({ hour, minute, second }) => `${two(twelve(hour))}:${two(minute)}:${two(second)} ${hour < 12 ? "AM" : "PM"}`,
  R: ({ hour, minute }) => `${two(hour)}:${two(minute)}`,
  s: ({ wallMs }) => String(Math.floor(wallMs / 1000)),
  S: ({ second }) => two(second),
  t: () => "\t",
  T: clock,
  u: ({ weekday }) => String(weekday || 7),
  w: ({ weekday }) => String(weekday),
  x: usDate,
  X: clock,
  y: ({ year }) => two(year % 100),
  Y: ({ year }) => String(year),
  z: () => "+0000",
  Z: () => "UTC",
  Ez: () => "+00:00",
};

/** Abseil knows more, but they would all be zeros. */
const MAX_DIGITS = 15;

/** `%s`, `%3f`, `%E3S`, `%E*S`, `%Ez` and the one-letter conversions. */
const CONVERSION = /%(?:([1-9]?)f|E([0-9]{1,2}|\*)([Sf])|(Ez|.))|([^%]+)/gs;

/** What of a point of time is below the second. */
type Fraction = (wallMs: number) => string;

/** One conversion: what stays the same for a second, then what does not. */
interface Conversion {
  readonly steady?: Field;
  readonly fraction?: Fraction;
}

/**
 * Compiles a time format as Envoy's `DateFormatter` reads it: strftime, the fractions `%f` and `%1f` to `%9f`, and the `%E`
 * forms of Abseil. Times are known to the millisecond; digits below are zeros. The error names what is not understood.
 */
export function compileTimeFormat(format: string): Result<TimeFormat, string> {
  const conversions: Conversion[] = [];
  let end = 0;
  for (const found of format.matchAll(CONVERSION)) {
    if (found.index !== end) break;
    end += found[0].length;
    const conversion = conversionOf(found);
    if (conversion === undefined) {
      return err(`the conversion ${found[0]} in the time format ${format} is not implemented`);
    }
    conversions.push(conversion);
  }
  if (end !== format.length) return err(`the time format ${format} ends inside a conversion`);
  return ok(rememberingTheSecond(conversions));
}

/** Times are mostly asked for in order: all but the fractions is kept until the second is over. */
function rememberingTheSecond(conversions: readonly Conversion[]): TimeFormat {
  let second = Number.NaN;
  let pieces: readonly (string | Fraction)[] = [];
  return (wallMs) => {
    const asked = Math.floor(wallMs / 1000);
    if (asked !== second) {
      second = asked;
      pieces = piecesOf(conversions, civilTime(wallMs));
    }
    let text = "";
    for (const piece of pieces) text += typeof piece === "string" ? piece : piece(wallMs);
    return text;
  };
}

function piecesOf(conversions: readonly Conversion[], time: CivilTime): readonly (string | Fraction)[] {
  const pieces: (string | Fraction)[] = [];
  let text = "";
  for (const { steady, fraction } of conversions) {
    if (steady !== undefined) text += steady(time);
    if (fraction === undefined) continue;
    pieces.push(text, fraction);
    text = "";
  }
  return [...pieces, text];
}

function conversionOf([, width, precision, unit, letter, literal]: RegExpExecArray): Conversion | undefined {
  if (literal !== undefined) return { steady: () => literal };
  if (letter !== undefined) {
    const steady = Object.hasOwn(FIELDS, letter) ? FIELDS[letter] : undefined;
    return steady && { steady };
  }
  if (precision === undefined) return { fraction: (wallMs) => digitsOf(wallMs, Number(width || 9)) };
  if (precision === "*") return trimmed(unit === "S");
  const digits = Number(precision);
  if (digits > MAX_DIGITS) return undefined;
  if (unit === "f") return { fraction: (wallMs) => digitsOf(wallMs, digits) };
  if (digits === 0) return { steady: ({ second }) => two(second) };
  return { steady: ({ second }) => `${two(second)}.`, fraction: (wallMs) => digitsOf(wallMs, digits) };
}

/** `%E*S` and `%E*f`: as many digits as the value has. */
function trimmed(withSeconds: boolean): Conversion {
  const digitsWithoutZeros: Fraction = (wallMs) => digitsOf(wallMs, 3).replace(/0+$/, "");
  if (!withSeconds) return { fraction: (wallMs) => digitsWithoutZeros(wallMs) || "0" };
  return {
    steady: ({ second }) => two(second),
    fraction: (wallMs) => {
      const digits = digitsWithoutZeros(wallMs);
      return digits === "" ? "" : `.${digits}`;
    },
  };
}

function digitsOf(wallMs: number, digits: number): string {
  const milliseconds = ((Math.floor(wallMs) % 1000) + 1000) % 1000;
  return String(milliseconds).padStart(3, "0").padEnd(digits, "0").slice(0, digits);
}

const DAY_SECONDS = 86_400;
/** Days from 0000-03-01 to 1970-01-01, and in 400 years of the Gregorian calendar. */
const EPOCH_DAY = 719_468;
const ERA_DAYS = 146_097;

/** Counts years from 1 March, so that the leap day comes last and months follow a fixed pattern of 153 days in five. */
function civilTime(wallMs: number): CivilTime {
  const seconds = Math.floor(wallMs / 1000);
  const days = Math.floor(seconds / DAY_SECONDS);
  const ofDay = seconds - days * DAY_SECONDS;
  const era = Math.floor((days + EPOCH_DAY) / ERA_DAYS);
  const dayOfEra = days + EPOCH_DAY - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayFromMarch = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayFromMarch + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    wallMs,
    year,
    month,
    day: dayFromMarch - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    dayOfYear: month <= 2 ? dayFromMarch - 305 : dayFromMarch + 60 + (isLeap(year) ? 1 : 0),
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
  };
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** RFC 9110 section 5.6.7, the preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function httpDate(wallMs: number): string {
  const time = civilTime(wallMs);
  const { day, year } = time;
  return `${dayName(time).slice(0, 3)}, ${two(day)} ${monthName(time).slice(0, 3)} ${year} ${clock(time)} GMT`;
}
