"""Operations about parts: movements and counts."""
