"""The frozen records that cross the borders between svs's parts; times are seconds from the video's start.

They are msgspec's structs: what dataclasses are, but defined in a fifth of the time, at every start of svs.
"""
