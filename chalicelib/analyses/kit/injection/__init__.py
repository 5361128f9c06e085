"""Does a source try to instruct the model? It is reported, whatever the model made of it."""
