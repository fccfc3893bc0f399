// The identity of a device: its key, its enrolment, its tokens, and its erasure when it is lost.

import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { nextBatch, operationsOf, renumber, settle } from './outbox.mjs';
import { beginDownload } from './replica.mjs';

/** The limits before enrolment returns others. */
const LIMITS = {
  operations: 100, bytes: 1048576, operation_bytes: 16384, changes: 1000,
  blob_bytes: 26214400, blob_chunk: 262144, kept_days: 7,
};

/** The state of a new installation: its own id and key. */
export function blankState() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    install_id: randomUUID(), private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    code: null, device_id: null, incarnation: 0, epoch: null, technician: null, limits: LIMITS,
    access_token: null, refresh_token: null,
    last_seq: 0, acknowledged: 0, operations: [], blobs: {},
    cursor: null, through: 0, documents: {}, verified_at: [], server_time: null, isErased: false,
  };
}

/** Sign a text as this installation. */
export const signer = (state) => (text) =>
  sign(null, Buffer.from(text), createPrivateKey(state.private_key)).toString('base64url');

/** Send a request with a proof, the signature of `lines`; where the server sends a challenge, again with that signed too. */
async function askWithProof(storage, connection, path, body, lines) {
  const ask = (also) => {
    const proof = signer(storage.state)([...lines, ...Object.values(also)].join('\n'));
    return connection.ask('POST', path, { ...body, proof, ...also }, { signed: false });
  };
  for (let tries = 2, also = {}; ; tries -= 1) {
    try {
      return await ask(also);
    } catch (error) {
      const challenge = error.problem?.challenge;
      if (!challenge || !tries) throw error;
      also = { challenge };
    }
  }
}

/** Enrol with the office's code, for the first time or again; `asCopy`: the file was copied from another phone. */
export async function enrol(storage, connection, code, name, { asCopy = false } = {}) {
  storage.change((state) => {
    if (asCopy && state.copied_for !== code) Object.assign(state, { install_id: randomUUID(), copied_for: code });
  }); // on disk before the request
  const { install_id, private_key } = storage.state;
  const { x: public_key } = createPublicKey(private_key).export({ format: 'jwk' });
  const body = { code, install_id, name, platform: 'node', public_key };
  const reply = await askWithProof(storage, connection, 'devices', body, ['callout enrolment', code, install_id]);
  storage.change((state) => {
    const { access_token, refresh_token, device_id, incarnation, epoch, technician, server_time } = reply;
    Object.assign(state, { access_token, refresh_token });
    if (code === state.code) return; // the same enrolment repeated; a new code begins a new sequence
    renumber(state);
    beginDownload(state);
    const limits = { ...LIMITS, ...reply.limits };
    Object.assign(state, { code, device_id, incarnation, epoch, technician, server_time, limits });
  });
}

/** Exchange the refresh token for new tokens, which are on disk before they are used. */
export async function renewTokens(storage, connection) {
  const { refresh_token, device_id } = storage.state;
  try {
    const lines = ['callout token', device_id, refresh_token];
    const reply = await askWithProof(storage, connection, 'token', { refresh_token, device_id }, lines);
    const { access_token, refresh_token: next } = reply;
    storage.change((state) => Object.assign(state, { access_token, refresh_token: next }));
  } catch (error) {
    if (error.status !== 401) throw error;
    throw new Error('This device is signed out: enrol it again with a fresh code; its outbox is kept.');
  }
}

/** Upload what was not sent, erase everything, and confirm that. */
export async function giveUp(storage, connection, { salvage }) {
  const { incarnation, limits } = storage.state;
  for (let batch; salvage && (batch = nextBatch(storage.state, limits.operations)).length; ) {
    const body = () => ({ incarnation, now: new Date().toISOString(), operations: operationsOf(batch) });
    await connection.ask('POST', 'salvage', body);
    const handedIn = batch.map(({ operation }) => ({ id: operation.id, status: 'salvaged' }));
    storage.change((state) => settle(state, handedIn));
  }
  storage.change((state) => {
    const { access_token } = state;
    for (const member of Object.keys(state)) delete state[member];
    Object.assign(state, blankState(), { access_token, isErased: true });
  });
  storage.dropAllBytes();
  await confirmErased(storage, connection);
}

/** Confirm to the server that everything is erased. */
export async function confirmErased(storage, connection) {
  await connection.ask('POST', 'wiped', {});
  storage.change((state) => Object.assign(state, { access_token: null, isErased: false }));
}
