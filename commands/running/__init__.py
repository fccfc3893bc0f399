"""The execution of commands: author, request, context, idempotency, retries and batches."""
