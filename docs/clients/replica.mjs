// The documents that a device holds: storing pages, beginning a new download, and repairing leaves.

import { liesIn } from './canonical.mjs';
import { unsent } from './outbox.mjs';

const keyOf = ({ type, id }) => `${type} ${id}`;

/** The documents that are not gone. */
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

/** Forget the cursor: the next page begins a new download, and documents that it does not contain are gone. */
export function beginDownload(state) {
  state.cursor = null;
  for (const document of Object.values(state.documents)) document.stale = true;
}

/** Replace the documents in the leaves that the server named. */
export function replaceLeaves(state, reply) {
  for (const document of held(state)) if (liesIn(reply, document)) document.gone = 'healed';
  storePage(state, { ...reply, more: false });
}

/** Remove what is gone, except for what an unsent operation refers to. */
export function removeGone(state) {
  const waiting = JSON.stringify(unsent(state).map(({ operation }) => operation.data));
  const isReferredTo = ({ id }) => id.split('/').every((part) => waiting.includes(part));
  for (const [key, document] of Object.entries(state.documents)) {
    if (document.gone && !isReferredTo(document)) delete state.documents[key];
  }
}
