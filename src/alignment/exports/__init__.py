"""How exports look: from bytes to canonical rows, one module a system.

The front end goes one step at a time: :mod:`.decoding` (bytes to text), :mod:`.layout` (text to
cells), :mod:`.profiles` (which system wrote them), :mod:`.typed` (cells to typed columns, with
:mod:`.numbers` and :mod:`.dates`), the systems' own modules (typed columns to candidate rows),
:mod:`.identity` (which records are one lead), :mod:`.finish` and :mod:`.checks` (canonical rows).
:mod:`.draft` keeps account of each row on the way.
"""
