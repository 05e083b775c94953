/**
 * Whether an `authorization` header brings the secret (RFC 6750 section 2.1). Takes the same time wherever the first difference
 * stands, so that answering slower tells nothing; the length of the secret is not hidden.
 */
export function bringsSecret(authorization: string | undefined, secret: string): boolean {
  const encoder = new TextEncoder();
  const given = encoder.encode(authorization ?? "");
  const expected = encoder.encode(`Bearer ${secret}`);
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= (given[i] ?? 0) ^ (expected[i] ?? 0);
  return difference === 0;
}
