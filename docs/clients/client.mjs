// A technician's device: it records operations without a network, and syncs when there is one.

import { keepBlob, uploadBlobs } from './blobs.mjs';
import { blankState, confirmErased, enrol, giveUp, renewTokens, signer } from './enrolment.mjs';
import { Exchange } from './exchange.mjs';
import { Connection } from './connection.mjs';
import { Storage } from './storage.mjs';
import { forgetOld, operationsOf, record, unsent } from './outbox.mjs';

const ERASED = 'The office reports this device as lost: its outbox was uploaded, and everything on it is erased.';
const FORKED = 'Another phone has continued this sequence: enrol again with a new code; the outbox is kept.';
const NOT_ENROLLED = 'This device is not enrolled: ask the office for a code.';

export class Device {
  #storage;
  #connection;
  #exchange;

  /** The device in this file; `notify` is called with sentences for its user, `tries` is the number of attempts for each request. */
  constructor(file, url, { notify = () => {}, tries = 6 } = {}) {
    this.#storage = new Storage(file, blankState);
    this.#connection = new Connection(url, {
      access: () => this.#state.access_token,
      renew: () => renewTokens(this.#storage, this.#connection),
    }, tries);
    this.#exchange = new Exchange(this.#storage, this.#connection, notify);
  }

  get #state() {
    return this.#storage.state;
  }

  /** Close the file, so that other processes can use it. */
  close() {
    this.#storage.close();
  }

  /** Enrol with the office's code, for the first time or again; `asCopy`: the file was copied from another phone. */
  async enrol(code, name, options) {
    await enrol(this.#storage, this.#connection, code, name, options);
  }

  /** Put `[{type, data}, …]` into the outbox, several as one group; `blob` is a file that the first one names. */
  record(happened, { blob, ...options } = {}) {
    const [first, ...others] = happened;
    const named = blob && keepBlob(this.#storage, blob);
    return this.#storage.change((state) => {
      if (named) state.blobs[named.sha256] = { path: blob };
      const whole = [{ ...first, data: { ...first.data, ...named } }, ...others];
      return operationsOf(record(state, signer(state), whole, options));
    });
  }

  /** The operations that have no result yet. */
  get outbox() {
    return operationsOf(unsent(this.#state));
  }

  /** All readable documents, also those that are `gone` while an unsent operation refers to them. */
  get documents() {
    return Object.values(this.#state.documents);
  }

  /** The files that are still to be uploaded, with the reason of the last failure. */
  get uploads() {
    return Object.values(this.#state.blobs);
  }

  /** Send the outbox, update the documents, upload photos. */
  async sync() {
    if (this.#state.isErased) await confirmErased(this.#storage, this.#connection);
    if (!this.#state.device_id) throw new Error(NOT_ENROLLED);
    try {
      await this.#exchange.run();
      await uploadBlobs(this.#storage, this.#connection);
      this.#storage.change(forgetOld);
    } catch (error) {
      if (error.code === 'device-forked') throw new Error(FORKED);
      if (error.code !== 'device-revoked' || !error.problem.wipe) throw error;
      await giveUp(this.#storage, this.#connection, error.problem);
      throw new Error(ERASED);
    }
  }

  /** Wait until the server may have changes. */
  async woken() {
    await this.#connection.woken(this.#state.cursor);
  }
}
