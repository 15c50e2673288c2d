"""Predicates in one canonical form: what is said twice is said once, what cancels is gone.

`pipeline` the order of the rules · `groups` what a rule works on · `leaves` one spelling for each leaf ·
one rule a file: `flatten` · `constants` · `distinct` · `complements` · `absorption` · `union` · `presence`.
"""

from audience.resolution.normalize.pipeline import RULES, Known, normalize

__all__ = ["RULES", "Known", "normalize"]
