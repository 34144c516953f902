"""What our functions raise for reasons that a user can mend. Each says what, where, the likely cause, what to do."""

from runtime.corrections import CorrectionError
from runtime.errors import AudioError, InputError, MezzoforteError, ModelError, OutputError, ScoreError
from runtime.progress import Cancelled

__all__ = [
    "AudioError", "Cancelled", "CorrectionError", "InputError", "MezzoforteError", "ModelError", "OutputError",
    "ScoreError",
]  # fmt: skip
