"""What every part of the domain is built from: aggregates, envelopes, amounts, instants, keys and problems."""
