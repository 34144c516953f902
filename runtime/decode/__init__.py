"""Frame logits → `Analysis`: beats, bars, levels, change points and hairpins that agree with each other."""

from runtime.decode.assemble import decode
from runtime.decode.options import DecodeOptions

__all__ = ["DecodeOptions", "decode"]
