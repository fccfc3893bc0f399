"""Photos and signatures as bytes: pieces as they arrive, sealed, then whole ones in the chosen place."""
