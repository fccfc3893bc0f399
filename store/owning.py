"""Whose the files are that root makes: whose the folder is that they stand in, so that the service can use them."""

from __future__ import annotations

import os


def give_away(descriptor: int, folder: int) -> None:
    """Let what root has just made and opened belong to the owner of the `folder`, open too, that it stands in.

    For anybody but root nothing is changed. Only for what cannot be a link to something that was there before.
    """
    if os.geteuid() == 0:
        owner = os.fstat(folder)
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
