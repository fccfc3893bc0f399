// The operations of a device: recorded, numbered, sent in batches, and kept until well after their results.

import { randomBytes } from 'node:crypto';
import { canonical, sha256 } from './canonical.mjs';

const DAY = 24 * 3600 * 1000;
const ENVELOPE_BYTES = 4096; // room for the members of a push beside its operations

/** A UUIDv7: the time, then random bits. */
function newId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The operations of these entries as they are sent: an operation never changes, only its number may. */
export const operationsOf = (entries) => entries.map(({ seq, operation }) => ({ seq, ...operation }));

const sizeOf = (entries) => Buffer.byteLength(JSON.stringify(operationsOf(entries)));

/** The entries without a result, in the order of `seq`. */
export const unsent = (state) => state.operations.filter((entry) => !entry.result);

/** Whether something waits, or the server lacks numbers that are not kept any more. */
export const hasToPush = (state) => unsent(state).length > 0 || state.acknowledged < state.last_seq;

/** Sign `[{type, data}, …]` and put them into the outbox; several are one group, which is decided as one. */
export function record(state, signed, happened, { needs = [], at = new Date() } = {}) {
  const { limits } = state;
  // An operation dated back by more than a day is history: what is known today was not known then.
  const seen = at < Date.now() - DAY ? 0 : state.through;
  if (happened.length > limits.operations) throw new Error(`A group has ${limits.operations} operations at most.`);
  if (!happened.every(({ data }) => isObject(data))) throw new Error('The data of an operation is an object.');
  const group = happened.length > 1 ? newId() : null;
  const entries = happened.map(({ type, data }, index) => {
    const operation = { id: newId(), type, v: 1, at: at.toISOString(), seen, group, needs, data };
    operation.signature = signed(`callout operation\n${sha256(canonical(operation)).toString('hex')}`);
    return { seq: state.last_seq + 1 + index, operation, result: null, answered_at: null };
  });
  if (entries.some((entry) => sizeOf([entry]) > limits.operation_bytes)) {
    throw new Error(`An operation has ${limits.operation_bytes} bytes at most.`);
  }
  if (sizeOf(entries) + ENVELOPE_BYTES > limits.bytes) throw new Error(`A push has ${limits.bytes} bytes at most.`);
  state.operations.push(...entries);
  state.last_seq += entries.length;
  return entries;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The next entries to push, `most` at most: numbers without a gap, and no group cut in two. */
export function nextBatch(state, most) {
  const batch = [];
  let bytes = ENVELOPE_BYTES;
  for (const neighbours of inGroups(unsent(state))) {
    const more = sizeOf(neighbours);
    const isFull = batch.length + neighbours.length > most || bytes + more > state.limits.bytes;
    if (batch.length && (isFull || !follows(neighbours[0], batch.at(-1)))) break;
    batch.push(...neighbours);
    bytes += more;
  }
  return batch;
}

/** Whether a batch is more than one operation or one group. */
export const isDivisible = (state, batch) => nextBatch(state, batch.length >> 1).length < batch.length;

const follows = (entry, other) => entry.seq === other.seq + 1;

const isOneCommit = (entry, other) => entry.operation.group !== null && entry.operation.group === other.operation.group;

function inGroups(entries) {
  const groups = [];
  for (const entry of entries) {
    const last = groups.at(-1)?.at(-1);
    if (last && follows(entry, last) && isOneCommit(entry, last)) groups.at(-1).push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** The envelope of a push; the clock is read for each attempt. */
export function envelope(state, batch) {
  const waiting = unsent(state);
  const first = batch[0]?.seq ?? state.last_seq + 1;
  const expected = state.acknowledged + 1; // smaller where a restored server lost what this device no longer has
  const isLast = batch.length === waiting.length;
  return {
    incarnation: state.incarnation,
    epoch: state.epoch,
    now: new Date().toISOString(),
    outbox: { count: waiting.length, ...(waiting.length && { oldest: waiting[0].operation.at }) },
    ...(first > expected && { missing: { from: expected, through: first - 1 } }),
    operations: operationsOf(batch),
    ...(isLast && { pull: { limit: state.limits.changes, ...(state.cursor && { cursor: state.cursor }) } }),
  };
}

/** Store the results of a push, by the server's clock, since a device's may jump; returns those that are new. */
export function settle(state, results) {
  const entries = new Map(unsent(state).map((entry) => [entry.operation.id, entry]));
  const news = results.filter(({ id }) => entries.has(id));
  for (const result of news) Object.assign(entries.get(result.id), { result, answered_at: state.server_time });
  return news;
}

/** Count everything from this number on as unsent again. */
export function resendFrom(state, seq) {
  state.acknowledged = seq - 1;
  for (const entry of state.operations) if (entry.seq >= seq) entry.result = null;
}

/** Begin a new sequence: everything that is kept counts as unsent, numbered 1, 2, 3 … in its old order. */
export function renumber(state) {
  state.operations.forEach((entry, index) => Object.assign(entry, { seq: index + 1, result: null }));
  state.last_seq = state.operations.length;
  state.acknowledged = 0;
}

/** Delete what was acknowledged long ago, but keep what the office has not decided. */
export function forgetOld(state) {
  const oldest = Date.parse(state.server_time) - state.limits.kept_days * DAY;
  const isUndecided = ({ result, operation }) => {
    const own = `operation ${operation.id}/${state.device_id}/`; // exists when another operation has the id
    const contested = Object.keys(state.documents).find((key) => key.startsWith(own));
    const document = state.documents[contested ?? `operation ${operation.id}`];
    return (document?.body.status ?? result.status) === 'quarantined';
  };
  state.operations = state.operations.filter(
    (entry) => !entry.result || Date.parse(entry.answered_at) > oldest || isUndecided(entry),
  );
}
