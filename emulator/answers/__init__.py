"""What does the emulated model answer? One module for each thing it is asked, all from the text it was sent."""
