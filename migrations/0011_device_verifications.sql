-- How often each device has had its documents verified lately: the newest instant first, no more than are counted.

CREATE TABLE access.device_verifications (
    device uuid PRIMARY KEY,
    last_at timestamptz[] NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.device_verifications TO callout_writer;
