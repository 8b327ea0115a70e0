"""Released optimizers beside the printed algorithms and each other, step by step, in parameters and buffers."""
