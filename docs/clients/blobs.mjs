// Photos and signatures: stored beside the state, uploaded chunk by chunk once their operation has its result.

import { readFileSync } from 'node:fs';
import { sha256 } from './canonical.mjs';
import { Refusal } from './connection.mjs';
import { unsent } from './outbox.mjs';

/** Keep a file's bytes until they are uploaded; returns the members with which an operation names them. */
export function keepBlob(storage, path) {
  const bytes = readFileSync(path);
  const { blob_bytes: most } = storage.state.limits;
  if (bytes.length > most) throw new Error(`${path} is larger than ${most} bytes.`);
  const name = sha256(bytes).toString('hex');
  storage.keepBytes(name, bytes);
  return { sha256: name, size: bytes.length };
}

/** Upload what recorded operations name. A blob that fails is tried again next time and blocks nothing. */
export async function uploadBlobs(storage, connection) {
  const waiting = new Set(unsent(storage.state).map(({ operation }) => operation.data.sha256));
  for (const name of Object.keys(storage.state.blobs)) {
    if (waiting.has(name)) continue;
    try {
      await upload(connection, name, storage.bytes(name), storage.state.limits.blob_chunk);
      storage.change((state) => delete state.blobs[name]);
      storage.dropBytes(name);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'device-revoked') throw error;
      storage.change((state) => Object.assign(state.blobs[name], { failed: error.message }));
    }
  }
}

async function upload(connection, name, bytes, chunkBytes) {
  const length = { 'Upload-Length': `${bytes.length}` };
  let offset = offsetIn(await connection.send('HEAD', `blobs/${name}`, undefined, { headers: length }), bytes);
  let spoiled = 0;
  while (offset < bytes.length) {
    const chunk = bytes.subarray(offset, offset + chunkBytes);
    const headers = { ...length, 'Upload-Offset': `${offset}`, 'Content-Type': 'application/octet-stream' };
    try {
      offset = offsetIn(await connection.send('PUT', `blobs/${name}`, () => chunk, { headers }), bytes);
    } catch (error) {
      if (error.code === 'upload-offset-mismatch') offset = error.problem.offset;
      else if (error.code === 'blob-mismatch' && ++spoiled < 2) offset = 0;
      else throw error;
    }
  }
}

/** The offset at which to continue; the length when the server wants no more. */
const offsetIn = ({ headers }, bytes) =>
  headers['upload-offset'] === headers['upload-length'] ? bytes.length : Number(headers['upload-offset']);
