// The exchange with the server: push until everything has its result, pull until there is no more, compare, heal.

import { digests, leaves } from './canonical.mjs';
import { Refusal } from './line.mjs';
import { envelope, hasToPush, isDivisible, nextBatch, resendFrom, settle } from './outbox.mjs';
import { beginDownload, held, removeGone, replaceLeaves, storePage } from './replica.mjs';

const HOUR = 3600 * 1000;
const VERIFICATIONS_AN_HOUR = 2;
const MENDS = 10; // in a row, after which a push is given up for this time
const UNHEALED = 'The documents still differ from what the server means; they are compared again next time.';
const NO_PULLING = ['device-suspended', 'upgrade-required'];

export class Exchange {
  #notebook;
  #line;
  #tell;

  constructor(notebook, line, tell) {
    this.#notebook = notebook;
    this.#line = line;
    this.#tell = tell;
  }

  get #state() {
    return this.#notebook.state;
  }

  /** Bring both sides together. */
  async run() {
    for (const evenEmpty of [false, true, true]) {
      const last = await this.#pull(await this.#push(evenEmpty));
      if (!last) return;
      if (last.epoch !== this.#state.epoch) continue; // only the reply to a push says what to send again
      if (!(await this.#heal(last.digests))) this.#tell(UNHEALED);
      return;
    }
    throw new Error('The server changes its epoch faster than this device can follow.');
  }

  /** Push until everything has its result; the page that came with the last reply. */
  async #push(evenEmpty) {
    let page;
    let most = this.#state.limits.operations;
    for (let mends = 0; evenEmpty || hasToPush(this.#state); ) {
      const batch = nextBatch(this.#state, most);
      try {
        const reply = await this.#line.ask('POST', 'push', () => envelope(this.#state, batch), { packs: true });
        this.#settle(reply);
        page = reply.changes;
        mends = 0;
        evenEmpty = false;
      } catch (error) {
        mends += 1;
        if (!(error instanceof Refusal) || mends > MENDS) throw error;
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
    const news = this.#notebook.change((state) => {
      Object.assign(state, { acknowledged, server_time });
      const settled = settle(state, results);
      removeGone(state);
      return settled;
    });
    news.filter(({ status }) => status !== 'applied').forEach((result) => this.#tell(sentence(result)));
    if (news.length || acknowledged > before || !hasToPush(this.#state)) return;
    throw new Error('The server took a push without saying what became of it.');
  }

  #sendFrom({ expected, results }) {
    this.#notebook.change((state) => {
      settle(state, results);
      resendFrom(state, expected);
    });
  }

  #beginEpoch({ epoch, resend_from }) {
    this.#notebook.change((state) => {
      state.epoch = epoch;
      resendFrom(state, resend_from);
      beginDownload(state);
    });
  }

  /** Pull to the end, beginning with a page that is here already; the last page, or nothing when it is not allowed. */
  async #pull(page) {
    for (; ; page = undefined) {
      try {
        page ??= await this.#line.ask('GET', `pull?${this.#query()}`);
        if (page.epoch !== this.#state.epoch) return page; // and not stored
        this.#notebook.change((state) => storePage(state, page));
        if (!page.more) return page;
      } catch (error) {
        if (error.code === 'cursor-expired' && this.#state.cursor) this.#notebook.change(beginDownload);
        else if (NO_PULLING.includes(error.code)) {
          this.#tell(error.message);
          return undefined;
        } else throw error;
      }
    }
  }

  #query() {
    const { cursor, limits } = this.#state;
    return new URLSearchParams({ limit: limits.changes, ...(cursor && { cursor }) });
  }

  /** Replace what differs from what the server means; whether nothing differs then. */
  async #heal(meant) {
    const found = digests(held(this.#state));
    if (agree(found, meant)) return true;
    const lately = this.#state.verified_at.filter((time) => time > Date.now() - HOUR);
    if (lately.length >= VERIFICATIONS_AN_HOUR) return false;
    this.#notebook.change((state) => (state.verified_at = [...lately, Date.now()]));
    try {
      const counts = { own: found.own.count, shared: found.shared.count };
      const body = { cursor: this.#state.cursor, ...leaves(held(this.#state)), counts };
      const reply = await this.#line.ask('POST', 'verify', body, { packs: true, tries: 1 });
      if (reply.epoch !== this.#state.epoch) return false; // the next push learns what that means
      this.#notebook.change((state) => replaceLeaves(state, reply));
      return this.#holds(reply.digests);
    } catch (error) {
      if (error.code === 'rate-limited') return false;
      if (error.code !== 'cursor-expired') throw error;
      this.#notebook.change(beginDownload);
      const last = await this.#pull();
      return last?.epoch === this.#state.epoch && this.#holds(last.digests);
    }
  }

  #holds(meant) {
    return agree(digests(held(this.#state)), meant);
  }
}

/** Whether two digests say the same of both kinds. */
const agree = (found, meant) =>
  ['own', 'shared'].every((kind) => found[kind].count === meant[kind].count && found[kind].sum === meant[kind].sum);

/** What became of an operation, for its user. */
function sentence({ id, status, problem, notices = [] }) {
  const reasons = (problem ? [problem] : notices).map(({ code, type, detail }) => detail ?? code ?? type);
  return `${id} is ${status}${reasons.length ? `: ${reasons.join('; ')}` : ''}`;
}
