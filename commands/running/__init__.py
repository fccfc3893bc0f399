"""What every command is carried out with: who asks, the request, its context, idempotency, retries and batches."""
