"""Operations about customers, contacts and surveys."""
