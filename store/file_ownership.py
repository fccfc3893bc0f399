"""Ownership of files that root creates: the owner of their folder, so that the service can use them."""

from __future__ import annotations

import os


def give_away(descriptor: int, folder: int) -> None:
    """Give a file that root has just created to the owner of its `folder`; both are open descriptors.

    For anybody but root nothing is changed. Only for what cannot be a link to something that was there before.
    """
    if os.geteuid() == 0:
        owner = os.fstat(folder)
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
