"""What can be known of a definition without data.

`verdict` always, never or it depends · `facts` what a condition demands of a value · `bounds` intervals ·
`time_leaves` conditions about now, and whose answers they can change in a stretch of time · `timeline` the answer
about one person at every now.
"""

from audience.analysis.time_leaves import due, flip, texts_first, time_leaves
from audience.analysis.timeline import Facts, Timeline
from audience.analysis.verdict import Verdict, verdict

__all__ = ["Facts", "Timeline", "Verdict", "due", "flip", "texts_first", "time_leaves", "verdict"]
