"""The agreement on paper: one page that both teams can sign, and the small file beside it.

To the right of the report, whose printing and fingerprint it uses.
"""

from alignment.agreement.information import Information, gather
from alignment.agreement.page import page_html
from alignment.agreement.write import Written, write_agreement

__all__ = ["Information", "Written", "gather", "page_html", "write_agreement"]
