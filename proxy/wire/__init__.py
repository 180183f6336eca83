"""Protocol core: what the bytes of an OpenAI-style API mean. No sockets, no clocks."""
