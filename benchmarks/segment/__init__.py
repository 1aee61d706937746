"""How well and how fast images are segmented, beside the peers.

One subject a module, each with ``section(quick) -> Section``; `PARTS` of ``__main__`` names them.
"""
