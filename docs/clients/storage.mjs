// The state of a device in one JSON file, which always holds a complete state.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PRIVATE = 0o600; // the file holds the device's key and its customers' addresses
const PATIENCE = 3000; // milliseconds for which another process may have the file

/** Block the thread for a time. */
const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Write a file so that after a power cut it has the old content or the new one. */
function writeWhole(path, content) {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', PRIVATE);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r'); // the new name must last as well
  fsyncSync(folder);
  closeSync(folder);
}

/** The process that holds this lock, or undefined when it has ended or released it. */
function holderOf(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    process.kill(holder, 0);
    return holder === process.pid ? undefined : holder;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/** A state in a file, for one process at a time. */
export class Storage {
  #path;
  #text;

  /** Open the file; a new one has the state from `makeBlank`. */
  constructor(path, makeBlank) {
    this.#path = path;
    this.#lock();
    try {
      this.#text = readFileSync(path, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      this.#text = JSON.stringify(makeBlank());
    }
    this.state = JSON.parse(this.#text);
  }

  /** One transaction: the changes that `act` makes to the state are on disk when this returns, or none of them. */
  change(act) {
    try {
      const answer = act(this.state);
      const text = JSON.stringify(this.state);
      writeWhole(this.#path, text);
      this.#text = text;
      return answer;
    } catch (error) {
      this.state = JSON.parse(this.#text);
      throw error;
    }
  }

  /** Store the bytes of a photo in the folder beside the file. */
  keepBytes(name, bytes) {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeWhole(join(this.#folder, name), bytes);
  }

  bytes(name) {
    return readFileSync(join(this.#folder, name));
  }

  dropBytes(name) {
    rmSync(join(this.#folder, name), { force: true });
  }

  dropAllBytes() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Release the lock, so that other processes can use the file. */
  close() {
    rmSync(`${this.#path}.lock`, { force: true });
  }

  get #folder() {
    return `${this.#path}.blobs`;
  }

  #lock() {
    const lock = `${this.#path}.lock`;
    const last = Date.now() + PATIENCE;
    for (let holder; (holder = holderOf(lock)) !== undefined; pause(50)) {
      if (Date.now() > last) throw new Error(`${this.#path} is in use by process ${holder}.`);
    }
    rmSync(lock, { force: true }); // its holder has died
    writeFileSync(lock, `${process.pid}`, { flag: 'wx', mode: PRIVATE });
  }
}
