"""The pictures that articles show: how large they are, smaller copies for the mail, and where they stand in HTML. No I/O.

Bytes come in and go out: rendition.py reads the files, publish.py has the copies written. ``measure`` reads headers alone,
``copies`` decodes and encodes with Pillow, ``svg`` reads drawings, ``markup`` changes HTML, ``mail`` gathers what an issue shows.
"""
