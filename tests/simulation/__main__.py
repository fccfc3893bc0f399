"""Many seeded runs: `python -m tests.simulation --seeds N --from S`."""

from __future__ import annotations

import sys
import time

from tests.simulation import desk_doubts, desk_work, field_work, mishaps
from tests.simulation.schedule import drawn
from tests.simulation.steps import OFTEN
from tests.simulation.world import World

assert desk_doubts and desk_work and field_work and mishaps

if __name__ == "__main__":
    start, many = int(sys.argv[1]), int(sys.argv[2])
    began = time.perf_counter()
    for seed in range(start, start + many):
        world = World(drawn(seed, OFTEN))
        try:
            world.run(drawn(seed, OFTEN).steps)
        except Exception:
            print("SEED", seed)
            raise
        print(seed, world.log.head(), len(world.auditor.ledger.made))
    print((time.perf_counter() - began) / many)
