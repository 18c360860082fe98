"""The house seen from outside: a process with a data folder, reached over the loopback. Standard library only.

`house` starts and stops it, `http` and `websocket` talk to it, `people` are accounts in it, `books` recomputes what its files say.
"""
