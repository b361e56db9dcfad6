"""The hand that writes `--theme handwritten`: strokes as data, ink along them, fonts made of both, and the words that
TeX is given.

Nothing here knows a network: `writing` says which hand, paper and seed; `fonts` makes what TeX needs beside a document,
`setting` what it is told, `screen` a page in the hand.
"""
