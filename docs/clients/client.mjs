// A technician's device: it records operations without a network, and syncs when there is one.

import { keepBlob, uploadBlobs } from './blobs.mjs';
import { blankState, confirmErased, enrol, giveUp, renewTokens, signer } from './enrolment.mjs';
import { Exchange } from './exchange.mjs';
import { Line } from './line.mjs';
import { Notebook } from './notebook.mjs';
import { forgetOld, operationsOf, record, unsent } from './outbox.mjs';

const ERASED = 'The office reports this device as lost: its outbox was handed in, and everything on it is erased.';
const FORKED = 'Another phone went on with this queue: enrol again with a fresh code; the outbox is kept.';
const NOT_ENROLLED = 'This device is not enrolled: ask the office for a code.';

export class Device {
  #notebook;
  #line;
  #exchange;

  /** The device in this file; `tell` is called with sentences for its user, `tries` is how often it asks in vain. */
  constructor(file, url, { tell = () => {}, tries = 6 } = {}) {
    this.#notebook = new Notebook(file, blankState);
    this.#line = new Line(url, {
      access: () => this.#state.access_token,
      renew: () => renewTokens(this.#notebook, this.#line),
    }, tries);
    this.#exchange = new Exchange(this.#notebook, this.#line, tell);
  }

  get #state() {
    return this.#notebook.state;
  }

  /** Let other processes have the file. */
  close() {
    this.#notebook.close();
  }

  /** Enrol with the office's code, for the first time or anew; `asCopy`: the file was copied from another phone. */
  async enrol(code, name, options) {
    await enrol(this.#notebook, this.#line, code, name, options);
  }

  /** Put `[{type, data}, …]` into the outbox, several as one group; `blob` is a file that the first of them names. */
  record(happened, { blob, ...options } = {}) {
    const [first, ...others] = happened;
    const named = blob && keepBlob(this.#notebook, blob);
    return this.#notebook.change((state) => {
      if (named) state.blobs[named.sha256] = { path: blob };
      const whole = [{ ...first, data: { ...first.data, ...named } }, ...others];
      return operationsOf(record(state, signer(state), whole, options));
    });
  }

  /** The operations that have no result yet. */
  get outbox() {
    return operationsOf(unsent(this.#state));
  }

  /** Everything readable, also what is `gone` while an unsent operation refers to it. */
  get documents() {
    return Object.values(this.#state.documents);
  }

  /** The files that are still to be uploaded, and why that failed. */
  get uploads() {
    return Object.values(this.#state.blobs);
  }

  /** Empty the outbox, update the documents, upload photos. */
  async sync() {
    if (this.#state.isErased) await confirmErased(this.#notebook, this.#line);
    if (!this.#state.device_id) throw new Error(NOT_ENROLLED);
    try {
      await this.#exchange.run();
      await uploadBlobs(this.#notebook, this.#line);
      this.#notebook.change(forgetOld);
    } catch (error) {
      if (error.code === 'device-forked') throw new Error(FORKED);
      if (error.code !== 'device-revoked' || !error.problem.wipe) throw error;
      await giveUp(this.#notebook, this.#line, error.problem);
      throw new Error(ERASED);
    }
  }

  /** Wait until a sync is worth while. */
  async woken() {
    await this.#line.woken(this.#state.cursor);
  }
}
