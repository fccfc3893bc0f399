// Canonical JSON (RFC 8785), and the hashes and digests computed from it.

import { createHash } from 'node:crypto';

/** The SHA-256 of a text or of bytes. */
export const sha256 = (content) => createHash('sha256').update(content).digest();

/** The canonical text of a value, the same in every language. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 requires
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new Error(`${value} is not a whole number within ±(2^53−1).`);
  }
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error('A text holds half a surrogate pair.');
  const text = JSON.stringify(value);
  if (text === undefined) throw new Error(`A value of the type ${typeof value} has no place in JSON.`);
  return text;
}

/** Whether it is the technician's document or one that every device has. */
const kindOf = (document) => (document.shared ? 'shared' : 'own');

/** The number of a document's leaf, from 0 to 255. */
const leafOf = ({ type, id }) => sha256(`${type}\0${id}`)[0];

/** The number that one document adds to a sum. */
function entryOf({ type, id, body }) {
  const hash = sha256(canonical(body)).toString('hex');
  return BigInt(`0x${sha256(`${type}\0${id}\0${hash}`).toString('hex', 0, 16)}`);
}

const hex = (sum) => BigInt.asUintN(128, sum).toString(16).padStart(32, '0');

/** Count and sum of the documents of each kind. */
export function digests(documents) {
  const found = { own: { count: 0, sum: 0n }, shared: { count: 0, sum: 0n } };
  for (const document of documents) {
    const digest = found[kindOf(document)];
    digest.count += 1;
    digest.sum += entryOf(document);
  }
  for (const digest of Object.values(found)) digest.sum = hex(digest.sum);
  return found;
}

/** The sums of the 256 leaves of each kind. */
export function leaves(documents) {
  const sums = { own: Array(256).fill(0n), shared: Array(256).fill(0n) };
  for (const document of documents) sums[kindOf(document)][leafOf(document)] += entryOf(document);
  return { own: sums.own.map(hex), shared: sums.shared.map(hex) };
}

/** Whether a document is in one of these leaves: `{own: [7, 130], shared: []}`. */
export const liesIn = (named, document) => named[kindOf(document)].includes(leafOf(document));
