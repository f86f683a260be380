"""Every page's data, typed and frozen; only what that person may see."""
