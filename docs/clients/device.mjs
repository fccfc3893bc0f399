// The command line of a technician's device, written from docs/sync.md alone, for Node 20 without packages.

import { parseArgs } from 'node:util';
import { Device } from './client.mjs';

const USAGE = `Usage: node device.mjs FILE URL COMMAND
  enrol CODE NAME [--copy]                                  --copy: FILE was copied from another phone
  record TYPE JSON [TYPE JSON …] [--blob PATH] [--needs ID]   several are one group; --blob is for the first
  sync [--follow] [--tries N]                               --follow: again whenever something changes
  show [TYPE]                                               the documents, one JSON object on each line
  outbox                                                    the operations without a result, one JSON object on each line`;

const OPTIONS = {
  copy: { type: 'boolean' }, follow: { type: 'boolean' }, tries: { type: 'string', default: '6' },
  blob: { type: 'string' }, needs: { type: 'string', multiple: true },
};

const print = (items) => items.forEach((item) => console.log(JSON.stringify(item)));

/** `[{type, data}, …]` of TYPE JSON TYPE JSON …  */
function operationsIn(parameters) {
  const happened = [];
  for (let index = 0; index < parameters.length; index += 2) {
    const [type, data] = parameters.slice(index, index + 2);
    try {
      happened.push({ type, data: JSON.parse(data) });
    } catch {
      throw new Error(`The data of ${type} must be JSON.`);
    }
  }
  return happened;
}

async function sync(device) {
  await device.sync();
  const { documents, outbox, uploads } = device;
  console.log(`${documents.length} documents; ${outbox.length} operations and ${uploads.length} files wait`);
}

async function perform(device, command, parameters, options) {
  const [first, second] = parameters;
  if (command === 'enrol' && second) await device.enrol(first, second, { asCopy: options.copy });
  else if (command === 'record' && second) print(device.record(operationsIn(parameters), options));
  else if (command === 'sync') await sync(device);
  else if (command === 'show') print(device.documents.filter(({ type }) => !first || type === first));
  else if (command === 'outbox') print(device.outbox);
  else throw new Error(USAGE);
}

async function main() {
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [file, url, command, ...parameters] = positionals;
  if (!command) throw new Error(USAGE);
  const isFollowing = command === 'sync' && options.follow;
  do {
    const device = new Device(file, url, { notify: console.error, tries: Number(options.tries) });
    try {
      await perform(device, command, parameters, options);
    } catch (error) {
      if (!isFollowing || !error.mayPass) throw error;
      console.error(error.message);
    } finally {
      device.close(); // so that something can be recorded while this one waits
    }
    if (isFollowing) await device.woken();
  } while (isFollowing);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
