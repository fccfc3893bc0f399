// The exchange with the server: push until everything has its result, pull until there is no more, compare, repair.

import { digests, leaves } from './canonical.mjs';
import { Refusal } from './connection.mjs';
import { envelope, hasToPush, isDivisible, nextBatch, resendFrom, settle } from './outbox.mjs';
import { beginDownload, held, removeGone, replaceLeaves, storePage } from './replica.mjs';

const HOUR = 3600 * 1000;
const VERIFICATIONS_AN_HOUR = 2;
const RETRIES = 10; // in a row, before a push is given up for this time
const DIFFERS = 'The documents still differ from those of the server; they are compared again next time.';
const NO_PULLING = ['device-suspended', 'upgrade-required'];

export class Exchange {
  #storage;
  #connection;
  #notify;

  constructor(storage, connection, notify) {
    this.#storage = storage;
    this.#connection = connection;
    this.#notify = notify;
  }

  get #state() {
    return this.#storage.state;
  }

  /** Push, pull and compare. */
  async run() {
    for (const evenEmpty of [false, true, true]) {
      const last = await this.#pull(await this.#push(evenEmpty));
      if (!last) return;
      if (last.epoch !== this.#state.epoch) continue; // only the reply to a push has what to send again
      if (!(await this.#repair(last.digests))) this.#notify(DIFFERS);
      return;
    }
    throw new Error('The server changes its epoch faster than this device can follow.');
  }

  /** Push until everything has its result; returns the page in the last reply. */
  async #push(evenEmpty) {
    let page;
    let most = this.#state.limits.operations;
    for (let retries = 0; evenEmpty || hasToPush(this.#state); ) {
      const batch = nextBatch(this.#state, most);
      try {
        const reply = await this.#connection.ask('POST', 'push', () => envelope(this.#state, batch), { packs: true });
        this.#settle(reply);
        page = reply.changes;
        retries = 0;
        evenEmpty = false;
      } catch (error) {
        retries += 1;
        if (!(error instanceof Refusal) || retries > RETRIES) throw error;
        if (error.code === 'batch-too-large' && isDivisible(this.#state, batch)) most = batch.length >> 1;
        else if (error.code === 'sequence-gap') this.#sendFrom(error.problem);
        else if (error.code === 'epoch-changed') this.#beginEpoch(error.problem);
        else throw error;
      }
    }
    return page;
  }

  #settle({ results, acknowledged, server_time }) {
    const before = this.#state.acknowledged;
    const news = this.#storage.change((state) => {
      Object.assign(state, { acknowledged, server_time });
      const settled = settle(state, results);
      removeGone(state);
      return settled;
    });
    news.filter(({ status }) => status !== 'applied').forEach((result) => this.#notify(sentence(result)));
    if (news.length || acknowledged > before || !hasToPush(this.#state)) return;
    throw new Error('The server answered a push without new results.');
  }

  #sendFrom({ expected, results }) {
    this.#storage.change((state) => {
      settle(state, results);
      resendFrom(state, expected);
    });
  }

  #beginEpoch({ epoch, resend_from }) {
    this.#storage.change((state) => {
      state.epoch = epoch;
      resendFrom(state, resend_from);
      beginDownload(state);
    });
  }

  /** Pull to the end, beginning with `page` if given; returns the last page, or undefined when pulling is not allowed. */
  async #pull(page) {
    for (; ; page = undefined) {
      try {
        page ??= await this.#connection.ask('GET', `pull?${this.#query()}`);
        if (page.epoch !== this.#state.epoch) return page; // and not stored
        this.#storage.change((state) => storePage(state, page));
        if (!page.more) return page;
      } catch (error) {
        if (error.code === 'cursor-expired' && this.#state.cursor) this.#storage.change(beginDownload);
        else if (NO_PULLING.includes(error.code)) {
          this.#notify(error.message);
          return undefined;
        } else throw error;
      }
    }
  }

  #query() {
    const { cursor, limits } = this.#state;
    return new URLSearchParams({ limit: limits.changes, ...(cursor && { cursor }) });
  }

  /** Replace the documents that differ from the server's digests; returns whether none differs then. */
  async #repair(meant) {
    const found = digests(held(this.#state));
    if (agree(found, meant)) return true;
    const lately = this.#state.verified_at.filter((time) => time > Date.now() - HOUR);
    if (lately.length >= VERIFICATIONS_AN_HOUR) return false;
    this.#storage.change((state) => (state.verified_at = [...lately, Date.now()]));
    try {
      const counts = { own: found.own.count, shared: found.shared.count };
      const body = { cursor: this.#state.cursor, ...leaves(held(this.#state)), counts };
      const reply = await this.#connection.ask('POST', 'verify', body, { packs: true, tries: 1 });
      if (reply.epoch !== this.#state.epoch) return false; // the reply to the next push handles that
      this.#storage.change((state) => replaceLeaves(state, reply));
      return this.#holds(reply.digests);
    } catch (error) {
      if (error.code === 'rate-limited') return false;
      if (error.code !== 'cursor-expired') throw error;
      this.#storage.change(beginDownload);
      const last = await this.#pull();
      return last?.epoch === this.#state.epoch && this.#holds(last.digests);
    }
  }

  #holds(meant) {
    return agree(digests(held(this.#state)), meant);
  }
}

/** Whether two digests agree for both kinds. */
const agree = (found, meant) =>
  ['own', 'shared'].every((kind) => found[kind].count === meant[kind].count && found[kind].sum === meant[kind].sum);

/** A sentence about the result of an operation, for its user. */
function sentence({ id, status, problem, notices = [] }) {
  const reasons = (problem ? [problem] : notices).map(({ code, type, detail }) => detail ?? code ?? type);
  return `${id} is ${status}${reasons.length ? `: ${reasons.join('; ')}` : ''}`;
}
