// The connection to the server: requests with tokens, repeated with growing pauses until they are answered.

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { gzipSync } from 'node:zlib';

const ANSWER_SECONDS = 60;
const SILENCE_SECONDS = 45; // a live stream has a line every 15
const LONGEST_PAUSE = 60;
const WORTH_PACKING = 1024;

/** An answer that is no 2xx: the problem document, and its code. */
export class Refusal extends Error {
  constructor(status, problem) {
    const code = String(problem.type ?? '').split('/').at(-1) || `http-${status}`;
    super(`The server refused with ${status} ${code}${problem.detail ? `: ${problem.detail}` : '.'}`);
    Object.assign(this, { status, code, problem, mayPass: mayPass(status) });
  }
}

/** There was no answer to any attempt. */
class NoAnswer extends Error {
  mayPass = true;
}

/** Whether the same request may succeed later. */
const mayPass = (status) => status === 429 || status >= 500;

const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** The seconds to wait before the next attempt, randomized for each device. */
function pauseBefore(attempt, answer) {
  const asked = Number(answer?.headers['retry-after'] ?? NaN);
  const seconds = Number.isFinite(asked) ? asked : Math.min(0.5 * 2 ** attempt, LONGEST_PAUSE);
  return seconds * (1 + Math.random() / 2);
}

/** Send a request; returns the response when its head has arrived. */
async function open(url, agent, { body, ...options }) {
  const { request } = url.startsWith('https:') ? https : http;
  const asked = request(url, { agent, ...options });
  asked.on('error', () => {}); // also one that occurs after the response
  asked.end(body);
  const [response] = await once(asked, 'response');
  return response;
}

/** The reply: status, headers in lower case, the body as an object; undefined without a complete one. */
async function exchange(url, agent, options) {
  try {
    const response = await open(url, agent, { ...options, signal: AbortSignal.timeout(ANSWER_SECONDS * 1000) });
    const text = (await response.setEncoding('utf8').toArray()).join('');
    const isJson = response.headers['content-type']?.includes('json');
    return { status: response.statusCode, headers: response.headers, body: isJson && text ? JSON.parse(text) : {} };
  } catch {
    return undefined;
  }
}

export class Connection {
  #url;
  #tokens;
  #tries;
  #agent;
  #packs = true;

  /** `tokens` has `access()`, the token to send, and `renew(connection)`, which gets new ones. */
  constructor(url, tokens, tries) {
    this.#url = `${url.replace(/\/+$/, '')}/sync/v1/`;
    this.#tokens = tokens;
    this.#tries = tries;
    const { Agent } = url.startsWith('https:') ? https : http;
    this.#agent = new Agent({ keepAlive: true });
  }

  /** Send a request with JSON; `body` is an object, or a function that makes one for each attempt. */
  async ask(method, path, body, options = {}) {
    const make = typeof body === 'function' ? body : () => body;
    const bytes = body && (() => Buffer.from(JSON.stringify(make())));
    const headers = { ...(body && { 'Content-Type': 'application/json' }), Accept: 'application/json' };
    return (await this.send(method, path, bytes, { headers, ...options })).body;
  }

  /** Send bytes, and again after no answer, 429 and 5xx. */
  async send(method, path, make = () => undefined, options = {}) {
    const { headers = {}, tries = this.#tries, packs = false, signed = true } = options;
    let renewed = false;
    for (let attempt = 0; ; ) {
      const bytes = make();
      const packed = packs && this.#packs && bytes.length > WORTH_PACKING;
      const answer = await exchange(this.#url + path, this.#agent, {
        method,
        body: packed ? gzipSync(bytes) : bytes,
        headers: {
          ...headers,
          ...(packed && { 'Content-Encoding': 'gzip' }),
          ...(signed && { Authorization: `Bearer ${this.#tokens.access()}` }),
        },
      });
      if (answer?.status < 300) return answer;
      if (answer?.status === 401 && signed && !renewed) {
        await this.#tokens.renew(this);
        renewed = true;
      } else if (answer?.status === 415 && packed) {
        this.#packs = false;
      } else if (answer && (!mayPass(answer.status) || attempt + 1 >= tries)) {
        throw new Refusal(answer.status, answer.body);
      } else if (attempt + 1 >= tries) {
        throw new NoAnswer(`There is no answer from ${this.#url}; everything is kept.`);
      } else {
        await sleep(pauseBefore(attempt, answer));
        attempt += 1;
      }
    }
  }

  /** Wait until something may have changed after the cursor (a lost wake-up loses nothing). */
  async woken(cursor) {
    const silence = new AbortController();
    let watchdog;
    let stream;
    const listen = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), SILENCE_SECONDS * 1000);
    };
    try {
      listen();
      const headers = { Authorization: `Bearer ${this.#tokens.access()}`, Accept: 'text/event-stream' };
      const path = `live?cursor=${encodeURIComponent(cursor)}`;
      stream = await open(this.#url + path, this.#agent, { headers, signal: silence.signal });
      let heard = '';
      for await (const chunk of stream.setEncoding('utf8')) {
        listen();
        heard = (heard + chunk).slice(-1000);
        if (/^event: ?wake\r?\n/m.test(heard)) return;
      }
    } catch {
      // a cut connection counts as the end of the stream
    } finally {
      clearTimeout(watchdog);
      silence.abort();
    }
    const isUsual = [200, 401].includes(stream?.statusCode); // ended, or the token has; a sync gets another
    await sleep(pauseBefore(isUsual ? 1 : 5, stream)); // connect again after a random pause
  }
}
