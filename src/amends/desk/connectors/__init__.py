"""The outside world: a frozen instruction in, a frozen result out; only jobs call it."""
