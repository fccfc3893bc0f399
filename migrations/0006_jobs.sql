-- Scheduled jobs clean up beside the log, so the role that writes there claims their slots too.

GRANT INSERT, DELETE ON log.job_slots TO callout_writer;
