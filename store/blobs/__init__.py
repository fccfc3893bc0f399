"""Photos and signatures as bytes: pieces as they come, sealed, then whole ones in the chosen place."""
