"""What an unknown optimizer does: laws put to it as a black box, and its scheme where one is named."""
