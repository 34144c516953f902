"""Live listening: how near it comes to the finished analysis, and how late it is from sample to datagram."""
