"""Settings that must stand before Rasa and TensorFlow are imported: quiet, few threads, offline.

Has its effect only through :func:`quiet`; importing it changes nothing.
"""

from __future__ import annotations

import logging
import os
import warnings

_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    # Threads that wait by spinning cost twenty times the work itself on a busy machine.
    "OMP_WAIT_POLICY": "PASSIVE",
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_LOUD = ("tensorflow", "matplotlib", "apscheduler", "asyncio", "sanic", "sanic.access", "h5py")


def quiet(threads: int = 2) -> None:
    """Sets the environment for Rasa's libraries and silences what is not about our data."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for name in _THREADS:
        os.environ.setdefault(name, str(threads))
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    for category in (DeprecationWarning, FutureWarning, PendingDeprecationWarning):
        warnings.simplefilter("ignore", category)
    # Rasa says this of every domain, whatever stands in it.
    warnings.filterwarnings("ignore", message=".*Slot auto-fill has been removed.*")
