"""Ownership of files that root creates: the owner of their folder, so that the service can use them."""

from __future__ import annotations

import os


def give_away(descriptor: int, folder: int) -> None:
    """Give a file that root has just created to the owner of its `folder`; both are open descriptors.

    Does nothing for other users. Only for files that cannot be links to existing ones.
    """
    if os.geteuid() == 0:
        owner = os.fstat(folder)
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
