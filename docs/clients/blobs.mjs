// Photos and signatures: kept beside the notebook, uploaded chunk by chunk once their operation has its result.

import { readFileSync } from 'node:fs';
import { sha256 } from './canonical.mjs';
import { Refusal } from './line.mjs';
import { unsent } from './outbox.mjs';

/** Keep a file's bytes until they are uploaded; the members with which an operation names them. */
export function keepBlob(notebook, path) {
  const bytes = readFileSync(path);
  const { blob_bytes: most } = notebook.state.limits;
  if (bytes.length > most) throw new Error(`${path} is larger than ${most} bytes.`);
  const name = sha256(bytes).toString('hex');
  notebook.keepBytes(name, bytes);
  return { sha256: name, size: bytes.length };
}

/** Upload what recorded operations name. A blob that fails waits for the next time and stops nothing. */
export async function uploadBlobs(notebook, line) {
  const waiting = new Set(unsent(notebook.state).map(({ operation }) => operation.data.sha256));
  for (const name of Object.keys(notebook.state.blobs)) {
    if (waiting.has(name)) continue;
    try {
      await upload(line, name, notebook.bytes(name), notebook.state.limits.blob_chunk);
      notebook.change((state) => delete state.blobs[name]);
      notebook.dropBytes(name);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'device-revoked') throw error;
      notebook.change((state) => Object.assign(state.blobs[name], { failed: error.message }));
    }
  }
}

async function upload(line, name, bytes, chunkBytes) {
  const length = { 'Upload-Length': `${bytes.length}` };
  let offset = offsetIn(await line.send('HEAD', `blobs/${name}`, undefined, { headers: length }), bytes);
  let spoiled = 0;
  while (offset < bytes.length) {
    const chunk = bytes.subarray(offset, offset + chunkBytes);
    const headers = { ...length, 'Upload-Offset': `${offset}`, 'Content-Type': 'application/octet-stream' };
    try {
      offset = offsetIn(await line.send('PUT', `blobs/${name}`, () => chunk, { headers }), bytes);
    } catch (error) {
      if (error.code === 'upload-offset-mismatch') offset = error.problem.offset;
      else if (error.code === 'blob-mismatch' && ++spoiled < 2) offset = 0;
      else throw error;
    }
  }
}

/** Where to go on; at the end when the server wants no more. */
const offsetIn = ({ headers }, bytes) =>
  headers['upload-offset'] === headers['upload-length'] ? bytes.length : Number(headers['upload-offset']);
