"""Campaigns: laws × schemes × models × dimensions × dtypes × seeds, block by block, on this machine or on a cluster.

A block is a pure function of its address and of the code; its row is kept in a DuckDB file, once. So a campaign is
resumed by running it again, stores merge, and whatever is killed on the way loses nothing and counts nothing twice.
"""
