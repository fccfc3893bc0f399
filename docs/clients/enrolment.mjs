// Who a device is: its key, its enrolment, its tokens, and its end when it is lost.

import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { nextBatch, operationsOf, renumber, settle } from './outbox.mjs';
import { beginDownload } from './replica.mjs';

/** What holds until enrolment says otherwise. */
const LIMITS = {
  operations: 100, bytes: 1048576, operation_bytes: 16384, changes: 1000,
  blob_bytes: 26214400, blob_chunk: 262144, kept_days: 7,
};

/** What a new installation knows: its own name and key. */
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

/** Ask with a proof, the signature of some lines; where the server asks for one more, with its challenge signed too. */
async function askWithProof(notebook, line, path, body, said) {
  const ask = (also) => {
    const proof = signer(notebook.state)([...said, ...Object.values(also)].join('\n'));
    return line.ask('POST', path, { ...body, proof, ...also }, { signed: false });
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

/** Enrol with the office's code, for the first time or anew; `asCopy`: the file was copied from another phone. */
export async function enrol(notebook, line, code, name, { asCopy = false } = {}) {
  notebook.change((state) => {
    if (asCopy && state.copied_for !== code) Object.assign(state, { install_id: randomUUID(), copied_for: code });
  }); // on disk before the server hears of it
  const { install_id, private_key } = notebook.state;
  const { x: public_key } = createPublicKey(private_key).export({ format: 'jwk' });
  const body = { code, install_id, name, platform: 'node', public_key };
  const reply = await askWithProof(notebook, line, 'devices', body, ['callout enrolment', code, install_id]);
  notebook.change((state) => {
    const { access_token, refresh_token, device_id, incarnation, epoch, technician, server_time } = reply;
    Object.assign(state, { access_token, refresh_token });
    if (code === state.code) return; // the same enrolment once more; a fresh code begins a new sequence
    renumber(state);
    beginDownload(state);
    const limits = { ...LIMITS, ...reply.limits };
    Object.assign(state, { code, device_id, incarnation, epoch, technician, server_time, limits });
  });
}

/** Change the refresh token for new ones, on disk before they are used. */
export async function renewTokens(notebook, line) {
  const { refresh_token, device_id } = notebook.state;
  try {
    const said = ['callout token', device_id, refresh_token];
    const reply = await askWithProof(notebook, line, 'token', { refresh_token, device_id }, said);
    const { access_token, refresh_token: next } = reply;
    notebook.change((state) => Object.assign(state, { access_token, refresh_token: next }));
  } catch (error) {
    if (error.status !== 401) throw error;
    throw new Error('This device is signed out: enrol it again with a fresh code; its outbox is kept.');
  }
}

/** Hand in what was not sent, erase everything, and say so. */
export async function giveUp(notebook, line, { salvage }) {
  const { incarnation, limits } = notebook.state;
  for (let batch; salvage && (batch = nextBatch(notebook.state, limits.operations)).length; ) {
    const body = () => ({ incarnation, now: new Date().toISOString(), operations: operationsOf(batch) });
    await line.ask('POST', 'salvage', body);
    const handedIn = batch.map(({ operation }) => ({ id: operation.id, status: 'salvaged' }));
    notebook.change((state) => settle(state, handedIn));
  }
  notebook.change((state) => {
    const { access_token } = state;
    for (const member of Object.keys(state)) delete state[member];
    Object.assign(state, blankState(), { access_token, isErased: true });
  });
  notebook.dropAllBytes();
  await confirmErased(notebook, line);
}

/** Tell the server that nothing is left here. */
export async function confirmErased(notebook, line) {
  await line.ask('POST', 'wiped', {});
  notebook.change((state) => Object.assign(state, { access_token: null, isErased: false }));
}
