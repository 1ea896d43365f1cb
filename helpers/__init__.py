"""What the chapters share: `nn` computes, `kit` teaches, and each chapter has a room of its own."""
