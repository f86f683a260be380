"""One file per format. Each module has ``FORMATS``, ``recognises(head)`` and ``read(source)``."""
