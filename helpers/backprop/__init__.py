"""The room of chapter 02: what only neural networks and backpropagation need."""
