/** Whether a comma-separated header lists a token; `token` is in lower case. */
export function listsToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  if (lower === token) return true;
  return lower.includes(token) && lower.split(",").some((part) => part.trim() === token);
}

/** RFC 9112 section 9.3. `minor` is the sender's version. */
export function wantsKeepAlive(connection: string | undefined, minor: number): boolean {
  return minor === 1
    ? !listsToken(connection, "close")
    : listsToken(connection, "keep-alive") && !listsToken(connection, "close");
}
