"""What masks the secrets of the telemetry that goes into a store."""

from receiver.secret_wire import Mask, request_mask
from receiver.secrets import Masker
from sessionscope.config import Config
from store.mask_key import mask_key


def mask_for(config: Config) -> Mask:
    """Return the mask of the configured store; its owner alone may call this."""
    return request_mask(Masker(mask_key(config.store), kept=config.kept_secrets))
