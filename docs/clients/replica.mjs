// The documents that a device holds: pages stored, downloads begun anew, and leaves healed.

import { liesIn } from './canonical.mjs';
import { unsent } from './outbox.mjs';

const keyOf = ({ type, id }) => `${type} ${id}`;

/** The documents that count: those held and not gone. */
export const held = (state) => Object.values(state.documents).filter((document) => !document.gone);

function store(state, change) {
  const { type, id, position, shared, gone, body } = change;
  const key = keyOf(change);
  if (!gone) state.documents[key] = { type, id, position, ...(shared && { shared }), body };
  else if (state.documents[key]) state.documents[key].gone = gone;
}

/** Store a page of changes together with its cursor. */
export function storePage(state, page) {
  for (const change of page.changes) store(state, change);
  state.cursor = page.cursor;
  state.through = page.through;
  if (!page.more) {
    for (const document of held(state)) if (document.stale) document.gone = 'not downloaded again';
  }
  removeGone(state);
}

/** Forget the cursor: the next page is the first one of everything, and what it all does not bring is gone. */
export function beginDownload(state) {
  state.cursor = null;
  for (const document of Object.values(state.documents)) document.stale = true;
}

/** Replace what lies in the leaves that the server named. */
export function replaceLeaves(state, reply) {
  for (const document of held(state)) if (liesIn(reply, document)) document.gone = 'healed';
  storePage(state, { ...reply, more: false });
}

/** Remove what is gone, but keep readable what an unsent operation refers to. */
export function removeGone(state) {
  const waiting = JSON.stringify(unsent(state).map(({ operation }) => operation.data));
  const isReferredTo = ({ id }) => id.split('/').every((part) => waiting.includes(part));
  for (const [key, document] of Object.entries(state.documents)) {
    if (document.gone && !isReferredTo(document)) delete state.documents[key];
  }
}
