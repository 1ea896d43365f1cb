"""The commands behind `python3 -m helpers ...`, one file each."""
