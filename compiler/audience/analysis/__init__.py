"""What can be known of a definition without data.

`verdict` always, never or it depends · `facts` what a condition demands of a value · `bounds` intervals.
"""

from audience.analysis.verdict import Verdict, verdict

__all__ = ["Verdict", "verdict"]
