-- Users and technicians remember whether they were erased; their states are remade from their events.

DELETE FROM log.snapshots WHERE topic IN ('user', 'technician');

-- Devices by whose they were, when a technician is erased.
CREATE INDEX device_standing_technician ON access.device_standing (technician);
