"""The room of chapter 03: what only convolutional networks need."""
