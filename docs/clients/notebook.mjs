// Everything that a device knows, in one JSON file that always holds a whole state, never half of one.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PRIVATE = 0o600; // the file holds the device's key and its customers' addresses
const PATIENCE = 3000; // milliseconds for which another process may have the file

/** Wait without letting go of the thread. */
const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Write a file so that after a power cut there is the old content or the new one. */
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

/** The process that holds this lock, or undefined when it has died or let go. */
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
export class Notebook {
  #path;
  #text;

  /** Open it; a new one begins with what `makeBlank` makes. */
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

  /** One transaction: what `act` does to the state is on disk when this returns, or has not happened. */
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

  /** Keep the bytes of a photo beside the notebook. */
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

  /** Let other processes have the file. */
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
