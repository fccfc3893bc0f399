"""Operations about visits and work orders."""
